# SPDX-License-Identifier: Apache-2.0
"""How far each device's clock is off: the time in its reports against their receipt."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from anshu.domain.sensing.rules import Check

# SL 651 stations are set when they are off by more; other protocols name no bound.
MOST_OFF = timedelta(minutes=5)
_LOOKS_BACK = timedelta(hours=24)
_REPORTS = 31
# The newest reports of each thing heard lately, by the newest time in each; the median of their lags.
_MEASURE = f"""
insert into sensing_clockstate as old (thing_id, lag_s, reports, measured_at, skewed_since)
select t.id, m.lag_s, m.reports, %(now)s, case when abs(m.lag_s) > %(most)s then %(now)s end
from sensing_thing t join sensing_contact c on c.thing_id = t.id and c.heard_at > %(since)s
cross join lateral (
    select percentile_cont(0.5) within group (order by extract(epoch from r.received_at - r.at)) as lag_s,
           count(*) as reports
    from (
        select o.received_at, max(o.at) as at from sensing_datastream d join lateral (
            select at, received_at from sensing_observation
            where datastream_id = d.id and at > %(since)s and checks & {int(Check.TEST)} = 0
            order by at desc limit {_REPORTS}
        ) o on true where d.thing_id = t.id
        group by o.received_at order by o.received_at desc limit {_REPORTS}
    ) r
) m
where t.retired_at is null and m.reports > 0
on conflict (thing_id) do update
    set lag_s = excluded.lag_s, reports = excluded.reports, measured_at = excluded.measured_at,
        skewed_since = case when excluded.skewed_since is not null
                       then coalesce(old.skewed_since, excluded.skewed_since) end
"""


@transaction.atomic
def clocks_measure(*, now: datetime) -> int:
    """This will measure the clocks of the things heard in the last day; gives their number."""
    given: dict[str, Any] = {"now": now, "since": now - _LOOKS_BACK, "most": MOST_OFF.total_seconds()}
    with connection.cursor() as cursor:
        cursor.execute(_MEASURE, given)
        return int(cursor.rowcount)
