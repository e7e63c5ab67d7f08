# SPDX-License-Identifier: Apache-2.0
"""What people do with alarms."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.events import AlarmAcknowledged, AlarmCleared
from anshu.domain.alerts.models import Alarm, Comment, RuleState
from anshu.domain.alerts.services.telling import occurrence_note, tell
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import attribute, record


def alarm_held(alarm: Alarm, actor: Actor) -> Alarm:
    """This will lock the alarm for a change that the actor may make; raises Absent."""
    current = Alarm.objects.select_for_update(of=("self",)).select_related("thing").filter(pk=alarm.pk).first()
    if current is None:
        raise Absent
    if isinstance(actor, Viewer):
        if not actor.covers(current, Capability.MONITORING, Right.UPDATE):
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent
    return current


@transaction.atomic
def alarm_acknowledge(*, alarm: Alarm, actor: Actor, now: datetime, comment: str = "") -> Alarm:
    """This will note that somebody has seen the alarm; a second acknowledgement changes nothing."""
    alarm = alarm_held(alarm, actor)
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at = now
        alarm.acknowledged_by_id = actor.user_id if isinstance(actor, Viewer) else None
        alarm.escalate_at = None
        with attribute(actor=actor, reason=comment):
            alarm.save(update_fields=["acknowledged_at", "acknowledged_by", "escalate_at"])
        tell(AlarmAcknowledged, alarm, at=now, actor=actor, now=now, reason=comment)
    if comment.strip():
        _comment(alarm, comment, actor, now)
    return alarm


@transaction.atomic
def alarm_assign(*, alarm: Alarm, assignee: User, actor: Actor, now: datetime) -> Alarm:
    """This will name who deals with the alarm."""
    alarm = alarm_held(alarm, actor)
    if not assignee.is_active:
        raise Refusal(_("该账号已停用"), fields={"assignee": _("已停用")})
    alarm.assignee = assignee
    with attribute(actor=actor):
        alarm.save(update_fields=["assignee"])
    record(
        actor=actor, now=now, action="alarm.assigned", subject=alarm, changes={"assignee": [assignee.pk, str(assignee)]}
    )
    return alarm


@transaction.atomic
def alarm_comment(*, alarm: Alarm, text: str, actor: Actor, now: datetime) -> Comment:
    """This will add what somebody says about the alarm."""
    alarm = alarm_held(alarm, actor)
    if not text.strip():
        raise Refusal(_("请填写内容"), fields={"text": _("必填")})
    comment = _comment(alarm, text, actor, now)
    record(actor=actor, now=now, action="alarm.commented", subject=alarm, changes={"text": text[:500]})
    return comment


def _comment(alarm: Alarm, text: str, actor: Actor, now: datetime) -> Comment:
    return Comment.objects.create(alarm=alarm, at=now, author=actor.label[:120], text=text.strip()[:4000])


@transaction.atomic
def alarm_clear(*, alarm: Alarm, reason: str, actor: Actor, now: datetime) -> Alarm:
    """This will end an alarm by hand with a reason; if the value stays beyond, the next one raises it anew."""
    # The rule's state is locked first, as the judging of observations does, so that the two cannot deadlock.
    states = RuleState.objects.select_for_update()
    state = states.filter(rule_id=alarm.rule_id).first() if alarm.rule_id is not None else None
    alarm = alarm_held(alarm, actor)
    if not reason.strip():
        raise Refusal(_("请填写解除理由"), fields={"reason": _("必填")})
    if alarm.state == AlarmState.CLEARED:
        return alarm
    if state is not None:
        _forget(state, Cause(alarm.cause))
    with attribute(actor=actor, reason=reason):
        alarm_end(alarm, at=now, actor=actor, now=now, value=alarm.value, reason=reason)
    return alarm


def _forget(state: RuleState, cause: Cause) -> None:
    if cause == Cause.THRESHOLD:
        state.level, state.beyond_since = Level.NONE, []
    elif cause == Cause.NO_DATA:
        state.silent = False
    state.save(update_fields=["level", "beyond_since", "silent"])


def alarm_end(
    alarm: Alarm, *, at: datetime, actor: Actor, now: datetime, value: float | None, reason: str = ""
) -> None:
    """This will mark an alarm as over, note it and tell."""
    alarm.state, alarm.cleared_at, alarm.changed_at, alarm.value = AlarmState.CLEARED, at, at, value
    alarm.occurrences += 1
    # The shelf stays: what is raised again before its end is on it.
    alarm.shelved_until = alarm.escalate_at = None
    alarm.save(
        update_fields=["state", "cleared_at", "changed_at", "value", "occurrences", "shelved_until", "escalate_at"]
    )
    occurrence_note(alarm, at=at, level=Level.NONE, value=value, threshold=alarm.threshold, now=now)
    tell(AlarmCleared, alarm, at=at, actor=actor, now=now, reason=reason)
