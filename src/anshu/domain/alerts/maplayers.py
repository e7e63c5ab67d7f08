# SPDX-License-Identifier: Apache-2.0
"""Alarms on the map: active ones live, or those that were active at an instant."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.maplayers import MapLayer, Mark, colour, register
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.models import Alarm, Occurrence
from anshu.domain.alerts.selectors import alarms_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer


@register
class AlarmLayer(MapLayer):
    """Alarms by colour; an unacknowledged one pulses."""

    code = "alarms"
    group = _("预警")
    name = _("监测告警")
    type = "alarm"
    register = "alarms"
    capability = Capability.MONITORING
    order = 30

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Alarm]:
        """This will list alarms whose condition holds, or held."""
        rows = alarms_visible(viewer).select_related("thing", "rule__datastream__observed_property")
        if at is None:
            return rows.filter(state=AlarmState.ACTIVE, shelved_until=None)
        return rows.filter(Q(cleared_at=None) | Q(cleared_at__gt=at), raised_at__lte=at)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show level, value and whether somebody has answered, as it was at `at`."""
        past = _standing_at([row.pk for row in rows], at) if at else {}
        for row in rows:
            standing = past.get(row.pk, row)
            observed = row.rule.datastream.observed_property if row.rule else None
            yield Mark(
                id=row.pk,
                name=row.title,
                geometry=row.point,
                kind=row.cause,
                level=colour(standing.level),
                state=row.state if at is None else AlarmState.ACTIVE.value,
                value=None if observed is not None and observed.is_flag else standing.value,
                unit=observed.unit if observed else "",
                property=observed.name if observed else "",
                observed_at=standing.at if at and row.pk in past else row.changed_at,
                acknowledged=row.acknowledged_at is not None and (at is None or row.acknowledged_at <= at),
            )

    def href(self, pk: int) -> str:
        """This will give the alarm's own page, which is fuller than its register's."""
        return f"/alarms/{pk}/"


def _standing_at(alarm_ids: Sequence[int], at: datetime) -> dict[int, Occurrence]:
    found = (
        Occurrence.objects.filter(alarm__in=alarm_ids, at__lte=at)
        .order_by("alarm_id", "-at", "-id")
        .distinct("alarm_id")
    )
    return {occurrence.alarm_id: occurrence for occurrence in found}
