# SPDX-License-Identifier: Apache-2.0
"""Where a vehicle or boat went in a period: its fixes, stops and gaps, and the same told with fewer points."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection

from anshu.domain.sensing.models import Datastream, Purge, Thing
from anshu.domain.sensing.rules import Floats, Integers, Times
from anshu.domain.sensing.rules.tracks import (
    Stop,
    gaps_of,
    legs_of,
    lengths_m,
    metres_of,
    simplified,
    stops_of,
)
from anshu.domain.sensing.selectors.packed import POSTGRES_EPOCH_US

LONGEST = timedelta(days=31)
MOST_POINTS = 2_000
# Nearer than a satellite fix is true; nothing is gained by telling it more finely.
GOOD_M = 3.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CODES = ("position.longitude", "position.latitude", "vehicle.speed", "vehicle.course")
_ROW = np.dtype([("stream", ">i8"), ("at", ">i8"), ("value", ">f8")])
# One stretch of the key for each datastream; ordered and brought together by time here, which costs less than there.
_FIXES = """
select coalesce(string_agg(int8send(datastream_id) || timestamptz_send(at) || float8send(value), ''::bytea), ''::bytea)
from sensing_observation where datastream_id = any(%s) and at >= %s and at < %s
    and quality in (0, 1, 4) and checks & 72 = 0 and value is not null
"""


@dataclass(frozen=True, slots=True)
class Track:
    """The fixes of [since, until) in order of time, and what they say. Speeds are km/h, courses degrees from north.

    `steps_m` is the way from each fix to the next, `gaps` the numbers of the fixes after which nothing is known.
    """

    at_us: Times
    lng: Floats
    lat: Floats
    speed: Floats
    course: Floats
    steps_m: Floats
    gaps: Integers
    legs: tuple[tuple[int, int], ...]
    stops: tuple[Stop, ...]

    def __len__(self) -> int:
        return len(self.at_us)

    def at(self, number: int) -> datetime:
        """The time of a fix."""
        return _EPOCH + timedelta(microseconds=int(self.at_us[number]))

    def way_m(self, first: int, last: int) -> float:
        """The way travelled between two fixes in metres."""
        return float(self.steps_m[first:last].sum())

    def nearest(self, at: datetime) -> int:
        """The number of the last fix not after a moment; the first where all are."""
        at_us = round((at - _EPOCH) / timedelta(microseconds=1))
        return max(0, int(np.searchsorted(self.at_us, at_us, side="right")) - 1)

    def told(self, *, most: int = MOST_POINTS) -> tuple[Integers, float]:
        """The numbers of the fixes that tell the track, and within how many metres they do."""
        east, north = metres_of(self.lng, self.lat)
        return simplified(self.at_us, east, north, self.legs, most=most, good_m=GOOD_M)


def track_of(thing: Thing, since: datetime, until: datetime) -> Track:
    """This will read the usable fixes of a thing that the caller may see; raises ValueError beyond 31 days."""
    if until - since > LONGEST:
        raise ValueError("a track is of 31 days at most")
    at_us, lng, lat, speed, course = _fixes(_datastreams(thing), since, until)
    east, north = metres_of(lng, lat)
    gaps = gaps_of(at_us, report_interval_s=thing.report_interval_s)
    legs = legs_of(len(at_us), gaps)
    stops = stops_of(at_us, east, north, legs)
    return Track(at_us, lng, lat, speed, course, lengths_m(east, north, gaps), gaps, tuple(legs), tuple(stops))


def _fixes(ids: list[int], since: datetime, until: datetime) -> tuple[Times, Floats, Floats, Floats, Floats]:
    """This will read the moments that have a longitude and a latitude on earth; speed and course may be missing."""
    with connection.cursor() as cursor:
        cursor.execute(_FIXES, [ids, since, until])
        rows = np.frombuffer(bytes(cursor.fetchone()[0]), dtype=_ROW)
    stream, at, value = (rows[name].astype(rows.dtype[name].newbyteorder("=")) for name in ("stream", "at", "value"))
    order = np.lexsort((at, stream))
    stream, at, value = stream[order], at[order], value[order]
    own = [slice(*np.searchsorted(stream, [pk, pk + 1])) for pk in ids]
    moments = at[own[0]]
    lng, lat, speed, course = (_valued(moments, at[each], value[each]) for each in own)
    there = (np.abs(lng) <= 180) & (np.abs(lat) <= 90)
    return moments[there] + POSTGRES_EPOCH_US, lng[there], lat[there], speed[there], course[there]


def _valued(moments: Times, at: Times, value: Floats) -> Floats:
    """This will give the value of each moment; NaN where there is none."""
    if not len(at):
        return np.full(len(moments), np.nan)
    place = np.minimum(np.searchsorted(at, moments), len(at) - 1)
    return np.where(at[place] == moments, value[place], np.nan)


def _datastreams(thing: Thing) -> list[int]:
    known = dict(
        Datastream.objects.filter(thing=thing, observed_property__code__in=_CODES).values_list(
            "observed_property__code", "pk"
        )
    )
    return [known.get(code, -1) for code in _CODES]


def moves(thing: Thing) -> bool:
    """This will tell whether a thing tells where it is, now or before."""
    return -1 not in _datastreams(thing)[:2]


def fixes_purged(since: datetime, until: datetime) -> bool:
    """This will tell whether retention has taken fixes of the period away."""
    purged = Purge.objects.filter(minutes=False, since__lt=until, until__gt=since)
    return any(
        each.observed_property is None or each.observed_property.code == _CODES[0]
        for each in purged.select_related("observed_property")
    )
