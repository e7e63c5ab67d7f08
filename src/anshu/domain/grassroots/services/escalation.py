# SPDX-License-Identifier: Apache-2.0
"""Escalation: a task past its deadline calls in the next rung, village to township to county."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anshu.domain.grassroots.choices import OPEN_STATES
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.rules import rung_above, rung_of, supervisors
from anshu.domain.grassroots.selectors import deadline_from
from anshu.domain.grassroots.services.alarms import name_of
from anshu.domain.grassroots.services.reporting import parties_add
from anshu.domain.grassroots.services.steps import task_write
from anshu.kernel.audit.actor import platform
from anshu.kernel.org.choices import Level
from anshu.kernel.org.selectors import Answerable, chain_for

BATCH = 100
Chains = dict[tuple[str, str], Sequence[Answerable]]


@transaction.atomic
def tasks_escalate(*, now: datetime) -> int:
    """This will escalate up to a batch of overdue tasks, each once for its moment; gives how many.

    Rows that another run holds are left to it, so that several may run at the same time.
    """
    rows = Task.objects.select_for_update(skip_locked=True, of=("self",))
    due = list(rows.filter(escalate_at__lt=now, state__in=OPEN_STATES).order_by("escalate_at", "id")[:BATCH])
    chains: Chains = {}
    for task in due:
        _escalate(task, chains, now)
    return len(due)


def _escalate(task: Task, chains: Chains, now: datetime) -> None:
    place = (task.division_code, task.sector_code)
    if place not in chains:
        chains[place] = chain_for(task.division_code, sector=task.sector_code, at=now)
    below, above = task.rung, rung_above(task.rung)
    seats = supervisors(chains[place], above=below)
    if seats:
        above = rung_of(seats[0][0].level)
    missed, task.escalated_at = task.escalate_at, now
    task.rung = above or Level.COUNTY
    task.escalate_at = _next(task, now) if above else None
    parties_add(task, seats, now)
    task_write(
        task,
        actor=platform(_("超期升级")),
        now=now,
        transition="escalate",
        text=_text(task, seats, above is not None),
        details={"rung": [below, task.rung], "missed": missed.isoformat() if missed else None},
    )


def _next(task: Task, now: datetime) -> datetime:
    return deadline_from(origin=task.origin, kind=task.kind, level=task.level, start_at=now)


def _text(task: Task, seats: Sequence[tuple[Answerable, object]], higher: bool) -> str:
    due = f"{timezone.localtime(task.due_at):%m-%d %H:%M}" if task.due_at else "—"
    if not higher:
        return _("期限 %(due)s 已过,已在县级督办,仍未办结。") % {"due": due}
    if not seats:
        return _("期限 %(due)s 已过,升级至%(rung)s;该级未配置在任责任人。") % {
            "due": due,
            "rung": Level(task.rung).label,
        }
    return _("期限 %(due)s 已过,升级至%(rung)s:%(name)s。") % {
        "due": due,
        "rung": Level(task.rung).label,
        "name": name_of(seats[0][0]),
    }
