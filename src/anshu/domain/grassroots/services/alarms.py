# SPDX-License-Identifier: Apache-2.0
"""An alarm's task: made once for the people who answer for the place, raised with it, told when it is over."""

from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anshu.domain.alerts.events import AlarmCleared, AlarmEscalated, AlarmFact, AlarmRaised
from anshu.domain.grassroots.choices import ENDED_STATES, Origin, PartyRung, TaskState
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.rules import Call, call, earlier, kind_of, rung_of, supervisors, worse
from anshu.domain.grassroots.selectors import deadline_from
from anshu.domain.grassroots.services.reporting import parties_add
from anshu.domain.grassroots.services.steps import task_write
from anshu.kernel.audit.actor import Actor, platform
from anshu.kernel.org.choices import Level
from anshu.kernel.org.selectors import Answerable, chain_for
from anshu.kernel.workflow.numbers import number_next
from anshu.kernel.workflow.selectors import steps_of

TITLE_MOST = 200


@transaction.atomic
def task_from_alarm(*, fact: AlarmRaised | AlarmEscalated, now: datetime) -> Task | None:
    """This will give the alarm's open task, made and assigned if there is none.

    An alarm that was over before it was found asks nothing of anybody and makes no task.
    """
    found = _open_task(fact)
    if found is not None or getattr(fact, "late", False):
        return found
    called = call(chain_for(fact.division_code, sector=fact.sector_code, at=now))
    task = Task(
        title=fact.title[:TITLE_MOST],
        kind=kind_of(fact.sector_code),
        origin=Origin.ALARM,
        source_type=fact.subject_type,
        source_id=str(fact.subject_id),
        level=fact.level,
        state=TaskState.ASSIGNED if called.doer else TaskState.REPORTED,
        rung=rung_of(called.doer.level) if called.doer else Level.COUNTY,
        point=Point(fact.lng, fact.lat, srid=4326),
        reporter=_clerk().label,
        post_id=called.doer.post_id if called.doer else None,
        created_at=now,
        division_code=fact.division_code,
        sector_code=fact.sector_code or "general",
        unit_id=fact.unit_id,
    )
    task.due_at = task.escalate_at = deadline_from(origin=task.origin, kind=task.kind, level=task.level, start_at=now)
    task.text = _text(fact, called, task.due_at)
    task.number = number_next("RW", now=now, width=4)
    task_write(task, actor=_clerk(), now=now, transition="raise", text=task.text, details=_named(called))
    parties_add(task, called.parties, now)
    return task


@transaction.atomic
def task_level_raise(*, fact: AlarmEscalated, now: datetime) -> Task | None:
    """This will raise the alarm's open task to a worse level, once, and call in the next rung; else make a task."""
    task = _open_task(fact, locked=True)
    if task is None:
        return task_from_alarm(fact=fact, now=now)
    if not worse(fact.level, task.level):
        return task
    was, task.level = task.level, fact.level
    due = deadline_from(origin=task.origin, kind=task.kind, level=task.level, start_at=now)
    task.due_at = earlier(task.due_at, due)
    task.escalate_at = earlier(task.escalate_at, due)
    called = parties_add(task, _next_rung(task, now), now)
    names = "、".join(name_of(seat) for seat in called)
    text = fact.title + (_(";增加督办:%(names)s") % {"names": names} if names else "")
    task_write(
        task,
        actor=_clerk(),
        now=now,
        transition="level",
        text=text,
        details={"level": [was, task.level], "value": fact.value, "due_at": str(task.due_at)},
    )
    return task


@transaction.atomic
def task_recovery_note(*, fact: AlarmCleared, now: datetime) -> Task | None:
    """This will note on the alarm's open task that the condition is over; people still feed back and recheck."""
    task = _open_task(fact, locked=True)
    if task is None or steps_of(task).filter(transition="recover").exists():
        return task
    text = _("告警已恢复:%(title)s。请反馈现场情况后由上级复核销号。") % {"title": fact.title}
    task_write(task, actor=_clerk(), now=now, transition="recover", text=text, details={"value": fact.value})
    return task


def name_of(seat: Answerable) -> str:
    """This will name a seat and whoever sits in it."""
    return f"{seat.organisation_name}{seat.post_title} {seat.person_name}".strip()


def _open_task(fact: AlarmFact, *, locked: bool = False) -> Task | None:
    rows = Task.objects.filter(source_type=fact.subject_type, source_id=str(fact.subject_id))
    rows = rows.exclude(state__in=ENDED_STATES).order_by("id")
    return (rows.select_for_update(of=("self",)) if locked else rows).first()


def _next_rung(task: Task, now: datetime) -> list[tuple[Answerable, PartyRung]]:
    """This will give the first rung of the chain above those that already have a part."""
    chain = chain_for(task.division_code, sector=task.sector_code, at=now)
    held = set(task.parties.values_list("rung", flat=True))
    above = Level.TOWNSHIP if PartyRung.SUPERVISOR in held else task.rung
    return supervisors(chain, above=above)


def _clerk() -> Actor:
    return platform(_("告警派单"))


def _named(called: Call) -> dict[str, object]:
    return {
        "instead": called.instead,
        "people": [{"part": str(rung), "name": name_of(seat), "post": seat.post_id} for seat, rung in called.parties],
    }


def _text(fact: AlarmFact, called: Call, due: datetime) -> str:
    """This will say who does what by when, by name."""
    head = fact.title
    if fact.value is not None and fact.threshold is not None:
        numbers = {"value": f"{fact.value:g}", "threshold": f"{fact.threshold:g}"}
        head += _("(实测 %(value)s,阈值 %(threshold)s)") % numbers
    if called.doer is None:
        return head + "。" + _("该地未配置在任责任人,请县级受理并派发。")
    local = timezone.localtime(due)
    body = _("请%(who)s于 %(due)s 前到场核查并反馈。") % {"who": name_of(called.doer), "due": f"{local:%m-%d %H:%M}"}
    checkers = [name_of(seat) for seat, rung in called.parties if rung in (PartyRung.SUPERVISOR, PartyRung.COUNTY)]
    deputies = [name_of(seat) for seat, rung in called.parties if rung == PartyRung.DEPUTY]
    body += _("协办:%(names)s。") % {"names": "、".join(deputies)} if deputies else ""
    body += _("复核:%(names)s。") % {"names": "、".join(checkers)} if checkers else ""
    return f"{head}。{_instead(called)}{body}"


def _instead(called: Call) -> str:
    return {
        "deputy": _("村第一责任人空缺,由副手承办。"),
        "township": _("村级责任人空缺,由乡镇承办。"),
        "county": _("村、乡镇责任人空缺,由县级值守承办。"),
    }.get(called.instead, "")
