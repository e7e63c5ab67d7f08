# SPDX-License-Identifier: Apache-2.0
"""How an alarm is worded, and how its changes are written down and published."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Direction, Level, RuleKind
from anshu.domain.alerts.events import AlarmAcknowledged, AlarmFact, AlarmShelved
from anshu.domain.alerts.models import Alarm, EscalationStep, Occurrence, Rule, Shelf
from anshu.domain.sensing.selectors import place_of
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record
from anshu.kernel.events.services import publish

THRESHOLD_FIELDS = ("blue", "yellow", "orange", "red")


def level_of(severity: int) -> Level:
    """This will turn a severity (0 to 4) into the level that people name."""
    return Level(5 - severity) if severity else Level.NONE


def threshold_of(rule: Rule, level: int) -> float | None:
    """This will give a rule's threshold for a level."""
    return getattr(rule, THRESHOLD_FIELDS[4 - level]) if level else None


def unit_of(rule: Rule) -> str:
    """This will give the unit of what a rule measures, and so of its thresholds."""
    if rule.kind == RuleKind.COUNT:
        return _("个")
    return rule.unit if rule.kind == RuleKind.FORMULA else rule.datastream.observed_property.unit


def measure_name(rule: Rule) -> str:
    """This will name what a rule measures, such as 1小时降水量近12小时累计."""
    words = {"property": rule.datastream.observed_property.name, "window": span_text(rule.window_s or 0)}
    match rule.kind:
        case RuleKind.SUM:
            return _("%(property)s近%(window)s累计") % words
        case RuleKind.RATE:
            return _("%(property)s%(window)s变化") % words
        case RuleKind.COUNT:
            return _("%(property)s超限个数") % words
        case RuleKind.FORMULA:
            return rule.name
    return words["property"]


