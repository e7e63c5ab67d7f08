# SPDX-License-Identifier: Apache-2.0
"""Minutes, hours and days of every datastream, exact whenever a raw row comes, changes or goes.

A watermark says up to where everything is in the aggregates. Hours close a while after they end; a row that comes later
than that leaves a mark at its hour, and the job recomputes the hour from the raw rows. Readers leave marked hours and
those after the watermark out and compute them from raw rows, so they never wait for the job.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from anshu.domain.sensing.rules import Integers, Times
from anshu.domain.sensing.selectors.aggregates import (
    COLUMNS,
    DAY_OF,
    GATHERED,
    HOUR_OF,
    HOURS,
    MINUTES,
    NOT_TEST,
    PAIRED,
    ROW,
    closed_to,
    day_of,
)
from anshu.domain.sensing.selectors.packed import POSTGRES_EPOCH_US
from anshu.domain.sensing.services.arrays import INT8, TIME, binary_cursor, encoded

HOUR_US = 3_600_000_000
# Ingest marks rows older than this; hours close later than this after their end, so that a transaction that was
# running meanwhile, or a server's clock that goes wrong a little, cannot slip a row in unmarked.
LATE_AFTER = timedelta(hours=1)
CLOSES_AFTER = timedelta(hours=1, minutes=10)
_HOUR = timedelta(hours=1)
_SLICE = timedelta(days=1)
_MOST_MARKS = 20_000
_LOCK = (330825, 7)
# The same stretch in which raw rows get months of their own.
_OLDEST, _NEWEST = timedelta(days=-1), timedelta(days=20 * 365)
_OF_PERIOD = f"""
select datastream_id, at, value, quality from sensing_observation
where at >= %(since)s and at < %(until)s and {NOT_TEST}
"""
# One look into the index for each mark (`offset 0` keeps it so): in a join, many marks of few streams are each held
# against every row of their stream.
_OF_MARKS = f"""
select o.datastream_id, o.at, o.value, o.quality
from unnest(%(ids)s::bigint[], %(hours)s::timestamptz[]) as given (id, hour) cross join lateral (
    select * from sensing_observation raw where raw.datastream_id = given.id and raw.at >= given.hour
        and raw.at < given.hour + interval '1 hour' and raw.{NOT_TEST} offset 0
) as o
"""
_CLOSE = """
with raw as ({raw}), minutes as ({minutes}), hours as ({hours}), kept as (
    insert into sensing_minute (datastream_id, at, {columns})
    select {row} from minutes
    where (datastream_id, {hour}) in (select datastream_id, at from hours where reported > filled)
)
insert into sensing_hour (datastream_id, at, {columns}) select {row} from hours
"""


def _closing(raw: str) -> str:
    return _CLOSE.format(raw=raw, minutes=MINUTES, hours=HOURS, columns=COLUMNS, row=ROW, hour=HOUR_OF.format("at"))


_DAYS = f"""
with given as (select {PAIRED} from sensing_hour where {{wanted}}),
days as ({GATHERED.format(bucket=DAY_OF.format("at"), source="given")})
insert into sensing_day (datastream_id, at, {COLUMNS}) select {ROW} from days
"""
_DAYS_OF_PERIOD = _DAYS.format(wanted="at >= %(since)s and at < %(until)s")
_OF_MARKED_DAYS = """
(datastream_id, at) in (
    select given.id, given.day + n * interval '1 hour'
    from unnest(%(ids)s::bigint[], %(days)s::timestamptz[]) as given (id, day), generate_series(0, 23) n
)
"""
_DAYS_OF_MARKS = _DAYS.format(wanted=_OF_MARKED_DAYS)
_MERGED = """on conflict (datastream_id, at) do update set
    reported = old.reported + excluded.reported, good = old.good + excluded.good, usable = old.usable + excluded.usable,
    filled = least({most}, old.filled + excluded.filled),
    low = least(old.low, excluded.low), high = greatest(old.high, excluded.high),
    total = coalesce(old.total + excluded.total, old.total, excluded.total),
    first = case when excluded.first_at < coalesce(old.first_at, 'infinity') then excluded.first else old.first end,
    last = case when excluded.last_at >= coalesce(old.last_at, '-infinity') then excluded.last else old.last end,
    first_at = least(old.first_at, excluded.first_at), last_at = greatest(old.last_at, excluded.last_at)
