# SPDX-License-Identifier: Apache-2.0
"""Judging stored observations by all rules at once, and what follows from it.

Called by the ingest process in the transaction that stores the observations: the states of the rules, the alarms and
their events stand or fall with the data that made them, so a crash neither loses nor doubles an alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import connection

from anshu.domain.alerts.choices import AlarmState, Cause, Direction, Level
from anshu.domain.alerts.events import AlarmEased, AlarmEscalated, AlarmRaised
from anshu.domain.alerts.models import Alarm, Rule
from anshu.domain.alerts.rules import (
    NEVER,
    Booleans,
    Change,
    Floats,
    Integers,
    Late,
    Outcome,
    States,
    Thresholds,
    evaluate,
)
from anshu.domain.alerts.services.alarms import alarm_end
from anshu.domain.alerts.services.telling import (
    THRESHOLD_FIELDS,
    alarm_new,
    level_of,
    occurrence_note,
    tell,
    threshold_of,
    title_of,
)
from anshu.kernel.audit.actor import platform

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOREVER = np.iinfo(np.int64).max
JUDGE = platform("rules")


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in force or to come, ordered by datastream."""

    datastream_id: Integers
    rule_id: Integers
    thresholds: Thresholds
    valid_from_us: Integers
    valid_until_us: Integers


def rulebook_load() -> RuleBook:
    """This will read the enabled rules."""
    rows = list(Rule.objects.filter(enabled=True).order_by("datastream_id", "id"))
    return RuleBook(
        datastream_id=np.array([row.datastream_id for row in rows], dtype=np.int64),
        rule_id=np.array([row.pk for row in rows], dtype=np.int64),
        thresholds=Thresholds(
            value=np.array(
                [[np.nan if (v := getattr(row, name)) is None else v for name in THRESHOLD_FIELDS] for row in rows],
                dtype=np.float64,
            ).reshape(-1, 4),
            above=np.array([row.direction == Direction.ABOVE for row in rows], dtype=np.bool_),
            hysteresis=np.array([row.hysteresis for row in rows], dtype=np.float64),
            duration_us=np.array([row.duration_s * 1_000_000 for row in rows], dtype=np.int64),
        ),
        valid_from_us=np.array([_us(row.valid_from) for row in rows], dtype=np.int64),
        valid_until_us=np.array(
            [_FOREVER if row.valid_until is None else _us(row.valid_until) for row in rows], dtype=np.int64
        ),
    )


def observations_judge(
    *, book: RuleBook, datastream_id: Integers, at_us: Integers, value: Floats, now: datetime
) -> int:
    """This will judge new, usable observations and carry out what follows; gives the number of changes.

    Must run in the transaction that stored them.
    """
    place, row = _pairs(book, datastream_id, at_us)
    if not len(place):
        return 0
    touched, rule = np.unique(place, return_inverse=True)
    order = np.lexsort((at_us[row], rule))
    rule, row = rule[order], row[order]
    limits = _of(book.thresholds, touched)
    rule_ids = book.rule_id[touched]
    states, alive = _states_lock(rule_ids)
    keep = alive[rule]
    rule, row = rule[keep], row[keep]
    outcome = evaluate(rule=rule, at_us=at_us[row], value=value[row], thresholds=limits, states=states)
    _states_save(rule_ids[alive], _of_states(outcome.states, alive))
    if outcome.changes or outcome.late:
        _carry_out(outcome, rule_ids[rule], at_us[row], value[row], now)
    return len(outcome.changes)


