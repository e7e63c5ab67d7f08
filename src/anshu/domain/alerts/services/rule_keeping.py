# SPDX-License-Identifier: Apache-2.0
"""Rules as data: saving them with checks, taking them out of force."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Level, RuleKind
from anshu.domain.alerts.models import Alarm, Rule, RuleState
from anshu.domain.alerts.services.alarms import alarm_end
from anshu.domain.alerts.services.rule_faults import rule_faults
from anshu.domain.alerts.services.telling import THRESHOLD_FIELDS
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import attribute, record

EDITABLE = (
    "datastream",
    "name",
    "kind",
    "window_s",
    "member_ids",
    "member_threshold",
    "formula",
    "age_s",
    "direction",
    *THRESHOLD_FIELDS,
    "duration_s",
    "hysteresis",
    "no_data_s",
    "source",
    "valid_from",
    "valid_until",
    "day_from",
    "day_until",
    "season_from",
    "season_until",
    "template",
    "enabled",
)
# What makes a rule measure something else: an alarm of before says nothing about it.
_MEASURING = ("datastream", "kind", "window_s", "member_ids", "member_threshold", "formula", "age_s")
# The fields that only some kinds use, and what they are elsewhere.
_OF_KINDS: dict[str, tuple[tuple[str, ...], Any]] = {
    "window_s": ((RuleKind.RATE, RuleKind.SUM), None),
    "member_ids": ((RuleKind.COUNT,), []),
    "member_threshold": ((RuleKind.COUNT,), None),
    "formula": ((RuleKind.FORMULA,), ""),
    "age_s": ((RuleKind.COUNT, RuleKind.FORMULA), None),
}


@transaction.atomic
def rule_save(
    *, actor: Actor, now: datetime, rule: Rule | None = None, unit: str | None = None, reason: str = "", **fields: Any
) -> Rule:
    """This will make or change a rule; thresholds are in the unit of the observed property.

    `unit`, when given, is the unit that the author meant and must be that one. Raises Refusal naming every wrong
    field, and Absent where the actor may not.
    """
    if unknown := set(fields) - set(EDITABLE):
        raise Refusal(_("这些字段不能修改"), fields=dict.fromkeys(unknown, _("不能修改")))
    rule = Rule.objects.select_for_update(of=("self",)).get(pk=rule.pk) if rule is not None else Rule(valid_from=now)
    before = {name: str(getattr(rule, name, None)) for name in fields} if rule.pk else {}
    new, measured = rule.pk is None, _measured(rule)
    rule_fill(rule, fields)
    rule_require(actor, rule)
    if wrong := rule_faults(rule, unit, actor):
        raise Refusal(_("规则有误"), fields=wrong)
    with attribute(actor=actor, reason=reason):
        if not new and (not rule.enabled or _measured(rule) != measured):
            _end_alarms(rule, actor, now, reason)
        rule.save()
    changes = {name: [before.get(name), str(getattr(rule, name))] for name in fields}
    verb = "created" if new else "updated" if rule.enabled else "disabled"
    record(actor=actor, now=now, action=f"rule.{verb}", subject=rule, reason=reason, changes=changes)
    return rule


def rule_disable(*, rule: Rule, reason: str, actor: Actor, now: datetime) -> Rule:
    """This will take a rule out of force with a reason and end its alarms."""
    if not reason.strip():
        raise Refusal(_("请填写停用理由"), fields={"reason": _("必填")})
    return rule_save(rule=rule, enabled=False, reason=reason, actor=actor, now=now)


def rule_fill(rule: Rule, fields: dict[str, Any]) -> None:
    """This will put given values into a rule, nothing written; fields that its kind has no use for are emptied."""
    for name, value in fields.items():
        setattr(rule, name, value)
    if rule.datastream_id is None:
        raise Refusal(_("规则有误"), fields={"datastream": _("必填")})
    for name, (kinds, empty) in _OF_KINDS.items():
        if rule.kind not in kinds:
            setattr(rule, name, empty)
    rule.formula = rule.formula.strip()
    rule.member_ids = sorted(set(rule.member_ids) - {rule.datastream_id})


def _measured(rule: Rule) -> list[Any]:
    return [getattr(rule, "datastream_id" if name == "datastream" else name) for name in _MEASURING]


def rule_require(actor: Actor, rule: Rule) -> None:
    """This will raise Absent unless the actor may set thresholds: the sector's department does (actors.md §6)."""
    if isinstance(actor, Viewer):
        if not actor.covers(rule.datastream.thing, Capability.MONITORING, Right.APPROVE):
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent


def _end_alarms(rule: Rule, actor: Actor, now: datetime, reason: str) -> None:
    RuleState.objects.select_for_update().filter(rule=rule).update(level=Level.NONE, beyond_since=[], silent=False)
    active = Alarm.objects.select_for_update(of=("self",)).select_related("thing")
    for alarm in active.filter(rule=rule, state=AlarmState.ACTIVE, cause__in=Cause.values):
        alarm_end(alarm, at=now, actor=actor, now=now, value=alarm.value, reason=reason)