"""
# Rows that came for a time whose raw rows are gone are added to what is left of them, and go as well.
_FOLD = f"""
with raw as (
    delete from sensing_observation o using unnest(%(ids)s::bigint[], %(hours)s::timestamptz[]) as given (id, hour)
    where o.datastream_id = given.id and o.at >= given.hour and o.at < given.hour + interval '1 hour'
    returning o.datastream_id, o.at, o.value, o.quality, o.checks
), minutes as ({MINUTES.replace("from raw group", f"from raw where {NOT_TEST} group")}), hours as ({HOURS}), kept as (
    insert into sensing_minute as old (datastream_id, at, {COLUMNS}) select {ROW} from minutes
    where not exists (select from sensing_purge p where p.minutes and minutes.at >= p.since and minutes.at < p.until)
    {_MERGED.format(most=1)}
)
insert into sensing_hour as old (datastream_id, at, {COLUMNS}) select {ROW} from hours {_MERGED.format(most=60)}
"""
_TAKE = """
with taken as (
    delete from sensing_stale where id in (select id from sensing_stale order by id limit %s)
    returning datastream_id, hour
)
select taken.datastream_id, taken.hour, bool_or(p.id is not null) as purged
from taken left join sensing_datastream d on d.id = taken.datastream_id
left join sensing_purge p on not p.minutes and taken.hour >= p.since and taken.hour < p.until
    and (p.observed_property_id is null or p.observed_property_id = d.observed_property_id)
group by 1, 2
"""
_GONE = """
delete from {table} old using unnest(%(ids)s::bigint[], %(hours)s::timestamptz[]) as given (id, hour)
where old.datastream_id = given.id and old.at >= given.hour and old.at < given.hour + interval '{span}'
"""
_MARK = """
insert into sensing_stale (datastream_id, hour)
select id, hour from unnest(%s, %s) as given (id, hour)
"""


def hours_mark(*, datastream_ids: Integers, at_us: Times) -> None:
    """This will have the hours of changed rows recomputed, inside the caller's transaction."""
    if len(at_us):
        hours = at_us // HOUR_US
        # Rows come by stream and time, so that equal pairs stand together; one that does not is marked twice.
        first = np.append(True, (datastream_ids[1:] != datastream_ids[:-1]) | (hours[1:] != hours[:-1]))
        starts_us = hours[first] * HOUR_US - POSTGRES_EPOCH_US
        marks = [encoded(INT8, datastream_ids[first]), encoded(TIME, starts_us)]
        binary_cursor().execute(_MARK, marks, prepare=True)


def late_mark(
    *, datastream_ids: Integers, at_us: Times, new: "np.ndarray[Any, np.dtype[np.bool_]]", now_us: int
) -> None:
    """This will mark the hours of new rows that are too old to be waited for: one comparison where there are none."""
    late = at_us < now_us - LATE_AFTER // timedelta(microseconds=1)
    if late.any():
        late &= new
        hours_mark(datastream_ids=datastream_ids[late], at_us=at_us[late])


def aggregates_close(*, now: datetime, most_slices: int = 2_000) -> int:
    """This will close the hours that are over and recompute marked ones; gives the number of hours closed.

    Each slice is its own transaction, so that a process that is killed leaves nothing half done.
    """
    closed = 0
    for _slice in range(most_slices):
        hours = _close_slice(now)
        if hours is None:
            break
        closed += hours
    while _recompute_some(now):
        pass
    return closed