def span_text(seconds: int) -> str:
    """This will write a time window in whole hours or minutes."""
    if seconds and seconds % 3600 == 0:
        return _("%(number)d小时") % {"number": seconds // 3600}
    return _("%(number)s分钟") % {"number": f"{seconds / 60:g}"}


def measure_text(rule: Rule, value: float | None) -> str:
    """This will write a measure's number without its unit; a count says of how many."""
    if value is None:
        return "—"
    if rule.kind == RuleKind.COUNT:
        return f"{value:.0f}/{len({rule.datastream_id, *rule.member_ids})}"
    if rule.kind == RuleKind.FORMULA:
        return f"{value:.6g}"
    return _number(value, rule.datastream.observed_property.decimals)


def title_of(rule: Rule, level: int, value: float | None, *, late: bool = False) -> str:
    """This will word a threshold alarm, such as 溪口水位站 水位 45.32 m 超橙色阈值 45.00 m(研判)."""
    threshold = threshold_of(rule, level)
    if rule.kind == RuleKind.VALUE and rule.datastream.observed_property.is_flag:
        return _flag_title(rule, late=late)
    pattern = (
        _("%(thing)s %(property)s %(value)s %(unit)s 超%(level)s阈值 %(threshold)s %(unit)s(研判)")
        if rule.kind == RuleKind.COUNT or rule.direction == Direction.ABOVE
        else _("%(thing)s %(property)s %(value)s %(unit)s 低于%(level)s阈值 %(threshold)s %(unit)s(研判)")
    )
    words = {
        "thing": rule.name if rule.kind == RuleKind.COUNT else rule.datastream.thing.name,
        "property": measure_name(rule),
        "value": measure_text(rule, value),
        "unit": unit_of(rule),
        "level": Level(level).label,
        "threshold": "—" if threshold is None else _threshold_text(rule, threshold),
    }
    return ((pattern % words) + (_("[补报发现]") if late else ""))[:200]


def _flag_title(rule: Rule, *, late: bool) -> str:
    """This will word an alarm that the device itself has judged, such as 抢险车 超速报警(设备报告)."""
    words = {"thing": rule.datastream.thing.name, "property": rule.datastream.observed_property.name}
    return (_("%(thing)s %(property)s(设备报告)") % words + (_("[补报发现]") if late else ""))[:200]


def _threshold_text(rule: Rule, threshold: float) -> str:
    return f"{threshold:.0f}" if rule.kind == RuleKind.COUNT else measure_text(rule, threshold)


def silence_title(rule: Rule, since: datetime | None) -> str:
    """This will word a no-data alarm."""
    words = {"thing": rule.datastream.thing.name, "property": rule.datastream.observed_property.name}
    if since is None:
        return (_("%(thing)s %(property)s 一直没有数据") % words)[:200]
    words["minutes"] = str((rule.no_data_s or 0) // 60)
    return (_("%(thing)s %(property)s 超过 %(minutes)s 分钟没有数据") % words)[:200]


def _number(value: float | None, decimals: int) -> str:
    return "—" if value is None else f"{value:.{decimals}f}"


def alarm_new(
    *,
    rule: Rule | None,
    cause: Cause,
    level: Level,
    title: str,
    value: float | None,
    at: datetime,
    now: datetime,
    thing: Any = None,
    late: bool = False,
    cleared_at: datetime | None = None,
) -> Alarm:
    """This will create an alarm where its thing stands; given `cleared_at`, one that is over already.

    Without a rule the matter is `thing` itself. One of which a shelf is open, and which is no worse, is on the shelf.
    """
    thing = rule.datastream.thing if rule is not None else thing
    if thing is None:
        raise ValueError("an alarm needs a rule or a thing")
    shelved_until = None if cleared_at else _shelved_until(thing, rule, cause, level, now)
    waits = cleared_at is None and shelved_until is None
    return Alarm.objects.create(
        rule=rule,
        thing=thing,
        cause=cause,
        title=title,
        level=level,
        peak_level=level,
        raised_at=at,
        changed_at=at,
        value=value,
        threshold=threshold_of(rule, level) if rule is not None and cause == Cause.THRESHOLD else None,
        point=place_of(thing),
        division_code=thing.division_code,
        sector_code=thing.sector_code,
        unit_id=thing.unit_id,
        park_code=thing.park_code,
        late=late,
        state=AlarmState.CLEARED if cleared_at else AlarmState.ACTIVE,
        cleared_at=cleared_at,
        shelved_until=shelved_until,
        escalate_at=escalation_due(level, 0, now) if waits else None,
    )


def _shelved_until(thing: Any, rule: Rule | None, cause: Cause, level: Level, now: datetime) -> datetime | None:
    shelf = Shelf.objects.filter(
        thing=thing, rule=rule, cause=cause, ended_at=None, until__gt=now, level__lte=level
    ).first()
    return shelf.until if shelf is not None else None


def escalation_due(level: int, taken: int, raised_at: datetime) -> datetime | None:
    """This will tell when the step after so many is due; None where there is none."""
    steps = EscalationStep.objects.filter(level=level, retired_at=None).order_by("after_minutes")
    minutes = steps.values_list("after_minutes", flat=True)[taken : taken + 1]
    return next((raised_at + timedelta(minutes=each) for each in minutes), None)


def occurrence_note(
    alarm: Alarm, *, at: datetime, level: int, value: float | None, threshold: float | None, now: datetime
) -> None:
    """This will note one change of an alarm, once."""
    Occurrence.objects.get_or_create(
        alarm=alarm, at=at, level=level, defaults={"value": value, "threshold": threshold, "found_at": now}
    )


def tell(
    fact: type[AlarmFact],
    alarm: Alarm,
    *,
    at: datetime,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **more: Any,
) -> None:
    """This will publish a change of an alarm and record it in the audit log."""
    publish(
        fact(
            subject_type="alerts.alarm",
            subject_id=alarm.pk,
            title=alarm.title,
            division_code=alarm.division_code,
            sector_code=alarm.sector_code,
            unit_id=alarm.unit_id,
            level=int(alarm.level),
            value=alarm.value,
            threshold=alarm.threshold,
            thing_id=alarm.thing_id,
            thing_name=alarm.thing.name,
            lng=alarm.point.x,
            lat=alarm.point.y,
            at=at.isoformat(),
            **({"actor": actor.label} if fact in (AlarmAcknowledged, AlarmShelved) else {}),
            **more,
        ),
        now=now,
    )
    changes = {"level": int(alarm.level), "value": alarm.value, "at": at.isoformat()}
    record(actor=actor, now=now, action=fact.kind, subject=alarm, reason=reason, changes=changes)