def _pairs(book: RuleBook, datastream_id: Integers, at_us: Integers) -> tuple[Integers, Integers]:
    """This will pair each observation with each rule in force at its time: places in the book, rows of the batch."""
    low = np.searchsorted(book.datastream_id, datastream_id, side="left")
    count = np.searchsorted(book.datastream_id, datastream_id, side="right") - low
    row = np.repeat(np.arange(len(datastream_id)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    place = low[row] + within
    inside = (at_us[row] >= book.valid_from_us[place]) & (at_us[row] < book.valid_until_us[place])
    return place[inside], row[inside]


def _of(thresholds: Thresholds, places: Integers) -> Thresholds:
    return Thresholds(
        thresholds.value[places],
        thresholds.above[places],
        thresholds.hysteresis[places],
        thresholds.duration_us[places],
    )


def _of_states(states: States, wanted: Booleans) -> States:
    return States(states.severity[wanted], states.beyond_since_us[wanted], states.observed_at_us[wanted])


def _states_lock(rule_ids: Integers) -> tuple[States, Booleans]:
    """This will read and lock the states of rules, making those that are missing.

    The second array tells which rules still exist and are enabled: one may have gone since the book was read.
    """
    wanted = rule_ids.tolist()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into alerts_rulestate (rule_id, level, beyond_since, silent, mark)"
            " select id, 0, '{}', false, 0 from alerts_rule where id = any(%s) and enabled on conflict do nothing",
            [wanted],
        )
        cursor.execute(
            "select s.rule_id, s.level, s.beyond_since, s.observed_at from alerts_rulestate s"
            " join alerts_rule r on r.id = s.rule_id and r.enabled"
            " where s.rule_id = any(%s) order by s.rule_id for update of s",
            [wanted],
        )
        found = {row[0]: row for row in cursor.fetchall()}
    severity = np.zeros(len(wanted), dtype=np.int64)
    since = np.full((len(wanted), 4), NEVER, dtype=np.int64)
    observed = np.full(len(wanted), NEVER, dtype=np.int64)
    for place, rule_id in enumerate(wanted):
        if rule_id in found:
            _, level, beyond_since, observed_at = found[rule_id]
            severity[place] = 5 - level if level else 0
            observed[place] = NEVER if observed_at is None else _us(observed_at)
            for column, moment in enumerate(beyond_since):
                since[place, column] = NEVER if moment is None else _us(moment)
    return States(severity, since, observed), np.array([each in found for each in wanted], dtype=np.bool_)


def _states_save(rule_ids: Integers, states: States) -> None:
    since = [[None if each == NEVER else _at(each) for each in column] for column in states.beyond_since_us.T.tolist()]
    observed = [None if each == NEVER else _at(each) for each in states.observed_at_us.tolist()]
    level = [int(level_of(each)) for each in states.severity.tolist()]
    with connection.cursor() as cursor:
        cursor.execute(
            "update alerts_rulestate s set level = given.level, observed_at = given.observed_at,"
            " beyond_since = case when coalesce(blue, yellow, orange, red) is null then '{}'"
            " else array[blue, yellow, orange, red] end"
            " from unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],"
            " %s::timestamptz[], %s::timestamptz[])"
            " as given (rule_id, level, observed_at, blue, yellow, orange, red) where s.rule_id = given.rule_id",
            [rule_ids.tolist(), level, observed, *since],
        )


def _carry_out(outcome: Outcome, rule_id: Integers, at_us: Integers, value: Floats, now: datetime) -> None:
    """This will raise, change and end alarms, rule by rule in the order of time."""
    rows = [change.row for change in outcome.changes] + [late.row for late in outcome.late]
    concerned = {int(rule_id[row]) for row in rows}
    rules = Rule.objects.select_related("datastream__thing", "datastream__observed_property").in_bulk(concerned)
    for change in outcome.changes:
        rule = rules[int(rule_id[change.row])]
        _apply(rule, change, _at(int(at_us[change.row])), float(value[change.row]), now)
    numbered = [(int(rule_id[each.row]), each) for each in outcome.late]
    for number, found in groupby(numbered, key=itemgetter(0)):
        moments = [(_at(int(at_us[each.row])), float(value[each.row]), each) for _, each in found]
        _apply_late(rules[number], moments, now)


def _apply(rule: Rule, change: Change, at: datetime, value: float, now: datetime) -> None:
    before, after = level_of(change.before), level_of(change.after)
    alarm = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("thing")
        .filter(rule=rule, cause=Cause.THRESHOLD, state=AlarmState.ACTIVE)
        .first()
    )
    if alarm is None:
        if after:
            _raise(rule, after, at, value, now)
        return
    if not after:
        alarm_end(alarm, at=at, actor=JUDGE, now=now, value=value)
        return
    worse = not before or after < before
    _move(alarm, rule, after, at, value, now)
    tell(AlarmEscalated if worse else AlarmEased, alarm, at=at, actor=JUDGE, now=now)


def _raise(rule: Rule, level: Level, at: datetime, value: float, now: datetime) -> None:
    title = title_of(rule, level, value)
    alarm = alarm_new(rule=rule, cause=Cause.THRESHOLD, level=level, title=title, value=value, at=at)
    occurrence_note(alarm, at=at, level=level, value=value, threshold=alarm.threshold, now=now)
    tell(AlarmRaised, alarm, at=at, actor=JUDGE, now=now)


def _move(alarm: Alarm, rule: Rule, level: Level, at: datetime, value: float, now: datetime) -> None:
    alarm.level, alarm.value, alarm.changed_at = level, value, at
    alarm.peak_level = min(alarm.peak_level, level)
    alarm.threshold = threshold_of(rule, level)
    alarm.title = title_of(rule, level, value)
    alarm.occurrences += 1
    alarm.save(
        update_fields=["level", "value", "changed_at", "peak_level", "threshold", "title", "occurrences"],
    )
    occurrence_note(alarm, at=at, level=level, value=value, threshold=alarm.threshold, now=now)


def _apply_late(rule: Rule, moments: Sequence[tuple[datetime, float, Late]], now: datetime) -> None:
    """This will raise one alarm, already over, for late values that no alarm covered."""
    covered = list(
        Alarm.objects.filter(rule=rule, cause=Cause.THRESHOLD, raised_at__lte=moments[-1][0]).values_list(
            "raised_at", "cleared_at"
        )
    )
    open_moments = [each for each in moments if not _covers(covered, each[0])]
    if not open_moments:
        return
    at, value, worst = min(open_moments, key=lambda each: (-each[2].severity, each[0]))
    level = level_of(worst.severity)
    title = title_of(rule, level, value, late=True)
    alarm = alarm_new(
        rule=rule,
        cause=Cause.THRESHOLD,
        level=level,
        title=title,
        value=value,
        at=open_moments[0][0],
        late=True,
        cleared_at=open_moments[-1][0],
    )
    for moment, seen, each in open_moments:
        lev = level_of(each.severity)
        occurrence_note(alarm, at=moment, level=lev, value=seen, threshold=threshold_of(rule, lev), now=now)
    tell(AlarmRaised, alarm, at=at, actor=JUDGE, now=now, late=True)


def _covers(periods: list[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return any(raised <= at and (cleared is None or at <= cleared) for raised, cleared in periods)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _at(us: int) -> Any:
    return _EPOCH + timedelta(microseconds=us)
