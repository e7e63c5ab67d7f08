# SPDX-License-Identifier: Apache-2.0
"""What the alarm's page shows: facts, the curve with its thresholds, what happened, what may be done."""

from datetime import datetime
from typing import Any

from anshu.domain.alerts.selectors import alarm_get
from anshu.domain.sensing.selectors import series
from anshu.kernel.access.viewer import Viewer
from anshu.web.chart import chart_of
from anshu.web.onemap.features import unit_text
from anshu.web.onemap.objects import SERIES_POINTS, SERIES_SPAN, map_object


def alarm_page(viewer: Viewer, pk: int, *, now: datetime) -> dict[str, Any]:
    """This will gather the page; raises Absent for an alarm out of sight."""
    told = map_object(viewer, "alarm", pk, now=now)
    alarm = alarm_get(viewer, pk)
    page = {"alarm": alarm, "told": told, "verbs": {action["code"] for action in told["actions"]}}
    if alarm.rule is None:
        return page
    stream = alarm.rule.datastream
    until = min(now, alarm.cleared_at + SERIES_SPAN / 4) if alarm.cleared_at else now
    points = series(viewer, stream, until - SERIES_SPAN, until, SERIES_POINTS)
    limits = {level: getattr(alarm.rule, level) for level in ("red", "orange", "yellow", "blue")}
    return page | {
        "chart": chart_of([(point.at, point.value) for point in points if point.value is not None], limits),
        "property": stream.observed_property.name,
        "unit": unit_text(stream.observed_property.unit),
    }
