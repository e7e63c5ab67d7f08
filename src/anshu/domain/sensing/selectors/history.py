# SPDX-License-Identifier: Apache-2.0
"""Values over any period at the resolution that fits: raw, minutes, hours or days, exact at every moment.

Marked hours and those after the watermark are computed from raw rows in the same statement, hence in one snapshot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from anshu.domain.sensing.choices import AMOUNT_STEPS_S
from anshu.domain.sensing.models import Datastream, ObservedProperty, Purge
from anshu.domain.sensing.rules import Floats, Integers, Times
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
    USABLE,
)
from anshu.domain.sensing.selectors.packed import POSTGRES_EPOCH_US, floats, integers
from anshu.domain.sensing.selectors.things import things_visible
from anshu.kernel.access.viewer import Viewer

# A station has no more points than this in one answer; the chart has fewer columns still.
MOST_POINTS = 12_000
MOST_STATIONS = 8


class Step(TextChoices):
    """How wide a point of a series is."""

    RAW = "raw", _("原始值")
    MINUTE = "minute", _("1分钟")
    HOUR = "hour", _("1小时")
    DAY = "day", _("1天")


STEP_S = {Step.RAW: 0, Step.MINUTE: 60, Step.HOUR: 3_600, Step.DAY: 86_400}


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one datastream in order of time. NaN is a point without a usable value."""

    datastream: Datastream
    step: Step
    at_us: Times
    low: Floats
    high: Floats
    total: Floats
    usable: Integers
    good: Integers
    reported: Integers

    @property
    def adds_up(self) -> bool:
        """Tell whether the values are amounts that follow each other: a 1-hour amount every 5 minutes overlaps."""
        step_s = AMOUNT_STEPS_S.get(self.datastream.observed_property.code)
        return step_s is not None and step_s <= self.datastream.thing.report_interval_s

    @property
    def middle(self) -> Floats:
        """The sum of what adds up (rain), the mean of the rest."""
        if self.adds_up:
            return self.total
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total / self.usable

    @property
    def gap_us(self) -> int:
        """Longer than this between two points is a gap: two reports missing, and never less than two steps."""
        return max(2 * self.datastream.thing.report_interval_s, 2 * STEP_S[self.step]) * 1_000_000 + 1_000_000


