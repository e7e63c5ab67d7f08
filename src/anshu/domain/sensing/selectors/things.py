# SPDX-License-Identifier: Apache-2.0
"""Things, their latest values, series of observations, and who is silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from anshu.domain.sensing.models import Datastream, Latest, ObservedProperty, Thing
from anshu.domain.sensing.rules import Check
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Viewer, fetch, within


@dataclass(frozen=True, slots=True)
class Point:
    """One observation of a series."""

    at: datetime
    value: float | None
    quality: int


def things_visible(viewer: Viewer) -> QuerySet[Thing]:
    """This will give the things in use in the viewer's scope."""
    return Thing.objects.filter(within(viewer, Thing, Capability.MONITORING), retired_at=None)


def thing_get(viewer: Viewer, pk: int, right: Right = Right.READ) -> Thing:
    """This will give one thing on which the viewer holds the right, retired ones too; or raise Absent."""
    thing: Thing = fetch(Thing.objects.select_related("unit", "contact"), viewer, Capability.MONITORING, right, pk=pk)
    return thing


def thing_in_service(pk: int) -> Thing | None:
    """This will give a thing that is in use, for the platform itself."""
    return Thing.objects.filter(pk=pk, retired_at=None).first()


def latest_of(thing_ids: Iterable[int]) -> QuerySet[Latest]:
    """This will give the latest values of things that the caller may already see."""
    return (
        Latest.objects.filter(datastream__thing_id__in=list(thing_ids))
        .select_related("datastream__observed_property")
        .order_by("datastream__thing_id", "datastream__observed_property__code")
    )


_IN_MAINTENANCE = f"""
select datastream_id, max(received_at) from sensing_observation
where datastream_id = any(%s) and at > %s and value is not null and checks & {int(Check.MAINTENANCE)} <> 0
    and checks & {int(Check.TEST | Check.FUTURE)} = 0
group by 1
"""


def received_in_maintenance(datastream_ids: Iterable[int], *, since: datetime) -> dict[int, datetime]:
    """This will tell when the newest value since a time, taken during maintenance, came in: it is no latest value."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_MAINTENANCE, [list(datastream_ids), since])
        return dict(cursor.fetchall())


def properties() -> QuerySet[ObservedProperty]:
    """This will give all observed properties."""
    return ObservedProperty.objects.all()


_WHOLE = """
select at, value, quality from sensing_observation
where datastream_id = %s and at >= %s and at < %s and checks & %s = 0 order by at
"""
# Of each bucket the lowest and the highest value: peaks survive, whatever the width of the chart.
_THINNED = """
with given as (
    select at, value, quality, width_bucket(extract(epoch from at), %s, %s, %s) as bucket
    from sensing_observation where datastream_id = %s and at >= %s and at < %s and checks & %s = 0
), ranked as (
    select at, value, quality,
           row_number() over (partition by bucket order by value, at) as low,
           row_number() over (partition by bucket order by value desc nulls last, at) as high
    from given
)
select at, value, quality from ranked where low = 1 or high = 1 order by at
"""


def series(
    viewer: Viewer, datastream: Datastream, since: datetime, until: datetime, most_points: int = 2000
) -> list[Point]:
    """This will give the observations of [since, until), thinned to `most_points` without losing a peak.

    Raises Absent when the thing is out of the viewer's scope. Test reports are left out.
    """
    if not viewer.covers(datastream.thing, Capability.MONITORING):
        raise Absent
    unwanted = int(Check.TEST)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from sensing_observation where datastream_id = %s and at >= %s and at < %s",
            [datastream.pk, since, until],
        )
        if cursor.fetchone()[0] <= most_points:
            cursor.execute(_WHOLE, [datastream.pk, since, until, unwanted])
        else:
            span = [since.timestamp(), until.timestamp(), max(1, most_points // 2)]
            cursor.execute(_THINNED, [*span, datastream.pk, since, until, unwanted])
        return [Point(*row) for row in cursor.fetchall()]
