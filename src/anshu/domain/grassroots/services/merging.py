# SPDX-License-Identifier: Apache-2.0
"""Making two reports of one matter one task."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.grassroots.choices import ENDED_STATES, TaskState
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.rules import TASKS
from anshu.domain.grassroots.services.steps import task_write
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer, within
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.refusals import Absent, Refusal


@transaction.atomic
def task_merge(*, task: Task, into: Any, actor: Actor, now: datetime, reason: str = "") -> Task:
    """This will end a double and note it on the task that goes on; both must lie within the actor's approval.

    `into` is the other task or its number in the database. Gives the ended one.
    """
    double, kept = _both(task.pk, into.pk if isinstance(into, Task) else into, actor)
    merge = TASKS.find("merge")
    if double.pk == kept.pk or kept.state in ENDED_STATES or merge is None or double.state not in merge.sources:
        message = _("只能并入另一个办理中的任务。")
        raise Refusal(message, code="state", fields={"into": message})
    double.closed_at, double.escalate_at = now, None
    text = reason.strip() or _("与 %(number)s 为同一情况,并案办理。") % {"number": kept.number}
    task_write(
        double,
        actor=actor,
        now=now,
        transition="merge",
        target=TaskState.REJECTED,
        text=text,
        details={"into": kept.pk, "number": kept.number},
    )
    task_write(
        kept,
        actor=actor,
        now=now,
        transition="merged",
        text=_("%(number)s(%(reporter)s 上报)并入本任务。") % {"number": double.number, "reporter": double.reporter},
        details={"double": double.pk, "number": double.number},
    )
    return double


def _both(first: Any, second: Any, actor: Actor) -> tuple[Task, Task]:
    """This will lock both in the order of their keys, so that two merges cannot wait for each other."""
    rows = Task.objects.select_for_update(of=("self",)).order_by("pk")
    if isinstance(actor, Viewer):
        rows = rows.filter(within(actor, Task, Capability.DANGER, Right.APPROVE))
    elif actor.kind != PLATFORM:
        raise Absent
    try:
        found = {row.pk: row for row in rows.filter(pk__in=[int(first), int(second)])}
        return found[int(first)], found[int(second)]
    except (KeyError, TypeError, ValueError) as error:
        raise Absent from error