@transaction.atomic
def _close_slice(now: datetime) -> int | None:
    """This will close up to a day; None where nothing is due, or another process is at it."""
    with connection.cursor() as cursor:
        if not _alone(cursor):
            return None
        since = closed_to() or _begin(cursor, now)
        until = min(_floor(now - CLOSES_AFTER), since + _SLICE)
        if until <= since:
            return None
        minute_months_ensure({since, until - _HOUR}, now=now)
        cursor.execute("set local work_mem = '128MB'")
        cursor.execute(_closing(_OF_PERIOD), {"since": since, "until": until})
        days = {"since": day_of(since), "until": day_of(until)}
        if days["until"] > days["since"]:
            cursor.execute(_DAYS_OF_PERIOD, days)
        cursor.execute("update sensing_closing set closed_to = %s", [until])
    return (until - since) // _HOUR


@transaction.atomic
def _recompute_some(now: datetime) -> bool:
    """This will recompute marked hours, a number at a time; tells whether there were any."""
    with connection.cursor() as cursor:
        edge = closed_to()
        if edge is None or not _alone(cursor):
            return False
        cursor.execute(_TAKE, [_MOST_MARKS])
        marks = cursor.fetchall()
        # What is not closed yet is read when it closes.
        due = [(pk, hour) for pk, hour, purged in marks if hour < edge and not purged]
        folded = [(pk, hour) for pk, hour, purged in marks if purged]
        minute_months_ensure({hour for _pk, hour, _purged in marks}, now=now)
        if due:
            given = {"ids": [pk for pk, _hour in due], "hours": [hour for _pk, hour in due]}
            for table in ("sensing_minute", "sensing_hour"):
                cursor.execute(_GONE.format(table=table, span="1 hour"), given)
            cursor.execute(_closing(_OF_MARKS), given)
        if folded:
            cursor.execute(_FOLD, {"ids": [pk for pk, _hour in folded], "hours": [hour for _pk, hour in folded]})
        days = {(pk, day_of(hour)) for pk, hour in (*due, *folded) if day_of(hour) + timedelta(days=1) <= edge}
        if days:
            given = {"ids": [pk for pk, _day in days], "days": [day for _pk, day in days]}
            cursor.execute(_GONE.format(table="sensing_day", span="1 day"), {**given, "hours": given["days"]})
            cursor.execute(_DAYS_OF_MARKS, given)
    return bool(marks)


def minute_months_ensure(moments: set[datetime], *, now: datetime) -> None:
    """This will make the partitions of minutes for the months of credible moments; others go where all else goes."""
    months = {
        (each.year, each.month) for each in (at.astimezone(UTC) for at in moments) if _OLDEST < now - each < _NEWEST
    }
    with connection.cursor() as cursor:
        for year, month in sorted(months):
            name = f"sensing_minute_{year:04d}{month:02d}"
            cursor.execute("select to_regclass(%s)", [name])
            if cursor.fetchone()[0] is None:
                first_at = datetime(year, month, 1, tzinfo=UTC)
                next_at = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
                cursor.execute(
                    f"create table {name} partition of sensing_minute for values from (%s) to (%s)", [first_at, next_at]
                )


def _alone(cursor: Any) -> bool:
    cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", _LOCK)
    return bool(cursor.fetchone()[0])


_PARTITIONS = """
select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'sensing_observation'::regclass and c.relname ~ '_[0-9]{6}$' order by c.relname
"""


def _begin(cursor: Any, now: datetime) -> datetime:
    """This will set the watermark before the oldest month that has rows; what lies in no month is marked."""
    start = _floor(now - CLOSES_AFTER)
    cursor.execute(_PARTITIONS)
    for (name,) in cursor.fetchall():
        cursor.execute(f"select exists (select from {name})")
        if cursor.fetchone()[0]:
            start = min(start, datetime(int(name[-6:-2]), int(name[-2:]), 1, tzinfo=UTC))
            break
    cursor.execute(
        f"insert into sensing_stale (datastream_id, hour) select distinct datastream_id, {HOUR_OF.format('at')}"
        " from sensing_observation_other where at < %s",
        [start],
    )
    cursor.execute("insert into sensing_closing (id, closed_to) values (1, %s)", [start])
    return start


def _floor(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
