# SPDX-License-Identifier: Apache-2.0
"""An incident out of an alarm: what the one takes from the other."""

from datetime import datetime
from typing import Any

from anshu.domain.command.choices import IncidentKind
from anshu.domain.command.services import incident_open
from anshu.kernel.access.viewer import Viewer

# What an alarm of a sector turns into where nobody says otherwise.
KIND_OF_SECTOR = {
    "flood": IncidentKind.FLOOD,
    "weather": IncidentKind.FLOOD,
    "geohazard": IncidentKind.GEOHAZARD,
    "forest": IncidentKind.FOREST_FIRE,
    "fire": IncidentKind.FIRE,
    "hazchem": IncidentKind.HAZCHEM,
    "industry": IncidentKind.INDUSTRY,
    "road": IncidentKind.TRAFFIC,
}


def incident_from_alarm(
    alarm: Any, *, actor: Viewer, now: datetime, title: str = "", kind: IncidentKind | None = None
) -> Any:
    """This will open an incident at the alarm's place and time; its kind follows the sector unless somebody says."""
    return incident_open(
        actor=actor,
        now=now,
        title=title or alarm.title,
        kind=kind or KIND_OF_SECTOR.get(alarm.sector_code, IncidentKind.OTHER),
        source=alarm,
        point=alarm.point,
        division_code=alarm.division_code,
        sector_code=alarm.sector_code,
        happened_at=alarm.raised_at,
    )
