# SPDX-License-Identifier: Apache-2.0
"""Shelving after ISA-18.2: a nuisance is put aside by somebody, with a reason, and comes back by itself.

A shelf is of a thing, rule and cause, so that an alarm that ends and comes again meanwhile stays on it. Locks are taken
alarm first, shelf second.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Level
from anshu.domain.alerts.events import AlarmShelved, AlarmUnshelved
from anshu.domain.alerts.models import Alarm, Shelf
from anshu.domain.alerts.services.alarms import alarm_held
from anshu.domain.alerts.services.telling import escalation_due, tell
from anshu.kernel.access.viewer import Refusal
from anshu.kernel.audit.actor import Actor, platform
from anshu.kernel.audit.services import attribute

# The worse, the shorter.
LONGEST = {
    Level.RED: timedelta(hours=1),
    Level.ORANGE: timedelta(hours=4),
    Level.YELLOW: timedelta(hours=24),
    Level.BLUE: timedelta(hours=72),
}
_CLOCK = platform("shelves")


@transaction.atomic
def alarm_shelve(*, alarm: Alarm, until: datetime, reason: str, actor: Actor, now: datetime) -> Shelf:
    """This will put an active alarm aside until then; raises Absent, and Refusal with the fields at fault."""
    alarm = alarm_held(alarm, actor)
    if alarm.state != AlarmState.ACTIVE:
        raise Refusal(_("告警已经恢复,不用搁置。"), code="state")
    if not reason.strip():
        raise Refusal(_("请填写搁置理由"), code="missing", fields={"reason": _("必填")})
    longest = LONGEST[Level(alarm.level)]
    if not now < until <= now + longest:
        text = _("%(level)s告警最多搁置 %(hours)d 小时") % {
            "level": Level(alarm.level).label,
            "hours": longest // timedelta(hours=1),
        }
        raise Refusal(text, code="too_long", fields={"hours": text})
    _end(alarm, by=actor.label, now=now)
    shelf = Shelf.objects.create(
        thing=alarm.thing,
        rule=alarm.rule,
        cause=alarm.cause,
        level=alarm.level,
        since=now,
        until=until,
        reason=reason.strip()[:500],
        author=actor.label[:120],
    )
    alarm.shelved_until, alarm.escalate_at = until, None
    with attribute(actor=actor, reason=reason):
        alarm.save(update_fields=["shelved_until", "escalate_at"])
    tell(AlarmShelved, alarm, at=now, actor=actor, now=now, reason=reason, until=until.isoformat())
    return shelf


@transaction.atomic
def alarm_unshelve(*, alarm: Alarm, actor: Actor, now: datetime, reason: str = "") -> Alarm:
    """This will take an alarm back from its shelf; one that is on none stays as it is."""
    alarm = alarm_held(alarm, actor)
    if alarm.shelved_until is not None:
        _return(alarm, actor=actor, now=now, reason=reason)
    return alarm


def alarm_worse(alarm: Alarm, *, actor: Actor, now: datetime) -> None:
    """This will take a locked alarm that got worse off its shelf, and hurry its escalation."""
    if alarm.shelved_until is not None and _end(alarm, by=actor.label, now=now, worse_than=alarm.level):
        _return(alarm, actor=actor, now=now, reason=_("等级加重,自动取消搁置"))
    elif alarm.shelved_until is None and alarm.acknowledged_at is None:
        due = escalation_due(alarm.level, alarm.escalations, now)
        if due is not None and (alarm.escalate_at is None or due < alarm.escalate_at):
            alarm.escalate_at = due
            alarm.save(update_fields=["escalate_at"])


def shelves_end(*, now: datetime) -> int:
    """This will end shelves whose time is over and bring their alarms back; gives how many."""
    due = list(Shelf.objects.filter(ended_at=None, until__lte=now).order_by("id"))
    for shelf in due:
        _over(shelf, now)
    return len(due)


@transaction.atomic
def _over(shelf: Shelf, now: datetime) -> None:
    alarm = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("thing")
        .filter(thing=shelf.thing_id, rule=shelf.rule_id, cause=shelf.cause, state=AlarmState.ACTIVE)
        .first()
    )
    if alarm is not None and alarm.shelved_until is not None and alarm.shelved_until <= now:
        _return(alarm, actor=_CLOCK, now=now, reason=_("搁置期满"))
    Shelf.objects.filter(pk=shelf.pk, ended_at=None).update(ended_at=now, ended_by=_CLOCK.label[:120])


def _return(alarm: Alarm, *, actor: Actor, now: datetime, reason: str) -> None:
    _end(alarm, by=actor.label, now=now)
    alarm.shelved_until = None
    if alarm.acknowledged_at is None:
        alarm.escalate_at = escalation_due(alarm.level, alarm.escalations, now)
    with attribute(actor=actor, reason=reason):
        alarm.save(update_fields=["shelved_until", "escalate_at"])
    tell(AlarmUnshelved, alarm, at=now, actor=actor, now=now, reason=reason)


def _end(alarm: Alarm, *, by: str, now: datetime, worse_than: int | None = None) -> int:
    """This will close the open shelf of an alarm, given a level only one that was put there at a milder one."""
    shelves = Shelf.objects.filter(thing=alarm.thing_id, rule=alarm.rule_id, cause=alarm.cause, ended_at=None)
    if worse_than is not None:
        shelves = shelves.filter(level__gt=worse_than)
    return shelves.update(ended_at=now, ended_by=by[:120])
