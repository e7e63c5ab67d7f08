# SPDX-License-Identifier: Apache-2.0
"""A storm's alarms as few lines: one for each place and cause, exact and open to its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, When
from django.db.models.functions import Left

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.models import Alarm
from anshu.domain.alerts.selectors.alarms import alarms_visible
from anshu.kernel.access.viewer import Viewer

# A county has some fifteen townships and a dozen causes; an upper platform gets the worst of its groups.
MOST_GROUPS = 500
_TOWNSHIP = Left("division_code", 9)


@dataclass(frozen=True, slots=True)
class AlarmGroup:
    """The active alarms of one township and cause, those on a shelf apart."""

    township: str
    cause: Cause
    # What is observed, for thresholds; None where the cause alone says it.
    property_id: int | None
    property_name: str
    worst: Level
    number: int
    unanswered: int
    things: int
    first_at: datetime
    last_at: datetime
    by_level: Mapping[int, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What is the matter: the property beyond its threshold, or the cause."""
        return self.property_name or str(self.cause.label)


def alarm_groups(viewer: Viewer) -> list[AlarmGroup]:
    """This will gather the active alarms in scope, in one statement, the worst groups first."""
    levels = {f"level{level}": Count("pk", filter=Q(level=level)) for level in (1, 2, 3, 4)}
    rows = (
        _active(viewer)
        .order_by()
        .annotate(township=_TOWNSHIP, property=_observed("_id"), property_name=_observed("__name"))
        .values("township", "cause", "property", "property_name")
        .annotate(
            worst=Min("level"),
            number=Count("pk"),
            unanswered=Count("pk", filter=Q(acknowledged_at=None)),
            things=Count("thing_id", distinct=True),
            first_at=Min("raised_at"),
            last_at=Max("raised_at"),
            **levels,
        )
        .order_by("worst", "-number", "township", "cause")[:MOST_GROUPS]
    )
    return [_group(row) for row in rows]


def _group(row: Any) -> AlarmGroup:
    return AlarmGroup(
        township=row["township"].ljust(12, "0"),
        cause=Cause(row["cause"]),
        property_id=row["property"],
        property_name=row["property_name"] or "",
        worst=Level(row["worst"]),
        number=row["number"],
        unanswered=row["unanswered"],
        things=row["things"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        by_level={level: row[f"level{level}"] for level in (1, 2, 3, 4) if row[f"level{level}"]},
    )


def _observed(what: str) -> Case:
    """This will give what is observed where a threshold is the matter; a silent device is one, whatever it has."""
    return Case(When(cause=Cause.THRESHOLD, then=F(f"rule__datastream__observed_property{what}")))


def group_rows(viewer: Viewer, *, township: str, cause: str, property_id: int | None) -> QuerySet[Alarm]:
    """This will give the alarms that a group counts."""
    rows = _active(viewer).annotate(township=_TOWNSHIP).filter(township=township[:9], cause=cause)
    if property_id is not None:
        rows = rows.filter(rule__datastream__observed_property_id=property_id)
    return rows


def _active(viewer: Viewer) -> QuerySet[Alarm]:
    return alarms_visible(viewer).filter(state=AlarmState.ACTIVE, shelved_until=None)
