# SPDX-License-Identifier: Apache-2.0
"""A track as files: every fix, nothing simplified; who took it is in the audit log."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anshu.domain.sensing.selectors import Track
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record
from anshu.web.track.asking import Asked

GPX_TYPE = "application/gpx+xml; charset=utf-8"
# GPX 1.1 (topografix.com/GPX/1/1) has no speed; this extension does, in metres a second, and its course in degrees.
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Anshu"'
    ' xmlns="http://www.topografix.com/GPX/1/1"'
    ' xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">\n'
)
_KMH = 3.6


def exported(asked: Asked, form: str, *, actor: Actor, now: datetime) -> None:
    """This will note who took which track out."""
    changes = {"since": asked.since.isoformat(), "until": asked.until.isoformat(), "form": form}
    with transaction.atomic():
        record(actor=actor, now=now, action="track.exported", subject=asked.thing, changes=changes)


def heads() -> list[str]:
    """This will name the columns for people."""
    return [
        _("时间"),
        _("经度(WGS 84)"),
        _("纬度(WGS 84)"),
        _("车速(km/h)"),
        _("航向(°)"),
        _("距上一点(米)"),
        _("停留"),
        _("其后中断"),
    ]


def as_rows(track: Track) -> Iterator[Sequence[Any]]:
    """This will give every fix; a stop's number stands at its fixes, a gap at the fix before it."""
    gaps = set(track.gaps.tolist())
    stop_of = {number: n for n, stop in enumerate(track.stops, 1) for number in range(stop.first, stop.last + 1)}
    for number in range(len(track)):
        yield (
            timezone.localtime(track.at(number)).isoformat(),
            f"{track.lng[number]:.6f}",
            f"{track.lat[number]:.6f}",
            _known(track.speed[number], 1),
            _known(track.course[number], 0),
            f"{track.steps_m[number - 1]:.1f}" if number else "",
            stop_of.get(number, ""),
            _("是") if number in gaps else "",
        )


def _known(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if value == value else ""


def as_gpx(track: Track, name: str) -> Iterator[str]:
    """This will give a GPX 1.1 file, a segment for each stretch without gap."""
    yield f"{_HEAD}<trk><name>{escape(name)}</name>\n"
    for first, last in track.legs:
        yield "<trkseg>\n"
        for number in range(first, last + 1):
            yield _point(track, number)
        yield "</trkseg>\n"
    yield "</trk></gpx>\n"


def _point(track: Track, number: int) -> str:
    speed, course = track.speed[number], track.course[number]
    told = (f"<gpxtpx:speed>{speed / _KMH:.2f}</gpxtpx:speed>" if speed == speed else "") + (
        f"<gpxtpx:course>{course:.0f}</gpxtpx:course>" if course == course else ""
    )
    more = f"<extensions><gpxtpx:TrackPointExtension>{told}</gpxtpx:TrackPointExtension></extensions>" if told else ""
    at = track.at(number).astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f'<trkpt lat="{track.lat[number]:.6f}" lon="{track.lng[number]:.6f}"><time>{at}</time>{more}</trkpt>\n'
