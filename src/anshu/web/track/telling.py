# SPDX-License-Identifier: Apache-2.0
"""A track for the map: as few points as tell it, with what happened along it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anshu.domain.sensing.selectors import Track, fixes_purged, track_of
from anshu.domain.sensing.selectors.tracks import MOST_POINTS
from anshu.kernel.access.viewer import Viewer
from anshu.web.hrefs import href
from anshu.web.track.asking import bounded, vehicle
from anshu.web.track.itinerary import ALARM, GAP, STOP, Part, alarms_along, itinerary


def track_told(viewer: Viewer, pk: int, since: datetime, until: datetime, *, most: int = MOST_POINTS) -> dict[str, Any]:
    """This will give the track of [since, until), 31 days at most; raises Absent.

    `line` holds [seconds since 1970, longitude, latitude, km/h or null, degrees or null]; at no moment does even
    movement along it stray further than `tolerance_m` from the fixes that are left out.
    """
    thing = vehicle(viewer, pk)
    since, until = bounded(since, until)
    track = track_of(thing, since, until)
    parts = itinerary(track, alarms_along(viewer, thing, since, until))
    chosen, tolerance_m = track.told(most=most)
    return {
        "thing": {"id": thing.pk, "name": thing.name},
        "since": since,
        "until": until,
        "fixes": len(track),
        "tolerance_m": round(tolerance_m, 1),
        "distance_m": round(track.way_m(0, len(track))),
        "purged": fixes_purged(since, until),
        "line": [_point(track, number) for number in chosen.tolist()],
        "stops": [_place(track, part) for part in parts if part.kind == STOP],
        "gaps": [_gap(track, part) for part in parts if part.kind == GAP],
        "alarms": _alarms(track, parts),
    }


def _point(track: Track, number: int) -> list[float | None]:
    speed, course = float(track.speed[number]), float(track.course[number])
    return [
        round(int(track.at_us[number]) / 1e6, 3),
        round(float(track.lng[number]), 6),
        round(float(track.lat[number]), 6),
        round(speed, 1) if speed == speed else None,
        round(course) if course == course else None,
    ]


def _lnglat(track: Track, number: int) -> list[float]:
    return [round(float(track.lng[number]), 6), round(float(track.lat[number]), 6)]


def _place(track: Track, part: Part) -> dict[str, Any]:
    middle = (part.first + part.last) // 2
    return {"since": part.since, "until": part.until, "point": _lnglat(track, middle), "place": part.place}


def _gap(track: Track, part: Part) -> dict[str, Any]:
    line = [_lnglat(track, part.first), _lnglat(track, part.last)]
    return {"since": part.since, "until": part.until, "line": line}


def _alarms(track: Track, parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [
        {
            "id": part.alarm.pk,
            "at": part.since,
            "title": part.alarm.title,
            "level": part.level,
            "point": _lnglat(track, part.first),
            "href": href("alarm", part.alarm.pk),
        }
        for part in parts
        if part.kind == ALARM
    ]
