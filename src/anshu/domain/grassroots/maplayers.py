# SPDX-License-Identifier: Apache-2.0
"""Open tasks on the map."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.maplayers import MapLayer, Mark, colour, register
from anshu.domain.grassroots.choices import ENDED_STATES, TaskState
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.selectors import tasks_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer


@register
class TaskLayer(MapLayer):
    """Tasks that somebody still has to end."""

    code = "tasks"
    group = _("隐患")
    name = _("任务与隐患")
    type = "task"
    register = "tasks"
    capability = Capability.DANGER
    order = 40

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Task]:
        """This will list tasks that are open, or were."""
        rows = tasks_visible(viewer).filter(point__isnull=False)
        if at is None:
            return rows.exclude(state__in=ENDED_STATES)
        return rows.filter(Q(closed_at=None) | Q(closed_at__gt=at), created_at__lte=at)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show kind, level and state."""
        for row in rows:
            yield Mark(
                id=row.pk,
                name=row.title,
                geometry=row.point,
                kind=row.kind,
                level=colour(row.level),
                state=row.state,
                acknowledged=row.state != TaskState.REPORTED,
                observed_at=row.updated_at if at is None else row.created_at,
            )