_FLOATS, _COUNTS = ("low", "high", "total"), ("usable", "good", "reported")
# A column each, in whatever order the rows come: a third less work for the server than one string in order.
_PACKED = (
    "select "
    + ", ".join(
        f"array_send(coalesce(array_agg({column}), '{{}}'))"
        for column in ("datastream_id::bigint", "at", *(f"coalesce({each}, 'NaN')" for each in _FLOATS), *_COUNTS)
    )
    + " from found"
)
_RAW = f"""
with found as (
    select datastream_id, at, shown as low, shown as high, shown as total, (shown is not null)::int as usable,
        (shown is not null and quality <> 1)::int as good, 1 as reported
    from (
        select *, case when quality in {USABLE} then value end as shown from sensing_observation
        where datastream_id = any(%(ids)s) and at >= %(since)s and at < %(until)s and {NOT_TEST}
    ) as seen
) {_PACKED}
"""
# What the aggregates do not know yet: marked hours, and everything after the watermark.
_OPEN = """
closing as (select coalesce((select closed_to from sensing_closing), '-infinity') as closed_to),
stale as (
    select distinct s.datastream_id, s.hour from sensing_stale s join closing on s.hour < closing.closed_to
    where s.datastream_id = any(%(ids)s) and s.hour > %(since)s - interval '1 day'
        and s.hour < %(until)s + interval '1 day'
        and not exists (
            select from sensing_purge p join sensing_datastream d on d.id = s.datastream_id
            where not p.minutes and s.hour >= p.since and s.hour < p.until
                and coalesce(p.observed_property_id, d.observed_property_id) = d.observed_property_id
        )
)
"""
_TAIL = "select id, greatest(%(since)s, closed_to), %(until)s from unnest(%(ids)s::bigint[]) as id, closing"
_FRESH = f"""
raw as (
    select o.datastream_id, o.at, o.value, o.quality from spans join sensing_observation o
        on o.datastream_id = spans.id and o.at >= spans.since and o.at < spans.until and o.{NOT_TEST}
), minutes as ({MINUTES})
"""
_WITHIN = "at >= %(since)s and at < %(until)s"
_MINUTE_ROWS = f"""
with {_OPEN}, spans (id, since, until) as (
    {_TAIL}
    union all
    select datastream_id, greatest(hour, %(since)s), least(hour + interval '1 hour', %(until)s) from stale
    union all
    -- Where no minute has two rows, the raw rows are the minutes.
    select h.datastream_id, greatest(h.at, %(since)s), least(h.at + interval '1 hour', %(until)s, closing.closed_to)
    from sensing_hour h join closing on h.at < closing.closed_to
    where h.datastream_id = any(%(ids)s) and h.at > %(since)s - interval '1 hour' and h.at < %(until)s
        and h.reported = h.filled and (h.datastream_id, h.at) not in (select datastream_id, hour from stale)
), {_FRESH}, found as (
    select datastream_id, at, {COLUMNS} from sensing_minute, closing
    where datastream_id = any(%(ids)s) and {_WITHIN} and at < closing.closed_to
        and (datastream_id, {HOUR_OF.format("at")}) not in (select datastream_id, hour from stale)
    union all select {ROW} from minutes
)
"""
_HOUR_ROWS = f"""
with {_OPEN}, spans (id, since, until) as (
    {_TAIL}
    union all select datastream_id, hour, hour + interval '1 hour' from stale
), {_FRESH}, hours as ({HOURS}), found as (
    select datastream_id, at, {COLUMNS} from sensing_hour, closing
    where datastream_id = any(%(ids)s) and {_WITHIN} and at < closing.closed_to
        and (datastream_id, at) not in (select datastream_id, hour from stale)
    union all select {ROW} from hours where {_WITHIN}
)
"""
_DAY_ROWS = f"""
with {_OPEN}, open_days as (
    select distinct datastream_id, {DAY_OF.format("hour")} as day from stale
    union
    select id, {DAY_OF.format("closed_to")} from unnest(%(ids)s::bigint[]) as id, closing where isfinite(closed_to)
), spans (id, since, until) as (
    {_TAIL}
    union all select datastream_id, hour, hour + interval '1 hour' from stale
), {_FRESH}, hours as ({HOURS}), known as (
    select {PAIRED} from sensing_hour where {_WITHIN} and (datastream_id, at) in (
        select datastream_id, day + n * interval '1 hour' from open_days, generate_series(0, 23) n
        except select datastream_id, hour from stale
    ) and at < (select closed_to from closing)
    union all select * from hours where {_WITHIN}
), days as ({GATHERED.format(bucket=DAY_OF.format("at"), source="known")}), found as (
    select datastream_id, at, {COLUMNS} from sensing_day, closing
    where datastream_id = any(%(ids)s) and {_WITHIN} and at + interval '1 day' <= closing.closed_to
        and (datastream_id, at) not in (select datastream_id, day from open_days)
    union all select {ROW} from days
)
"""
ROWS = {Step.MINUTE: _MINUTE_ROWS, Step.HOUR: _HOUR_ROWS, Step.DAY: _DAY_ROWS}


def datastreams_visible(
    viewer: Viewer, *, property_code: str, thing_ids: Sequence[int] | None = None
) -> QuerySet[Datastream]:
    """This will give what the viewer may see of one property, of some things or all."""
    things = things_visible(viewer)
    if thing_ids is not None:
        things = things.filter(pk__in=list(thing_ids))
    return (
        Datastream.objects.filter(thing__in=things, observed_property__code=property_code)
        .select_related("thing", "observed_property")
        .order_by("thing__code")
    )


