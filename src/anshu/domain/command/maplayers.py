# SPDX-License-Identifier: Apache-2.0
"""Incidents on the map."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.maplayers import MapLayer, Mark, colour, register
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.models import Incident
from anshu.domain.command.selectors import incidents_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer


@register
class IncidentLayer(MapLayer):
    """Incidents that are being dealt with."""

    code = "incidents"
    group = _("事件")
    name = _("突发事件")
    type = "incident"
    register = "incidents"
    capability = Capability.INCIDENT
    order = 50

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Incident]:
        """This will list incidents that are open, or were."""
        rows = incidents_visible(viewer).filter(point__isnull=False)
        if at is None:
            return rows.filter(state=IncidentState.OPEN)
        return rows.filter(Q(closed_at=None) | Q(closed_at__gt=at), opened_at__lte=at)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show kind and grade."""
        for row in rows:
            yield Mark(
                id=row.pk,
                name=row.title,
                geometry=row.point,
                kind=row.kind,
                level=colour(row.grade),
                state=row.state if at is None else IncidentState.OPEN.value,
                observed_at=row.opened_at,
            )

    def href(self, pk: int) -> str:
        """This will give the incident's own page, which is fuller than its register's."""
        return f"/incidents/{pk}/"
