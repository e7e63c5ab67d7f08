# SPDX-License-Identifier: Apache-2.0
"""/history/: curves of one or several stations over any period, the same as a table, and their export."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anshu.console.views.downloads import as_file, csv_file
from anshu.domain.alerts.choices import RuleKind
from anshu.domain.alerts.selectors import rules_visible
from anshu.domain.sensing.selectors.history import (
    MOST_STATIONS,
    Curve,
    Step,
    curves,
    datastreams_visible,
    properties_observed,
)
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Absent, Viewer
from anshu.web.history.asking import Asked, read, shortcuts
from anshu.web.history.drawing import Integers, plot
from anshu.web.history.exporting import as_parquet, as_rows, estimate, exported, heads
from anshu.web.onemap.features import unit_text

MOST_LISTED = 300
MOST_TABLE = 400
# Of all stations together. Finer than that nobody sees on a screen; a file has everything.
MOST_DRAWN = 200_000
_FORMS = ("csv", "parquet")
_COLOURS = ("red", "orange", "yellow", "blue")


@login_required
@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """This will show what is asked for; asked for nothing, what there is to choose from."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    _require(viewer)
    asked = read(request.GET, viewer, now, most_points=MOST_DRAWN)
    properties = list(properties_observed(viewer).order_by("name"))
    found = next((each for each in properties if each.code == asked.property_code), None)
    context: dict[str, Any] = {
        "asked": asked,
        "properties": properties,
        "property": found,
        "unit": unit_text(found.unit) if found else "",
        "steps": Step.choices,
        "shortcuts": shortcuts(now),
        "most": MOST_STATIONS,
    }
    if found is not None:
        chosen = {each.thing_id for each in asked.streams}
        names = datastreams_visible(viewer, property_code=found.code).values("thing_id", "thing__code", "thing__name")
        stations = list(names[: MOST_LISTED + 1])
        context |= {"stations": stations[:MOST_LISTED], "more": len(stations) > MOST_LISTED, "chosen": chosen}
    if asked.streams and found is not None:
        context |= _shown(asked, viewer, now)
    return render(request, "web/history.html", context)


@login_required
@require_GET
def history_export(request: HttpRequest) -> HttpResponseBase:
    """This will give the chosen stations' values as CSV or Parquet, noted in the audit log.

    Unlike the page it never gives something else than what was asked for: 400 says which field is wrong and why.
    """
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    _require(viewer)
    asked = read(request.GET, viewer, now)
    form = request.GET.get("format") or "csv"
    unknown = () if form in _FORMS else (_("格式(format)“%(value)s”不存在,可用 csv、parquet。") % {"value": form[:20]},)
    if faults := asked.faults + unknown:
        return HttpResponse("\n".join(faults), status=400, content_type="text/plain; charset=utf-8")
    if not asked.streams:
        raise Absent
    exported(asked, form, actor=viewer, now=now)
    name = f"{asked.property_code}-{asked.first}-{asked.last}.{form}"
    if form == "parquet":
        return as_file(FileResponse(as_parquet(asked), content_type="application/x-parquet"), name)
    return csv_file(heads(asked.step), as_rows(asked), name)


def _require(viewer: Viewer) -> None:
    if not viewer.can(Capability.MONITORING):
        raise Absent


def _shown(asked: Asked, viewer: Viewer, now: datetime) -> dict[str, Any]:
    found = curves(asked.streams, asked.since, asked.until, asked.step)
    limits = _limits(asked, viewer, now) if len(asked.streams) == 1 else {}
    query = urlencode(
        [("property", asked.property_code), ("first", asked.first), ("last", asked.last), ("step", asked.step.value)]
        + [("thing", str(each.thing_id)) for each in asked.streams]
    )
    return {
        "plot": plot(found, asked.since, min(asked.until, max(now, asked.since + timedelta(hours=1))), limits),
        "lines": [_summary(number, each) for number, each in enumerate(found)],
        "table": _table(found),
        "query": query,
        "estimate": estimate(asked),
    }


def _limits(asked: Asked, viewer: Viewer, now: datetime) -> dict[str, float | None]:
    """This will give the thresholds of the rule on the value itself, where the only station has one in force."""
    rules = rules_visible(viewer).filter(datastream=asked.streams[0], kind=RuleKind.VALUE, enabled=True)
    rule = rules.filter(valid_from__lte=now).exclude(valid_until__lte=now).order_by("-valid_from").first()
    return {colour: getattr(rule, colour) for colour in _COLOURS} if rule is not None else {}


def _summary(number: int, curve: Curve) -> dict[str, Any]:
    known = np.isfinite(curve.middle)
    low, high = curve.low[known], curve.high[known]
    total, usable = float(curve.total[known].sum()), int(curve.usable.sum())
    return {
        "number": number,
        "thing": curve.datastream.thing,
        "low": float(low.min()) if len(low) else None,
        "high": float(high.max()) if len(high) else None,
        "middle": (total if curve.adds_up else total / usable) if usable else None,
        "reported": int(curve.reported.sum()),
        "usable": usable,
        "good": int(curve.good.sum()),
        "adds_up": curve.adds_up,
        "decimals": curve.datastream.observed_property.decimals,
    }


def _table(found: list[Curve]) -> dict[str, Any]:
    """This will put the curves side by side, one row for each time, the newest first, as text."""
    times = np.unique(np.concatenate([each.at_us for each in found]))[::-1]
    shown = times[:MOST_TABLE]
    zone = timezone.get_current_timezone()
    at = [f"{datetime.fromtimestamp(each / 1e6, tz=zone):%Y-%m-%d %H:%M}" for each in shown.tolist()]
    rows = list(zip(at, zip(*(_cells(each, shown) for each in found), strict=True), strict=True))
    return {"rows": rows, "total": len(times), "names": [each.datastream.thing.name for each in found]}


def _cells(curve: Curve, times: Integers) -> list[str]:
    """This will write a curve's values at some times; a dash where there is none."""
    if not len(curve.at_us):
        return ["—"] * len(times)
    place = np.searchsorted(curve.at_us, times).clip(max=len(curve.at_us) - 1)
    value = np.where(curve.at_us[place] == times, curve.middle[place], np.nan)
    decimals = curve.datastream.observed_property.decimals
    return [f"{each:.{decimals}f}" if each == each else "—" for each in value.tolist()]