def properties_observed(viewer: Viewer) -> QuerySet[ObservedProperty]:
    """This will give the properties that something in the viewer's scope observes."""
    seen = Datastream.objects.filter(thing__in=things_visible(viewer)).values("observed_property_id")
    return ObservedProperty.objects.filter(pk__in=seen)


def step_for(datastreams: Sequence[Datastream], since: datetime, until: datetime) -> Step:
    """This will choose the finest step at which no datastream has more than MOST_POINTS points in the period."""
    if not datastreams:
        return Step.RAW
    gone = _gone(datastreams, since, until)
    length_s = (until - since).total_seconds()
    if not gone and _raw_rows(datastreams, since, until) <= MOST_POINTS:
        return Step.RAW
    if Step.MINUTE not in gone and length_s / 60 <= MOST_POINTS:
        return Step.MINUTE
    return Step.HOUR if length_s / 3_600 <= MOST_POINTS else Step.DAY


def _gone(datastreams: Sequence[Datastream], since: datetime, until: datetime) -> set[Step]:
    """This will tell which steps retention has taken from the period."""
    purges = Purge.objects.filter(since__lt=until, until__gt=since)
    of = {each.observed_property_id for each in datastreams}
    return {
        Step.MINUTE if purge.minutes else Step.RAW
        for purge in purges
        if purge.observed_property_id is None or purge.observed_property_id in of
    }


_COUNTED = """
select coalesce(max(found.number), 0) from unnest(%s::bigint[]) as given (id) cross join lateral (
    select count(*) as number from (
        select from sensing_observation o where o.datastream_id = given.id and o.at >= %s and o.at < %s limit %s
    ) as few
) as found
"""


def _raw_rows(datastreams: Sequence[Datastream], since: datetime, until: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [[each.pk for each in datastreams], since, until, MOST_POINTS + 1])
        return int(cursor.fetchone()[0])


def points_at_most(datastreams: Sequence[Datastream], since: datetime, until: datetime, step: Step) -> int:
    """This will tell how many points a step can have, all datastreams together; raw rows are counted."""
    if step is not Step.RAW:
        return len(datastreams) * int((until - since).total_seconds() // STEP_S[step])
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from sensing_observation where datastream_id = any(%s) and at >= %s and at < %s",
            [[each.pk for each in datastreams], since, until],
        )
        return int(cursor.fetchone()[0])


def curves(datastreams: Sequence[Datastream], since: datetime, until: datetime, step: Step) -> list[Curve]:
    """This will read [since, until) of datastreams that the caller may see, in one statement.

    At hours and days the period is widened to whole ones.
    """
    since, until = _whole(since, until, step)
    statement = _RAW if step is Step.RAW else ROWS[step] + _PACKED
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ids": [each.pk for each in datastreams], "since": since, "until": until})
        stream, at, *rest = map(bytes, cursor.fetchone())
    order = np.lexsort((at_us := integers(at), keys := integers(stream)))
    keys, at_us = keys[order], at_us[order] + POSTGRES_EPOCH_US
    low, high, total = (floats(each)[order] for each in rest[:3])
    usable, good, reported = (integers(each, 4)[order] for each in rest[3:])
    found = []
    for each in datastreams:
        own = slice(np.searchsorted(keys, each.pk), np.searchsorted(keys, each.pk, side="right"))
        amounts, counts = (low[own], high[own], total[own]), (usable[own], good[own], reported[own])
        found.append(Curve(each, step, at_us[own], *amounts, *counts))
    return found


def _whole(since: datetime, until: datetime, step: Step) -> tuple[datetime, datetime]:
    if step is Step.RAW:
        return since, until
    width = timedelta(seconds=STEP_S[step])
    # An instant at which Chinese days, hours and minutes all begin.
    origin = datetime.fromisoformat("2000-01-01T00:00:00+08:00")
    return origin + (since - origin) // width * width, origin - (origin - until) // width * width
