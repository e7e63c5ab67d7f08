# SPDX-License-Identifier: Apache-2.0
"""Escalation until somebody acts: who has not been told yet is called in, step by step, until it is acknowledged."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.events import AlarmOverdue
from anshu.domain.alerts.models import Alarm, Escalation, EscalationStep
from anshu.domain.alerts.services.telling import tell
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.rows import validate
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.actor import Actor, platform
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.choices import Level as Division
from anshu.kernel.org.selectors import Answerable, chain_for

BATCH = 200
_CLOCK = platform("escalation")
Steps = dict[int, list[EscalationStep]]
Chains = dict[tuple[str, str], tuple[Answerable, ...]]


@transaction.atomic
def alarms_escalate(*, now: datetime) -> int:
    """This will take the next step for up to a batch of alarms that nobody acknowledged in time; gives how many.

    Rows that somebody holds, who may just be acknowledging, are left to the next minute.
    """
    rows = Alarm.objects.select_for_update(skip_locked=True, of=("self",)).select_related("thing")
    due = list(
        rows.filter(escalate_at__lte=now, state=AlarmState.ACTIVE, acknowledged_at=None, shelved_until=None).order_by(
            "escalate_at", "id"
        )[:BATCH]
    )
    chains: Chains = {}
    steps: Steps = defaultdict(list)
    for step in EscalationStep.objects.filter(retired_at=None).order_by("level", "after_minutes"):
        steps[step.level].append(step)
    for alarm in due:
        _escalate(alarm, steps[alarm.level], chains, now)
    return len(due)


def _escalate(alarm: Alarm, steps: Sequence[EscalationStep], chains: Chains, now: datetime) -> None:
    taken = alarm.escalations
    if taken >= len(steps):
        alarm.escalate_at = None
        alarm.save(update_fields=["escalate_at"])
        return
    step = steps[taken]
    place = (alarm.division_code, alarm.sector_code)
    if place not in chains:
        chains[place] = chain_for(alarm.division_code, sector=alarm.sector_code, at=now)
    called = [each for each in chains[place] if each.level == step.rung]
    text = _text(step, called)
    alarm.escalations = taken + 1
    # Steps count from when the alarm came, so that the next one is due after the difference.
    later = [each.after_minutes - step.after_minutes for each in steps[taken + 1 : taken + 2]]
    alarm.escalate_at = now + timedelta(minutes=later[0]) if later else None
    Escalation.objects.create(
        alarm=alarm,
        at=now,
        number=alarm.escalations,
        rung=step.rung,
        person_ids=[each.person_id for each in called if each.person_id],
        text=text[:500],
    )
    alarm.save(update_fields=["escalations", "escalate_at"])
    tell(AlarmOverdue, alarm, at=now, actor=_CLOCK, now=now, reason=text, step=alarm.escalations, text=text)


def _text(step: EscalationStep, called: list[Answerable]) -> str:
    words: dict[str, Any] = {"minutes": step.after_minutes, "rung": Division(step.rung).label}
    if not called:
        return _("%(minutes)d 分钟无人签收,升级至%(rung)s;该级未配置在任责任人。") % words
    words["names"] = "、".join(f"{each.post_title} {each.person_name}".strip() for each in called[:3])
    return _("%(minutes)d 分钟无人签收,升级至%(rung)s:%(names)s。") % words


def _require(actor: Actor) -> None:
    if not (configures(actor) or actor.may(Capability.MONITORING, Right.APPROVE)):
        raise Absent


@transaction.atomic
def step_save(
    *, step: EscalationStep | None = None, actor: Actor, now: datetime, reason: str = "", **values: Any
) -> EscalationStep:
    """This will set a step of escalation; raises Absent, or Refusal with the fields at fault."""
    _require(actor)
    step, verb = (step, "updated") if step is not None else (EscalationStep(), "created")
    if step.retired_at is not None:
        raise Refusal(_("这一步已经停用。"), code="state")
    for name, value in values.items():
        setattr(step, name, value)
    validate(step)
    with attribute(actor=actor, reason=reason):
        step.save()
    changes = {name: str(value) for name, value in values.items()}
    record(actor=actor, now=now, action=f"escalationstep.{verb}", subject=step, reason=reason, changes=changes)
    return step


@transaction.atomic
def step_retire(*, step: EscalationStep, reason: str, actor: Actor, now: datetime) -> EscalationStep:
    """This will take a step out of use from now on."""
    _require(actor)
    if not reason.strip():
        raise Refusal(_("请写明理由。"), code="missing", fields={"reason": _("请填写理由")})
    step.retired_at = now
    with attribute(actor=actor, reason=reason):
        step.save(update_fields=["retired_at"])
    record(actor=actor, now=now, action="escalationstep.retired", subject=step, reason=reason)
    return step


@transaction.atomic
def steps_seed(*, actor: Actor, now: datetime) -> int:
    """This will set the shipped steps where there are none at all; gives their number."""
    if EscalationStep.objects.exists():
        return 0
    shipped = json.loads((Path(__file__).parents[1] / "escalation_steps.json").read_text(encoding="utf-8"))
    for values in shipped:
        step_save(actor=actor, now=now, reason=_("平台预置"), **values)
    return len(shipped)
