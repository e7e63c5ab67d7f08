# SPDX-License-Identifier: Apache-2.0
"""What the command centre's screen shows. Nothing here is decoration: what is unknown is null or empty."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import Substr

from anshu.console.maplayers import COLOURS, colour
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.selectors import incidents_visible, timeline
from anshu.domain.resources.choices import ShelterState
from anshu.domain.resources.selectors import shelters_visible, teams_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.events.models import Event
from anshu.kernel.org.selectors import division_names
from anshu.web.duty import on_duty
from anshu.web.onemap.histories import clocks_of, timeline_rows
from anshu.web.screens.alarm_groups import group_rows_of

TICKER = 10
# How far back the ticker looks for events that the viewer may see.
TICKER_READS = 200
TIMELINE = 8
RESOURCES = 8
# A panel read from five metres holds a dozen lines; it says how many groups there are besides.
GROUPS = 12


def wall_of(viewer: Viewer, *, now: datetime) -> dict[str, Any]:
    """This will gather the screen for one viewer, with a number of queries that does not grow."""
    return {
        # Response levels and official warnings come with their own contexts; until then there is none in force.
        "response": None,
        "duty": on_duty(at=now),
        "warnings": [],
        "alarms_by_township": alarms_by_township(viewer),
        "alarm_groups": group_rows_of(viewer)[:GROUPS],
        "incident": _incident(viewer),
        "resources": _teams(viewer),
        "evacuation": _evacuation(viewer),
        "ticker": ticker(viewer),
        "now": now,
    }


def alarms_by_township(viewer: Viewer) -> list[dict[str, Any]]:
    """This will count the active alarms by township and colour, the worst township first."""
    counted = (
        alarms_visible(viewer)
        .filter(state=AlarmState.ACTIVE, shelved_until=None)
        .order_by()
        .annotate(township=Substr("division_code", 1, 9))
        .values("township", "level")
        .annotate(number=Count("pk"))
    )
    by_code: dict[str, dict[str, int]] = {}
    for row in counted:
        levels = by_code.setdefault(row["township"].ljust(12, "0"), dict.fromkeys(COLOURS[1:], 0))
        levels[colour(row["level"])] = levels.get(colour(row["level"]), 0) + row["number"]
    names = division_names(set(by_code))
    rows = [
        {"code": code, "name": names.get(code, code), **{name: levels[name] for name in COLOURS[1:]}}
        for code, levels in by_code.items()
    ]
    return sorted(rows, key=lambda row: [-row[name] for name in COLOURS[1:]])


def _incident(viewer: Viewer) -> dict[str, Any] | None:
    """This will choose the incident in focus: the gravest open one, then the newest."""
    rows = list(incidents_visible(viewer).filter(state=IncidentState.OPEN).order_by("-id")[:50])
    row = min(rows, key=lambda each: each.grade or len(COLOURS), default=None)
    if row is None:
        return None
    entries = timeline_rows(timeline(viewer, row))
    return {
        "id": row.pk,
        "title": row.title,
        "level": colour(row.grade),
        "opened_at": row.opened_at,
        "clocks": clocks_of(row),
        "timeline": entries[-TIMELINE:],
    }


def _teams(viewer: Viewer) -> list[dict[str, Any]]:
    if not viewer.can(Capability.RESOURCE):
        return []
    rows = teams_visible(viewer).filter(retired_at=None).order_by(F("on_duty").desc(), "pk")[:RESOURCES]
    return [
        {"name": row.name, "kind": row.get_kind_display(), "state": f"{row.on_duty}/{row.members}", "eta_at": None}
        for row in rows
    ]


def _evacuation(viewer: Viewer) -> dict[str, int] | None:
    """This will total the shelters in use; None where the viewer may not know."""
    if not viewer.can(Capability.EVACUATION):
        return None
    used = shelters_visible(viewer).filter(state__in=[ShelterState.OPEN, ShelterState.FULL], retired_at=None)
    totals = used.aggregate(people=Sum("people"), shelters=Count("pk"))
    return {"people": totals["people"] or 0, "shelters": totals["shelters"]}


def ticker(viewer: Viewer) -> list[dict[str, Any]]:
    """This will give the last events that the viewer may see, newest first."""
    recent = Event.objects.filter(position__isnull=False).order_by("-position")[:TICKER_READS]
    seen = [event for event in recent if event.payload.get("title") and _sees(viewer, event)]
    return [
        {"at": event.at, "text": str(event.payload["title"]), "level": _level(event.payload)} for event in seen[:TICKER]
    ]


def _sees(viewer: Viewer, event: Event) -> bool:
    return event.capability in Capability.values and viewer.covers(event, Capability(event.capability))


def _level(payload: dict[str, Any]) -> str:
    given = payload.get("level", payload.get("grade"))
    return colour(given) if isinstance(given, int) else "none"
