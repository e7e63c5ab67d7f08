# SPDX-License-Identifier: Apache-2.0
"""Where vehicles and boats are, where they were at an instant, and which have moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection

from anshu.domain.sensing.choices import ThingKind
from anshu.domain.sensing.models import Position, Thing

# A history view goes no further back than this for a fix; what was heard of last before then is not shown.
MEMORY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Fix:
    """A thing's place at a moment; speed in km/h and course in degrees from north where they were told."""

    thing_id: int
    at: datetime
    lng: float
    lat: float
    speed: float | None = None
    course: float | None = None

    @property
    def point(self) -> Point:
        """The place as a geometry in WGS 84."""
        return Point(self.lng, self.lat, srid=4326)


def place_of(thing: Thing) -> Any:
    """This will give where a thing is: a vehicle's newest fix, else where it is registered."""
    if thing.kind != ThingKind.VEHICLE:
        return thing.point
    found = Position.objects.filter(thing_id=thing.pk).first()
    return found.point if found is not None else thing.point


# One step down an index for each vehicle: what it reported in between is not read.
_AT = """
select lng.thing_id, fix.at, fix.value, lat.value, speed.value, course.value
from (
    select d.thing_id, d.id,
        max(o.id) filter (where op.code = 'position.latitude') as lat_id,
        max(o.id) filter (where op.code = 'vehicle.speed') as speed_id,
        max(o.id) filter (where op.code = 'vehicle.course') as course_id
    from sensing_datastream d
    join sensing_observedproperty p on p.id = d.observed_property_id and p.code = 'position.longitude'
    join sensing_datastream o on o.thing_id = d.thing_id
    join sensing_observedproperty op on op.id = o.observed_property_id
    where d.thing_id = any(%(things)s) group by d.thing_id, d.id
) as lng
cross join lateral (
    select at, value from sensing_observation
    where datastream_id = lng.id and at <= %(at)s and at > %(since)s and quality in (0, 1, 4) and checks & 72 = 0
    order by at desc limit 1
) as fix
join sensing_observation lat on lat.datastream_id = lng.lat_id and lat.at = fix.at
left join sensing_observation speed on speed.datastream_id = lng.speed_id and speed.at = fix.at
left join sensing_observation course on course.datastream_id = lng.course_id and course.at = fix.at
where fix.value is not null and lat.value is not null and abs(fix.value) <= 180 and abs(lat.value) <= 90
"""


def positions_at(thing_ids: Sequence[int], at: datetime) -> dict[int, Fix]:
    """This will give, in one query, the newest usable fix of each thing up to `at`; none older than two days."""
    with connection.cursor() as cursor:
        cursor.execute(_AT, {"things": list(thing_ids), "at": at, "since": at - MEMORY})
        return {row[0]: Fix(*row) for row in cursor.fetchall()}


def positions_now(thing_ids: Sequence[int]) -> dict[int, Fix]:
    """This will give the newest fix of each thing."""
    rows = Position.objects.filter(thing__in=list(thing_ids))
    return {row.thing_id: Fix(row.thing_id, row.at, row.point.x, row.point.y, row.speed, row.course) for row in rows}


# For the live stream's own connection: what was written after a moment of the database's clock, with its scope.
MOVED = """
select p.thing_id, p.at, p.moved_at, st_x(p.point) as lng, st_y(p.point) as lat, p.speed, p.course,
    t.division_code, t.sector_code, t.unit_id, t.park_code, 'sensing.thing' as subject_type, t.id as subject_id
from sensing_position p join sensing_thing t on t.id = p.thing_id
where p.moved_at > %s and t.retired_at is null
"""
