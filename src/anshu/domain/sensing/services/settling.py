# SPDX-License-Identifier: Apache-2.0
"""Flags that come later: what revisions and maintenance windows say is written beside the values they are about.

Flags are settled from what stands in the registers, so that saying something, and taking it back, are one thing.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from anshu.domain.sensing.events import ValuesRestored
from anshu.domain.sensing.models import Datastream
from anshu.domain.sensing.rules import SUSPECT, Check, quality_sql
from anshu.kernel.events.services import publish

_KEPT = 0x7FFFFFFF
_NOT_IGNORED = _KEPT & ~int(Check.IGNORED)
_SAID = int(Check.MARKED | Check.TRUSTED | Check.CORRECTED | Check.SPATIAL | Check.MAINTENANCE)
# What a division code begins with, as kernel.org.selectors.prefix_of has it: county, township, or the whole.
_PREFIX = """left(m.division_code, case when m.division_code !~ '^[0-9]{12}$' then 15
    when substr(m.division_code, 7) ~ '^0*$' then 6 when substr(m.division_code, 10) = '000' then 9 else 12 end)"""
# People: the newest word on a value counts. A later check: any that was not taken back.
_SETTLE = f"""
with concerned as (
    select o.datastream_id, o.at, o.checks, (o.checks & {_KEPT & ~_SAID}
        | case (select r.verdict from sensing_revision r
                where r.datastream_id = o.datastream_id and r.verdict in ('bad', 'trusted') and r.undone_at is null
                  and r.since <= o.at and r.until > o.at order by r.id desc limit 1)
            when 'bad' then {int(Check.MARKED)} when 'trusted' then {int(Check.TRUSTED)} else 0 end
        | case when exists (select from sensing_revision r
                where r.datastream_id = o.datastream_id and r.verdict = 'corrected' and r.undone_at is null
                  and r.since = o.at) then {int(Check.CORRECTED)} else 0 end
        | case when exists (select from sensing_revision r
                where r.datastream_id = o.datastream_id and r.verdict = 'doubted' and r.undone_at is null
                  and r.since <= o.at and r.until > o.at) then {int(Check.SPATIAL)} else 0 end
        | case when exists (select from sensing_maintenance m
                where m.retired_at is null and m.since <= o.at and m.until > o.at
                  and (m.thing_id in (t.id, t.parent_id)
                       or m.thing_id is null and m.kind in ('', t.kind)
                          and starts_with(t.division_code, {_PREFIX})))
            then {int(Check.MAINTENANCE)} else 0 end) as settled
    from sensing_observation o join sensing_datastream d on d.id = o.datastream_id
    join sensing_thing t on t.id = d.thing_id
    where o.datastream_id = any(%(ids)s) and o.at >= %(since)s and o.at <= %(until)s
)
update sensing_observation o set checks = c.settled, quality = {quality_sql("c.settled")}
from (
    -- What nobody doubts any more is not left out any more.
    select datastream_id, at, checks,
           case when settled & {SUSPECT} = 0 then settled & {_NOT_IGNORED} else settled end as settled
    from concerned
) c where o.datastream_id = c.datastream_id and o.at = c.at and c.settled <> c.checks
returning o.datastream_id, o.at
"""
_MARK = """
insert into sensing_stale (datastream_id, hour)
select distinct id, date_trunc('hour', at at time zone 'UTC') at time zone 'UTC'
from unnest(%s::bigint[], %s::timestamptz[]) as given (id, at)
"""
_TAKEN = int(Check.FUTURE | Check.TEST | Check.MAINTENANCE)
# The newest value may have turned bad, or one that was bad be the newest.
_LATEST = f"""
with newest as (
    select given.id, o.* from unnest(%(ids)s::bigint[]) as given (id) left join lateral (
        select at, value, quality, received_at from sensing_observation
        where datastream_id = given.id and quality in (0, 1, 4) and checks & {_TAKEN} = 0
        order by at desc limit 1
    ) o on true
), gone as (
    delete from sensing_latest l using newest n where l.datastream_id = n.id and n.at is null
)
insert into sensing_latest (datastream_id, at, value, quality, received_at)
select id, at, value, quality, received_at from newest where at is not null
on conflict (datastream_id) do update
    set at = excluded.at, value = excluded.value, quality = excluded.quality, received_at = excluded.received_at,
        same_since = case when sensing_latest.at = excluded.at and sensing_latest.value = excluded.value
                     then sensing_latest.same_since end
"""


def flags_settle(*, datastream_ids: Iterable[int], since: datetime, until: datetime, newest: bool = True) -> int:
    """This will bring the flags of [since, until] in line with what people and later checks say; gives the rows moved.

    Runs inside the caller's transaction. Hours are summed up again; where `newest`, the latest values are found anew
    and ingest reads them.
    """
    ids = list(datastream_ids)
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"ids": ids, "since": since, "until": until})
        moved = cursor.fetchall()
        if moved:
            cursor.execute(_MARK, [[row[0] for row in moved], [row[1] for row in moved]])
        if newest:
            latest_find(ids)
    return len(moved)


def latest_find(datastream_ids: Iterable[int]) -> None:
    """This will find the newest good values anew and have ingest read them."""
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"ids": list(datastream_ids)})
        cursor.execute("select pg_notify('anshu_registry', 'revision')")


def restored_tell(*, datastream: Datastream, since: datetime, until: datetime, now: datetime) -> None:
    """This will tell the contexts above that values of [since, until] may be judged that were not, or were others."""
    thing = datastream.thing
    fact = ValuesRestored(
        subject_type="sensing.thing",
        subject_id=thing.pk,
        title=thing.name,
        division_code=thing.division_code,
        sector_code=thing.sector_code,
        unit_id=thing.unit_id,
        datastream_id=datastream.pk,
        since=since,
        until=until,
    )
    publish(fact, now=now)
