# SPDX-License-Identifier: Apache-2.0
"""A track as a list in order of time: drives, stops, gaps, and the alarms that were raised on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from anshu.console.maplayers import colour
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.sensing.selectors import Track
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.selectors import division_names, villages_at

MOST_ALARMS = 500
MOST_PLACES = 300
DRIVE, STOP, GAP, ALARM = "drive", "stop", "gap", "alarm"


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the list; `first` and `last` are the numbers of the track's fixes."""

    kind: str
    since: datetime
    until: datetime
    first: int
    last: int
    km: float | None = None
    mean: float | None = None
    top: float | None = None
    place: str = ""
    alarm: Any = None

    @property
    def minutes(self) -> float:
        """How long it took."""
        return (self.until - self.since).total_seconds() / 60

    @property
    def word(self) -> str:
        """What it is, for people."""
        words = {DRIVE: _("行驶"), STOP: _("停留"), GAP: _("中断"), ALARM: _("告警")}
        return words[self.kind]

    @property
    def level(self) -> str:
        """The colour of an alarm."""
        return colour(self.alarm.peak_level) if self.alarm is not None else "none"


def alarms_along(viewer: Viewer, thing: Any, since: datetime, until: datetime) -> list[Any]:
    """This will give the alarms of a thing that were raised in a period and that the viewer may see."""
    rows = alarms_visible(viewer).filter(thing=thing, raised_at__gte=since, raised_at__lt=until)
    return list(rows.order_by("raised_at", "id")[:MOST_ALARMS])


def itinerary(track: Track, alarms: Sequence[Any]) -> list[Part]:
    """This will tell a track from its first fix to its last."""
    parts = [part for leg in track.legs for part in _leg(track, *leg)]
    parts += [_part(track, GAP, after, after + 1) for after in track.gaps.tolist()]
    if len(track):
        parts += [_alarm(track, each) for each in alarms]
    parts.sort(key=lambda part: (part.since, part.until))
    return _placed(parts, track)


def _leg(track: Track, first: int, last: int) -> list[Part]:
    """This will cut a stretch without gap into drives and stops."""
    found, here = [], first
    for stop in track.stops:
        if not first <= stop.first <= last:
            continue
        if stop.first > here:
            found.append(_drive(track, here, stop.first))
        found.append(_part(track, STOP, stop.first, stop.last))
        here = stop.last
    if here < last:
        found.append(_drive(track, here, last))
    return found


def _part(track: Track, kind: str, first: int, last: int) -> Part:
    return Part(kind, track.at(first), track.at(last), first, last)


def _drive(track: Track, first: int, last: int) -> Part:
    since, until = track.at(first), track.at(last)
    km, hours = track.way_m(first, last) / 1000, (until - since).total_seconds() / 3600
    told = track.speed[first : last + 1]
    top = float(np.nanmax(told)) if np.isfinite(told).any() else None
    return Part(DRIVE, since, until, first, last, km=km, mean=km / hours if hours else None, top=top)


def _alarm(track: Track, alarm: Any) -> Part:
    number = track.nearest(alarm.raised_at)
    return Part(ALARM, alarm.raised_at, alarm.raised_at, number, number, alarm=alarm)


def _placed(parts: list[Part], track: Track) -> list[Part]:
    """This will name the villages of stops and alarms, and of where a gap begins."""
    named = [part for part in parts if part.kind != DRIVE][:MOST_PLACES]
    codes = villages_at([(float(track.lng[part.first]), float(track.lat[part.first])) for part in named])
    names = division_names({code for code in codes if code} | {f"{code[:9]}000" for code in codes if code})
    told = {
        id(part): f"{names.get(f'{code[:9]}000', '')}{names.get(code, '')}"
        for part, code in zip(named, codes, strict=True)
    }
    return [_with_place(part, told.get(id(part), "")) for part in parts]


def _with_place(part: Part, place: str) -> Part:
    return Part(
        part.kind, part.since, part.until, part.first, part.last,
        km=part.km, mean=part.mean, top=part.top, place=place, alarm=part.alarm,
    )  # fmt: skip
