# SPDX-License-Identifier: Apache-2.0
"""How raw rows become minutes, minutes hours and hours days: the same words for the job and for readers."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.rules import Check

# Days are those of people in China. It keeps no summer time, so a day is a fixed stretch.
DAY_ORIGIN = datetime(1999, 12, 31, 16, tzinfo=UTC)

USABLE = f"({int(Quality.GOOD)}, {int(Quality.SUSPECT)}, {int(Quality.CORRECTED)})"
TRUSTED = f"({int(Quality.GOOD)}, {int(Quality.CORRECTED)})"
NOT_TEST = f"checks & {int(Check.TEST)} = 0"
HOUR_OF = "date_bin('1 hour', {}, timestamptz '2000-01-01 00:00+00')"
DAY_OF = "date_bin('1 day', {}, timestamptz '2000-01-01 00:00+08')"
COLUMNS = "reported, good, usable, filled, low, high, total, first, last, first_at, last_at"
# A pair (time, value) as an array: the least is the first value, the greatest the last.
_PAIR = "array[date_part('epoch', at), value]"
# From raw rows (datastream_id, at, value, quality) to minutes, and from those to hours.
MINUTES = f"""
select datastream_id, date_bin('1 minute', at, timestamptz '2000-01-01 00:00+00') as at,
    count(*)::int as reported,
    (count(value) filter (where quality in {TRUSTED}))::int as good,
    (count(value) filter (where quality in {USABLE}))::int as usable,
    1 as filled,
    min(value) filter (where quality in {USABLE}) as low,
    max(value) filter (where quality in {USABLE}) as high,
    sum(value) filter (where quality in {USABLE}) as total,
    min({_PAIR}) filter (where quality in {USABLE} and value is not null) as head,
    max({_PAIR}) filter (where quality in {USABLE} and value is not null) as tail
from raw group by 1, 2
"""
GATHERED = """
select datastream_id, {bucket} as at, sum(reported)::int as reported, sum(good)::int as good,
    sum(usable)::int as usable, sum(filled)::int as filled, min(low) as low, max(high) as high, sum(total) as total,
    min(head) as head, max(tail) as tail
from {source} group by 1, 2
"""
HOURS = GATHERED.format(bucket=HOUR_OF.format("at"), source="minutes")
_ENDS = "head[2], tail[2], to_timestamp(head[1]), to_timestamp(tail[1])"
ROW = f"datastream_id, at, reported, good, usable, filled, low, high, total, {_ENDS}"
# The way back: a row of a table as one that can be gathered.
PAIRED = """datastream_id, at, reported, good, usable, filled, low, high, total,
    case when first_at is not null then array[date_part('epoch', first_at), first] end as head,
    case when last_at is not null then array[date_part('epoch', last_at), last] end as tail"""


def closed_to() -> datetime | None:
    """This will tell up to where everything is in the aggregates, marked hours apart."""
    with connection.cursor() as cursor:
        cursor.execute("select closed_to from sensing_closing")
        row = cursor.fetchone()
    return row[0] if row else None


def day_of(at: datetime) -> datetime:
    """This will give the beginning of the Chinese day in which an instant lies."""
    return DAY_ORIGIN + (at - DAY_ORIGIN) // timedelta(days=1) * timedelta(days=1)
