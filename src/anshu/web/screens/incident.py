# SPDX-License-Identifier: Apache-2.0
"""What the incident's page shows: state, clock, timeline, linked matters, and the writes that are open."""

from datetime import datetime
from typing import Any

from anshu.console.maplayers import colour
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.selectors import timeline
from anshu.domain.grassroots.selectors import tasks_visible
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.web.hrefs import href
from anshu.web.onemap.around import nearest_to, people_of, place_name
from anshu.web.onemap.histories import clocks_of

LINKED = 20


def incident_page(viewer: Viewer, incident: Any, *, now: datetime) -> dict[str, Any]:
    """This will gather the page."""
    may_write = incident.state == IncidentState.OPEN and viewer.covers(incident, Capability.INCIDENT, Right.UPDATE)
    entries = list(timeline(viewer, incident))
    return {
        "incident": incident,
        "level": colour(incident.grade),
        "place": place_name(incident.division_code),
        "clocks": [_clock(clock, now) for clock in clocks_of(incident)],
        "entries": entries,
        "may_write": may_write,
        "linked": linked_to(viewer, incident),
        "people": people_of(incident.division_code, incident.sector_code, at=now),
        "nearest": nearest_to(viewer, incident.point),
    }


def _clock(clock: dict[str, Any], now: datetime) -> dict[str, Any]:
    done = clock["done_at"]
    return {**clock, "late": (done or now) > clock["due_at"]}


def linked_to(viewer: Viewer, incident: Any) -> list[dict[str, Any]]:
    """This will list the alarm or task that the incident came from, and the tasks that came from either."""
    came_from = [("command.incident", str(incident.pk))]
    found = []
    if incident.source_type == "alerts.alarm":
        came_from.append((incident.source_type, incident.source_id))
        found += [_link("alarm", row) for row in alarms_visible(viewer).filter(pk=incident.source_id)]
    if incident.source_type == "grassroots.task":
        found += [_link("task", row) for row in tasks_visible(viewer).filter(pk=incident.source_id)]
    for source_type, source_id in came_from:
        rows = tasks_visible(viewer).filter(source_type=source_type, source_id=source_id)
        found += [_link("task", row) for row in rows.order_by("-id")[:LINKED]]
    return found


def _link(kind: str, row: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "title": row.title,
        "number": getattr(row, "number", ""),
        "level": colour(row.level),
        "state": row.get_state_display(),
        "href": href(kind, row.pk),
    }
