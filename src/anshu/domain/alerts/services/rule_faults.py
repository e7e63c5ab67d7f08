# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a rule, field by field, in words."""

import math

from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import Direction, RuleKind
from anshu.domain.alerts.models import Rule
from anshu.domain.alerts.rules import (
    FormulaFault,
    formula_read,
    formula_unit,
    names_of,
    narrowest_gap,
    season_day,
    thresholds_ordered,
)
from anshu.domain.alerts.services.rulebook import rises
from anshu.domain.alerts.services.telling import THRESHOLD_FIELDS, unit_of
from anshu.domain.sensing.choices import AMOUNT_STEPS_S, RUNNING_TOTALS
from anshu.domain.sensing.selectors import datastreams_in_use, siblings_of
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.actor import Actor

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
MOST_MEMBERS = 200
_SUM_WINDOW_S = (5 * _MINUTE, 72 * _HOUR)
_RATE_WINDOW_S = (_MINUTE, 72 * _HOUR)
_AGE_S = (_MINUTE, 7 * _DAY)
Faults = dict[str, str]


def rule_faults(rule: Rule, unit: str | None, actor: Actor) -> Faults:
    """This will check a rule and note the unit of its measure in it; `unit`, when given, must be that one."""
    wrong = {name: _("必填") for name in ("name", "source") if not str(getattr(rule, name) or "").strip()}
    if rule.kind not in RuleKind.values:
        return wrong | {"kind": _("没有这种判据")}
    if rule.direction not in Direction.values:
        return wrong | {"direction": _("没有这个方向")}
    wrong |= _measure_faults(rule, actor)
    wrong |= _threshold_faults(rule) | _time_faults(rule)
    wanted = unit_of(rule)
    if unit is not None and unit != wanted:
        wrong["unit"] = _("单位应为 %(unit)s") % {"unit": wanted or "—"}
    return wrong


def _measure_faults(rule: Rule, actor: Actor) -> Faults:
    rule.unit = ""
    match rule.kind:
        case RuleKind.SUM:
            wrong = _window_faults(rule, _SUM_WINDOW_S) | _sum_faults(rule)
        case RuleKind.RATE:
            wrong = _window_faults(rule, _RATE_WINDOW_S)
        case RuleKind.COUNT:
            wrong = _count_faults(rule, actor) | _age_faults(rule)
        case RuleKind.FORMULA:
            wrong = _formula_faults(rule) | _age_faults(rule)
        case _:
            wrong = {}
    if not wrong:
        rule.unit = rule.unit or unit_of(rule)
    return wrong


