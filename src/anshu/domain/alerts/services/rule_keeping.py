# SPDX-License-Identifier: Apache-2.0
"""Rules as data: saving them with checks, taking them out of force."""

import math
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Direction, Level
from anshu.domain.alerts.models import Alarm, Rule, RuleState
from anshu.domain.alerts.rules import narrowest_gap, thresholds_ordered
from anshu.domain.alerts.services.alarms import alarm_end
from anshu.domain.alerts.services.telling import THRESHOLD_FIELDS
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Refusal, Viewer
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.services import attribute, record

EDITABLE = (
    "datastream",
    "name",
    "direction",
    *THRESHOLD_FIELDS,
    "duration_s",
    "hysteresis",
    "no_data_s",
    "source",
    "valid_from",
    "valid_until",
    "enabled",
)


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
    for name, value in fields.items():
        setattr(rule, name, value)
    if rule.datastream_id is None:
        raise Refusal(_("规则有误"), fields={"datastream": _("必填")})
    _require(actor, rule)
    if wrong := _faults(rule, unit):
        raise Refusal(_("规则有误"), fields=wrong)
    with attribute(actor=actor, reason=reason):
        rule.save()
        if not rule.enabled:
            _end_alarms(rule, actor, now, reason)
    changes = {name: [before.get(name), str(getattr(rule, name))] for name in fields}
    record(actor=actor, now=now, action="rule.saved", subject=rule, reason=reason, changes=changes)
    return rule


def rule_disable(*, rule: Rule, reason: str, actor: Actor, now: datetime) -> Rule:
    """This will take a rule out of force with a reason and end its alarms."""
    if not reason.strip():
        raise Refusal(_("请填写停用理由"), fields={"reason": _("必填")})
    return rule_save(rule=rule, enabled=False, reason=reason, actor=actor, now=now)


def _require(actor: Actor, rule: Rule) -> None:
    """Thresholds are approved by the sector's department (actors.md §6, row of monitoring)."""
    if isinstance(actor, Viewer):
        if not actor.covers(rule.datastream.thing, Capability.MONITORING, Right.APPROVE):
            raise Absent
    elif actor.kind != PLATFORM:
        raise Absent


def _faults(rule: Rule, unit: str | None) -> dict[str, str]:
    wrong = {name: _("必填") for name in ("name", "source") if not str(getattr(rule, name) or "").strip()}
    values = [getattr(rule, name) for name in THRESHOLD_FIELDS]
    if all(value is None for value in values) and rule.no_data_s is None:
        wrong["yellow"] = _("至少填写一个阈值或无数据时长")
    wrong |= _threshold_faults(rule, values)
    if rule.direction not in Direction.values:
        wrong["direction"] = _("没有这个方向")
    if not 0 <= rule.duration_s <= 30 * 86_400:
        wrong["duration_s"] = _("应在 0 秒至 30 天之间")
    if rule.no_data_s is not None and not 60 <= rule.no_data_s <= 366 * 86_400:
        wrong["no_data_s"] = _("应在 60 秒至一年之间")
    if rule.valid_until is not None and rule.valid_until <= rule.valid_from:
        wrong["valid_until"] = _("应晚于生效时间")
    wanted = rule.datastream.observed_property.unit
    if unit is not None and unit != wanted:
        wrong["unit"] = _("单位应为 %(unit)s") % {"unit": wanted or "—"}
    return wrong


def _threshold_faults(rule: Rule, values: list[float | None]) -> dict[str, str]:
    observed = rule.datastream.observed_property
    wrong = {}
    for name, value in zip(THRESHOLD_FIELDS, values, strict=True):
        if value is None:
            continue
        if not math.isfinite(value):
            wrong[name] = _("应为数字")
        elif (observed.minimum is not None and value < observed.minimum) or (
            observed.maximum is not None and value > observed.maximum
        ):
            wrong[name] = _("超出该要素的可信范围,请检查单位(%(unit)s)") % {"unit": observed.unit}
    if wrong:
        return wrong
    if not thresholds_ordered(values, above=rule.direction == Direction.ABOVE):
        worst = next(name for name in reversed(THRESHOLD_FIELDS) if getattr(rule, name) is not None)
        wrong[worst] = _("阈值应由蓝到红逐级加重")
    gap = narrowest_gap(values)
    if not (math.isfinite(rule.hysteresis) and rule.hysteresis >= 0):
        wrong["hysteresis"] = _("回差不能为负")
    elif gap is not None and rule.hysteresis >= gap:
        wrong["hysteresis"] = _("回差应小于相邻阈值之差 %(gap)s") % {"gap": f"{gap:g}"}
    return wrong


def _end_alarms(rule: Rule, actor: Actor, now: datetime, reason: str) -> None:
    RuleState.objects.select_for_update().filter(rule=rule).update(level=Level.NONE, beyond_since=[], silent=False)
    active = Alarm.objects.select_for_update(of=("self",)).select_related("thing")
    for alarm in active.filter(rule=rule, state=AlarmState.ACTIVE, cause__in=Cause.values):
        alarm_end(alarm, at=now, actor=actor, now=now, value=alarm.value, reason=reason)
