# SPDX-License-Identifier: Apache-2.0
"""What a series of fixes says: stretches without a gap, stops, distance, and fewer points that tell the same."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from anshu.domain.sensing.rules.flags import SECOND_US, Floats, Integers, Times

EARTH_M_PER_DEGREE = 6_371_008.8 * np.pi / 180.0
# A vehicle stands while it stays within this of where it came to a halt, for so long: satellites wander a little.
STOP_WITHIN_M = 50.0
STOP_AFTER_S = 300.0
# Fixes further apart than three reports, and never less than this, leave a gap: where it was between is not known.
GAP_LEAST_S = 300.0
GAP_REPORTS = 3.0


@dataclass(frozen=True, slots=True)
class Stop:
    """The fixes `first` to `last` (numbers, both included) at one place."""

    first: int
    last: int


def metres_of(lng: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """This will lay degrees out as metres east and north of the first place; good to 0.1 % within 100 km of it."""
    if not len(lng):
        return lng, lat
    east = (lng - lng[0]) * EARTH_M_PER_DEGREE * np.cos(np.radians(float(np.mean(lat))))
    return east, (lat - lat[0]) * EARTH_M_PER_DEGREE


def gaps_of(at_us: Times, *, report_interval_s: float) -> Integers:
    """This will give the numbers of the fixes after which there is a gap."""
    least_us = max(GAP_LEAST_S, GAP_REPORTS * report_interval_s) * SECOND_US
    return np.flatnonzero(np.diff(at_us) > least_us)


def legs_of(count: int, gaps: Integers) -> list[tuple[int, int]]:
    """This will give the stretches between gaps as (first, last), both included."""
    if not count:
        return []
    firsts, lasts = [0, *(gaps + 1).tolist()], [*gaps.tolist(), count - 1]
    return list(zip(firsts, lasts, strict=True))


def lengths_m(east: Floats, north: Floats, gaps: Integers) -> Floats:
    """This will give the way from each fix to the next in metres; over a gap it is not known and counts nothing."""
    steps: Floats = np.hypot(np.diff(east), np.diff(north))
    steps[gaps] = 0.0
    return steps


def stops_of(at_us: Times, east: Floats, north: Floats, legs: Sequence[tuple[int, int]]) -> list[Stop]:
    """This will find where it stood: the stay points of Li, Zheng, Xie, Chen, Liu and Ma (2008), section 3.1.

    From each fix on, as many as lie within 50 m of it; five minutes of them are a stop. None reaches over a gap.
    """
    t, x, y = (at_us / SECOND_US).tolist(), east.tolist(), north.tolist()
    found: list[Stop] = []
    for first, last in legs:
        here = first
        while here < last:
            there = here
            while there < last and hypot(x[there + 1] - x[here], y[there + 1] - y[here]) <= STOP_WITHIN_M:
                there += 1
            if t[there] - t[here] >= STOP_AFTER_S:
                found.append(Stop(here, there))
                here = there + 1
            else:
                here += 1
    return found


def simplified(
    at_us: Times, east: Floats, north: Floats, legs: Sequence[tuple[int, int]], *, most: int, good_m: float
) -> tuple[Integers, float]:
    """This will choose fixes that tell the track: at most `most`, or fewer once all others lie within `good_m`.

    Gives their numbers and the tolerance in metres: at no moment is the place between two chosen fixes, moved evenly
    in time, further from the fix of that moment. Top-down by the synchronous distance (Meratnia and de By 2004,
    TD-TR), the worst stretch first. The ends of legs are always chosen, so that more than `most` / 2 legs give more.
    """
    chosen = {end for leg in legs for end in leg}
    waiting = [
        (-error, first, last, at) for first, last in legs for error, at in [_worst(at_us, east, north, first, last)]
    ]
    heapq.heapify(waiting)
    while waiting and -waiting[0][0] > good_m and len(chosen) < most:
        _error, first, last, at = heapq.heappop(waiting)
        chosen.add(at)
        for start, end in ((first, at), (at, last)):
            error, where = _worst(at_us, east, north, start, end)
            heapq.heappush(waiting, (-error, start, end, where))
    return np.array(sorted(chosen), dtype=np.int64), -waiting[0][0] if waiting else 0.0


def _worst(at_us: Times, east: Floats, north: Floats, first: int, last: int) -> tuple[float, int]:
    """This will find the fix that is furthest from where even movement would have it."""
    if last - first < 2:
        return 0.0, first
    inner = slice(first + 1, last)
    share = (at_us[inner] - at_us[first]) / (at_us[last] - at_us[first])
    away = np.hypot(
        east[inner] - (east[first] + share * (east[last] - east[first])),
        north[inner] - (north[first] + share * (north[last] - north[first])),
    )
    worst = int(np.argmax(away))
    return float(away[worst]), first + 1 + worst
