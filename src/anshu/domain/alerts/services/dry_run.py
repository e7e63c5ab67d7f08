# SPDX-License-Identifier: Apache-2.0
"""A draft of a rule over what is stored: the alarms that it would have raised, beside those that there were."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import F
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import Cause, Level, RuleKind
from anshu.domain.alerts.models import Alarm, Occurrence, Rule
from anshu.domain.alerts.rules import (
    FOREVER,
    NEVER,
    Floats,
    Integers,
    Measure,
    Outcome,
    Series,
    States,
    evaluate,
    measures,
)
from anshu.domain.alerts.services.rule_faults import rule_faults
from anshu.domain.alerts.services.rule_keeping import EDITABLE, rule_fill, rule_require
from anshu.domain.alerts.services.rulebook import at_of, calendars_of, measures_of, rises, thresholds_of, us_of
from anshu.domain.alerts.services.telling import level_of
from anshu.domain.sensing.selectors import observations_between, usable_values
from anshu.kernel.access.viewer import Absent, Refusal, Viewer

LONGEST = timedelta(days=366)
MOST_OBSERVATIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Spell:
    """One alarm: until when (None: to the end of the period), its worst level and the worst value."""

    since: datetime
    until: datetime | None
    peak: Level
    value: float | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a draft would have done in a period, and what the present rule did."""

    rule: Rule
    since: datetime
    until: datetime
    # Values read, moments at which one was new, and those of them at which the rule could judge.
    observations: int
    moments: int
    judged: int
    draft: list[Spell]
    present: list[Spell]

    @property
    def draft_known(self) -> int:
        """How many of the draft's alarms the present rule had as well."""
        return _meeting(self.draft, self.present)

    @property
    def present_kept(self) -> int:
        """How many of the present rule's alarms the draft would have had as well."""
        return _meeting(self.present, self.draft)


def rule_dry_run(
    *, viewer: Viewer, since: datetime, until: datetime, rule: Rule | None = None, **fields: Any
) -> DryRun:
    """This will evaluate a draft over [since, until) as stored, in the order of time; nothing is written.

    The draft is `rule` with `fields` put in; its hours and season count, its dates of validity do not. Raises Refusal
    naming every wrong field or a period too long, and Absent where the viewer may not set the rule.
    """
    if unknown := set(fields) - set(EDITABLE):
        raise Refusal(_("这些字段不能修改"), fields=dict.fromkeys(unknown, _("不能修改")))
    if rule is not None:
        rule_require(viewer, rule)
    draft = copy.copy(rule) if rule is not None else Rule(valid_from=since)
    rule_fill(draft, fields)
    rule_require(viewer, draft)
    if wrong := rule_faults(draft, None, viewer) | _period_faults(since, until):
        raise Refusal(_("不能试运行"), fields=wrong)
    measure = measures_of([draft])[0]
    if measure is None:
        raise Absent
    number = observations_between(measure.streams, since - timedelta(microseconds=measure.reach_us), until)
    if number > MOST_OBSERVATIONS:
        words = {"number": f"{number:,}", "most": f"{MOST_OBSERVATIONS:,}"}
        text = _("这段时间有 %(number)s 个观测值,最多 %(most)s 个,请缩短时间") % words
        raise Refusal(text, fields={"since": text})
    present = _spells_kept(rule, since, until) if rule is not None else []
    return _run(draft, measure, since, until, number, present)


def _period_faults(since: datetime, until: datetime) -> dict[str, str]:
    if until <= since:
        return {"until": _("应晚于开始时间")}
    if until - since > LONGEST:
        return {"since": _("最长 %(days)d 天,请缩短时间") % {"days": LONGEST.days}}
    return {}


def _run(draft: Rule, measure: Measure, since: datetime, until: datetime, number: int, present: list[Spell]) -> DryRun:
    first, last = us_of(since), us_of(until) - 1
    series = Series(*usable_values([(stream, first - measure.reach_us, last) for stream in sorted(measure.streams)]))
    times = np.unique(series.at_us[series.at_us >= first])
    alone = np.zeros(len(times), dtype=np.int64)
    if measure.kind == RuleKind.VALUE:
        value = series.young(np.full(len(times), measure.streams[0]), times, 0)
    else:
        value = measures(specs=[measure], rule=alone, at_us=times, series=series)
    there = ~np.isnan(value)
    at_us, value, alone = times[there], value[there], alone[there]
    whole = copy.copy(draft)
    whole.valid_until = None
    whole.valid_from = since
    resting = ~calendars_of([whole]).judging(alone, at_us)
    outcome = evaluate(
        rule=alone,
        at_us=at_us,
        value=value,
        thresholds=thresholds_of([draft]),
        states=States(np.zeros(1, dtype=np.int64), np.full((1, 4), NEVER), np.full(1, NEVER)),
        resting=resting,
    )
    spells = _spells(draft, outcome, at_us, value)
    judged = int((~resting).sum())
    return DryRun(draft, since, until, number, len(times), judged, spells, present)


def _spells(rule: Rule, outcome: Outcome, at_us: Integers, value: Floats) -> list[Spell]:
    """This will fold changes of level into alarms."""
    found: list[Spell] = []
    opened: int | None = None
    worst = 0
    for change in outcome.changes:
        if opened is None:
            opened, worst = change.row, 0
        worst = max(worst, change.after)
        if change.after == 0:
            found.append(_spell(rule, at_us, value, opened, change.row, worst))
            opened = None
    if opened is not None:
        found.append(_spell(rule, at_us, value, opened, None, worst))
    return found


def _spell(rule: Rule, at_us: Integers, value: Floats, opened: int, closed: int | None, worst: int) -> Spell:
    part = value[opened:closed]
    peak = float(part.max() if rises(rule) else part.min())
    until = None if closed is None else at_of(int(at_us[closed]))
    return Spell(at_of(int(at_us[opened])), until, level_of(worst), peak)


def _spells_kept(rule: Rule, since: datetime, until: datetime) -> list[Spell]:
    """This will give the rule's own alarms that touch the period, each with the value that made its worst level."""
    alarms = list(
        Alarm.objects.filter(rule=rule, cause=Cause.THRESHOLD, raised_at__lt=until)
        .exclude(cleared_at__lt=since)
        .order_by("raised_at", "id")
    )
    peaks = Occurrence.objects.filter(alarm__in=alarms, level=F("alarm__peak_level")).order_by("-id")
    values = {each.alarm_id: each.value for each in peaks}
    return [Spell(each.raised_at, each.cleared_at, Level(each.peak_level), values.get(each.pk)) for each in alarms]


def _meeting(these: list[Spell], those: list[Spell]) -> int:
    """This will count the spells that share a moment with one of the others."""
    ends = [(us_of(each.since), FOREVER if each.until is None else us_of(each.until)) for each in those]
    return sum(
        any(us_of(each.since) <= end and (each.until is None or first <= us_of(each.until)) for first, end in ends)
        for each in these
    )
