# SPDX-License-Identifier: Apache-2.0
"""/tracks/<thing>/: the page, and the files."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anshu.console.registry import registry
from anshu.console.views.door import Visit
from anshu.console.views.downloads import as_file, csv_file
from anshu.domain.sensing.selectors import fixes_purged, track_of
from anshu.domain.sensing.selectors.tracks import MOST_POINTS
from anshu.web.track.asking import Asked, read
from anshu.web.track.exporting import GPX_TYPE, as_gpx, as_rows, exported, heads
from anshu.web.track.itinerary import alarms_along, itinerary

MOST_LISTED = 400


@login_required
@require_GET
def track(request: Visit, pk: int) -> HttpResponse:
    """This will show where a vehicle went: the table at once, the map from the API."""
    asked = read(request.viewer, pk, request.GET, request.now)
    found = track_of(asked.thing, asked.since, asked.until)
    parts = itinerary(found, alarms_along(request.viewer, asked.thing, asked.since, asked.until))
    query = urlencode({"since": asked.since.isoformat(), "until": asked.until.isoformat()})
    context: dict[str, Any] = {
        "register": registry.get("things"),
        "asked": asked,
        "thing": asked.thing,
        "since": _typed(asked.since),
        "until": _typed(asked.until),
        "fixes": len(found),
        "km": found.way_m(0, len(found)) / 1000,
        "stops": len(found.stops),
        "parts": parts[:MOST_LISTED],
        "parts_more": max(0, len(parts) - MOST_LISTED),
        "purged": fixes_purged(asked.since, asked.until),
        "most": MOST_POINTS,
        "query": query,
        "source": f"/tracks/{pk}?{query}",
    }
    return render(request, "web/track.html", context)


@login_required
@require_GET
def track_export(request: Visit, pk: int) -> HttpResponseBase:
    """This will give every fix as CSV or GPX, noted in the audit log."""
    asked = read(request.viewer, pk, request.GET, request.now)
    form = "gpx" if request.GET.get("format") == "gpx" else "csv"
    found = track_of(asked.thing, asked.since, asked.until)
    exported(asked, form, actor=request.viewer, now=request.now)
    if form == "gpx":
        lines = (line.encode() for line in as_gpx(found, asked.thing.name))
        return as_file(StreamingHttpResponse(lines, content_type=GPX_TYPE), _name(asked, form))
    return csv_file(heads(), as_rows(found), _name(asked, form))


def _name(asked: Asked, form: str) -> str:
    since, until = (f"{timezone.localtime(at):%Y%m%d%H%M}" for at in (asked.since, asked.until))
    return f"{asked.thing.code}-{since}-{until}.{form}"


def _typed(at: Any) -> str:
    """This will write a time as a field of a form takes it."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"
