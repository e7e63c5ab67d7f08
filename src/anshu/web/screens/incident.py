# SPDX-License-Identifier: Apache-2.0
"""What the incident's page shows: state, clock, timeline, linked matters, and the writes that are open."""

from datetime import datetime
from typing import Any

from anshu.console.maplayers import colour
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.selectors import active_alarms_of, timeline
from anshu.domain.grassroots.selectors import tasks_visible
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.web.hrefs import href
from anshu.web.onemap.around import distance_words, nearest_to, people_of, place_name
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
        "alarm_holds": may_write and active_alarms_of(viewer, incident).exists(),
        "people": people_of(incident.division_code, incident.sector_code, at=now),
        "nearest": [
            {**row, "distance": distance_words(row["distance_m"])} for row in nearest_to(viewer, incident.point)
        ],
    }


def _clock(clock: dict[str, Any], now: datetime) -> dict[str, Any]:
    done = clock["done_at"]
    return {**clock, "late": (done or now) > clock["due_at"]}


def linked_to(viewer: Viewer, incident: Any) -> list[dict[str, Any]]:
    """This will list the alarms and tasks tied to the incident that the viewer may see."""
    links = list(incident.links.values_list("subject_type", "subject_id"))
    alarms = [int(pk) for kind, pk in links if kind == "alerts.alarm"]
    tasks = [int(pk) for kind, pk in links if kind == "grassroots.task"]
    return [
        *(_link("alarm", row) for row in alarms_visible(viewer).filter(pk__in=alarms).order_by("-id")[:LINKED]),
        *(_link("task", row) for row in tasks_visible(viewer).filter(pk__in=tasks).order_by("-id")[:LINKED]),
    ]


def _link(kind: str, row: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "title": row.title,
        "number": getattr(row, "number", ""),
        "level": colour(row.level),
        "state": row.get_state_display(),
        "href": href(kind, row.pk),
    }
