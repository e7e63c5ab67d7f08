# SPDX-License-Identifier: Apache-2.0
"""What the platform writes on the timeline by itself when linked alarms and tasks change."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anshu.domain.alerts.events import AlarmFact
from anshu.domain.command.choices import EntryKind, IncidentState
from anshu.domain.command.models import Entry, Incident
from anshu.domain.command.selectors import ALARM, TASK
from anshu.domain.command.services.incidents import scene_mark
from anshu.domain.command.services.writing import changed, entry_write, link_write
from anshu.domain.grassroots.choices import TaskState
from anshu.domain.grassroots.events import TaskMoved
from anshu.kernel.audit.actor import PLATFORM, Actor

CLERK = Actor(kind=PLATFORM, id="command", label="安枢")


@transaction.atomic
def task_follow(*, fact: TaskMoved, now: datetime) -> None:
    """This will note a linked task's move, link the task of a linked alarm, and see the scene by its pictures."""
    task = (TASK, str(fact.subject_id))
    linked = _linked(*task)
    if fact.source_type == ALARM and fact.source_id:
        linked |= _linked(ALARM, fact.source_id)
    words = {"number": fact.number, "actor": fact.actor, "state": TaskState(fact.state).label}
    text = _("任务 %(number)s %(state)s(%(actor)s)") % words + (f":{fact.text}" if fact.text else "")
    for incident in _locked(linked):
        link_write(incident, task, _("关联任务 %(number)s") % words, actor=CLERK, now=now)
        _note(incident, text, task, f"{fact.kind}:{fact.subject_id}:{fact.transition}:{now.isoformat()}", now)
        if fact.transition == "feedback" and fact.photos:
            scene_mark(incident, actor=CLERK, now=now)


@transaction.atomic
def alarm_follow(*, fact: AlarmFact, now: datetime) -> None:
    """This will note a change of a linked alarm."""
    say = _ALARM_WORDS.get(fact.kind)
    if say is None:
        return
    text = say() % {"title": fact.title, "actor": getattr(fact, "actor", "")}
    if fact.value is not None:
        text += _("(实测 %(value)s)") % {"value": f"{fact.value:g}"}
    alarm = (ALARM, str(fact.subject_id))
    for incident in _locked(_linked(*alarm)):
        _note(incident, text, alarm, f"{fact.kind}:{fact.subject_id}:{now.isoformat()}", now)


_ALARM_WORDS: dict[str, Callable[[], str]] = {
    "alarm.escalated": lambda: _("告警升级:%(title)s"),
    "alarm.eased": lambda: _("告警减轻:%(title)s"),
    "alarm.cleared": lambda: _("告警恢复:%(title)s"),
    "alarm.overdue": lambda: _("告警无人签收,已升级:%(title)s"),
    "alarm.shelved": lambda: _("告警搁置:%(title)s,%(actor)s"),
    "alarm.acknowledged": lambda: _("告警确认:%(title)s,%(actor)s"),
}


def _linked(subject_type: str, subject_id: str | int) -> Q:
    return Q(links__subject_type=subject_type, links__subject_id=str(subject_id))


def _locked(linked: Q) -> QuerySet[Incident]:
    pks = Incident.objects.filter(linked, state=IncidentState.OPEN).values("pk")
    return Incident.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")


def _note(incident: Incident, text: str, subject: tuple[str, str], cause: str, now: datetime) -> None:
    """This will write the entry unless the same fact has made it before."""
    if Entry.objects.filter(incident=incident, cause=cause).exists():
        return
    entry = entry_write(incident, kind=EntryKind.STATE, text=text, actor=CLERK, now=now, subject=subject, cause=cause)
    changed(incident, change="entry", actor=CLERK, now=now, text=text, details={"entry": entry.pk})