def _window_faults(rule: Rule, limits: tuple[int, int]) -> Faults:
    if rule.window_s is not None and limits[0] <= rule.window_s <= limits[1]:
        return {}
    words = {"least": limits[0] // _MINUTE, "most": limits[1] // _HOUR}
    return {"window_s": _("时间窗应在 %(least)d 分钟至 %(most)d 小时之间") % words}


def _sum_faults(rule: Rule) -> Faults:
    code = rule.datastream.observed_property.code
    if code in RUNNING_TOTALS:
        return {"datastream": _("该要素本身是累计值,不能再累计;请选时段量要素,或用变化量判据")}
    step_s, interval_s = AMOUNT_STEPS_S.get(code, 0), rule.datastream.thing.report_interval_s
    if step_s > interval_s:
        words = {"step": step_s // _MINUTE, "interval": f"{interval_s / _MINUTE:g}"}
        text = _("每个值已含 %(step)d 分钟的量,而设备每 %(interval)s 分钟报一次,累计会重复计算")
        return {"datastream": text % words}
    if rule.window_s is not None and 0 < rule.window_s < step_s:
        return {"window_s": _("时间窗不能短于每个值所含的 %(step)d 分钟") % {"step": step_s // _MINUTE}}
    return {}


def _count_faults(rule: Rule, actor: Actor) -> Faults:
    wrong: Faults = {}
    observed = rule.datastream.observed_property
    if rule.member_threshold is None:
        wrong["member_threshold"] = _("必填")
    elif text := _range_fault(rule, rule.member_threshold):
        wrong["member_threshold"] = text
    if not 1 <= len(rule.member_ids) <= MOST_MEMBERS:
        return wrong | {"member_ids": _("组内还应有 1 至 %(most)d 个数据流") % {"most": MOST_MEMBERS}}
    members = {
        each.pk: each
        for each in datastreams_in_use(rule.member_ids)
        if not isinstance(actor, Viewer) or actor.covers(each.thing, Capability.MONITORING)
    }
    if missing := [str(pk) for pk in rule.member_ids if pk not in members]:
        wrong["member_ids"] = _("没有这些数据流:%(ids)s") % {"ids": "、".join(missing)}
    elif other := [each for each in members.values() if each.observed_property_id != observed.pk]:
        words = {"name": other[0].name, "property": observed.name, "unit": observed.unit or "—"}
        wrong["member_ids"] = _("“%(name)s”与本规则的要素不同,应同为%(property)s(%(unit)s)") % words
    return wrong


def _formula_faults(rule: Rule) -> Faults:
    try:
        formula = formula_read(rule.formula)
        siblings = siblings_of([rule.datastream_id]).get(rule.datastream_id, {})
        if unknown := sorted(names_of(formula) - siblings.keys()):
            words = {"names": "、".join(unknown), "known": "、".join(sorted(siblings))}
            return {"formula": _("该设备没有要素 %(names)s;可用:%(known)s") % words}
        units = {name: siblings[name].observed_property.unit for name in names_of(formula)}
        rule.unit = formula_unit(formula, units)[:40]
    except FormulaFault as fault:
        return {"formula": formula_fault_text(fault)}
    return {}


def formula_fault_text(fault: FormulaFault) -> str:
    """This will say in words why a formula is refused."""
    texts = {
        "too_long": _("公式太长,最多 200 个字符"),
        "too_deep": _("公式嵌套太深"),
        "too_many_parts": _("公式太复杂"),
        "ends_early": _("公式没有写完"),
        "no_name": _("公式里没有要素代码"),
        "arguments": _("%(part)s 的参数个数不对"),
        "units": _("单位不同的量不能相加减或比较:%(part)s"),
        "unexpected": _("公式里看不懂“%(part)s”;只能用要素代码、数字、+ - * / min max abs 和括号"),
    }
    return texts[fault.code] % {"part": fault.part}


def _age_faults(rule: Rule) -> Faults:
    if rule.age_s is not None and _AGE_S[0] <= rule.age_s <= _AGE_S[1]:
        return {}
    return {"age_s": _("应在 60 秒至 7 天之间")}


def _threshold_faults(rule: Rule) -> Faults:
    values = [getattr(rule, name) for name in THRESHOLD_FIELDS]
    if all(value is None for value in values) and rule.no_data_s is None:
        return {"yellow": _("至少填写一个阈值或无数据时长")}
    wrong = {}
    for name, value in zip(THRESHOLD_FIELDS, values, strict=True):
        if value is not None and (text := _threshold_fault(rule, value)):
            wrong[name] = text
    if wrong:
        return wrong
    if not thresholds_ordered(values, above=rises(rule)):
        worst = next(name for name in reversed(THRESHOLD_FIELDS) if getattr(rule, name) is not None)
        wrong[worst] = _("阈值应由蓝到红逐级加重")
    gap = narrowest_gap(values)
    if not (math.isfinite(rule.hysteresis) and rule.hysteresis >= 0):
        wrong["hysteresis"] = _("回差不能为负")
    elif gap is not None and rule.hysteresis >= gap:
        wrong["hysteresis"] = _("回差应小于相邻阈值之差 %(gap)s") % {"gap": f"{gap:g}"}
    return wrong


def _threshold_fault(rule: Rule, value: float) -> str:
    if not math.isfinite(value):
        return _("应为数字")
    observed = rule.datastream.observed_property
    match rule.kind:
        case RuleKind.VALUE:
            return _range_fault(rule, value)
        case RuleKind.COUNT:
            number = len(rule.member_ids) + 1
            if value != int(value) or not 1 <= value <= number:
                return _("应为 1 至 %(number)d 的整数(组内共 %(number)d 个)") % {"number": number}
        case RuleKind.SUM:
            if observed.minimum is not None and observed.minimum >= 0 and value <= 0:
                return _("累计量的阈值应大于 0")
        case RuleKind.RATE:
            if observed.minimum is not None and observed.maximum is not None:
                span = observed.maximum - observed.minimum
                if abs(value) > span:
                    return _("超出该要素可信的变化幅度,请检查单位(%(unit)s)") % {"unit": observed.unit}
    return ""


def _range_fault(rule: Rule, value: float) -> str:
    observed = rule.datastream.observed_property
    if not math.isfinite(value):
        return _("应为数字")
    if (observed.minimum is not None and value < observed.minimum) or (
        observed.maximum is not None and value > observed.maximum
    ):
        return _("超出该要素的可信范围,请检查单位(%(unit)s)") % {"unit": observed.unit}
    return ""


def _time_faults(rule: Rule) -> Faults:
    wrong: Faults = {}
    if not 0 <= rule.duration_s <= 30 * _DAY:
        wrong["duration_s"] = _("应在 0 秒至 30 天之间")
    if rule.no_data_s is not None and not 60 <= rule.no_data_s <= 366 * _DAY:
        wrong["no_data_s"] = _("应在 60 秒至一年之间")
    if rule.valid_until is not None and rule.valid_until <= rule.valid_from:
        wrong["valid_until"] = _("应晚于生效时间")
    if (rule.day_from is None) != (rule.day_until is None):
        wrong["day_until" if rule.day_until is None else "day_from"] = _("每日起止须成对填写")
    if bool(rule.season_from) != bool(rule.season_until):
        wrong["season_until" if rule.season_from else "season_from"] = _("季节起止须成对填写")
    for name in ("season_from", "season_until"):
        if (text := getattr(rule, name)) and season_day(text) is None:
            wrong[name] = _("请按“月-日”填写,如 04-15")
    return wrong
