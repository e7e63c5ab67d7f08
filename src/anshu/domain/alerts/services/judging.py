# SPDX-License-Identifier: Apache-2.0
"""Judging stored observations by all rules at once, and what follows from it.

Called by the ingest process in the transaction that stores the observations: the states of the rules, the alarms and
their events stand or fall with the data that made them, so a crash neither loses nor doubles an alarm.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState, Cause, Level
from anshu.domain.alerts.events import AlarmEased, AlarmEscalated, AlarmRaised
from anshu.domain.alerts.models import Alarm, Rule
from anshu.domain.alerts.rules import (
    NEVER,
    Booleans,
    Change,
    Floats,
    Integers,
    Late,
    Measured,
    Outcome,
    States,
    Thresholds,
    batch_measures,
    evaluate,
)
from anshu.domain.alerts.services.alarms import alarm_end
from anshu.domain.alerts.services.rulebook import RuleBook, at_of, us_of
from anshu.domain.alerts.services.shelving import alarm_worse
from anshu.domain.alerts.services.telling import (
    alarm_new,
    level_of,
    occurrence_note,
    tell,
    threshold_of,
    title_of,
)
from anshu.domain.sensing.selectors import newest_usable, usable_values
from anshu.kernel.audit.actor import platform

JUDGE = platform("rules")
Batch = dict[int, tuple[Integers, Floats]]


@dataclass(frozen=True, slots=True)
class _Locked:
    """The touched rules, their states under lock, and which of them still exist and are enabled."""

    places: Integers
    rule_ids: Integers
    states: States
    alive: Booleans
    marks: Integers


def observations_judge(
    *, book: RuleBook, datastream_id: Integers, at_us: Integers, value: Floats, now: datetime
) -> int:
    """This will judge new, usable observations and carry out what follows; gives the number of changes.

    Must run in the transaction that stored them, with each (datastream, time) once.
    """
    place, row = book.pairs(datastream_id)
    if not len(place):
        return 0
    places, rule = np.unique(place, return_inverse=True)
    locked = _lock(book, places)
    limits = _of(book.thresholds, places)
    judged = _measured(book, locked, limits, (rule, row), (datastream_id, at_us, value))
    resting = ~book.calendars.at(places).judging(judged.rule, judged.at_us)
    outcome = evaluate(
        rule=judged.rule,
        at_us=judged.at_us,
        value=judged.value,
        thresholds=limits,
        states=locked.states,
        resting=resting,
        fresh=judged.fresh,
    )
    alive = locked.alive
    mark = secrets.randbits(62)
    _states_save(locked.rule_ids[alive], _of_states(outcome.states, alive), mark)
    book.marks.update(dict.fromkeys(locked.rule_ids[alive].tolist(), mark))
    if outcome.changes or outcome.late:
        reach_us = [book.measures[place].reach_us for place in places.tolist()]
        _carry_out(outcome, locked.rule_ids, reach_us, judged, resting, now)
    return len(outcome.changes)


def _measured(
    book: RuleBook,
    locked: _Locked,
    limits: Thresholds,
    pairs: tuple[Integers, Integers],
    given: tuple[Integers, Integers, Floats],
) -> Measured:
    """This will give what each touched rule measures, by rule and time."""
    rule, row = pairs
    ids, at_us, value = given
    windowed = book.windowed[locked.places]
    single = row[keep := locked.alive[rule] & ~windowed[rule]]
    fresh = at_us[single] > locked.states.observed_at_us[rule[keep]]
    parts = [Measured(rule[keep], at_us[single], value[single], fresh)]
    if windowed.any():
        batch = _by_stream(np.unique(row[windowed[rule]]), ids, at_us, value)
        _windows_trust(book, locked, batch)
        specs = {each: book.measures[locked.places[each]] for each in np.flatnonzero(windowed & locked.alive).tolist()}
        if specs:
            parts.append(
                batch_measures(
                    specs=specs,
                    batch=batch,
                    windows=book.windows,
                    thresholds=limits,
                    observed_at_us=locked.states.observed_at_us,
                    past=usable_values,
                )
            )
    found = Measured(
        np.concatenate([each.rule for each in parts]),
        np.concatenate([each.at_us for each in parts]),
        np.concatenate([each.value for each in parts]),
        np.concatenate([each.fresh for each in parts]),
    )
    order = np.lexsort((found.at_us, found.rule))
    return Measured(found.rule[order], found.at_us[order], found.value[order], found.fresh[order])


def _by_stream(rows: Integers, ids: Integers, at_us: Integers, value: Floats) -> Batch:
    """This will part the rows that windows read by datastream, each in the order of time."""
    rows = rows[np.lexsort((at_us[rows], ids[rows]))]
    streams, starts = np.unique(ids[rows], return_index=True)
    parts = np.split(rows, starts[1:])
    return {stream: (at_us[part], value[part]) for stream, part in zip(streams.tolist(), parts, strict=True)}


def _windows_trust(book: RuleBook, locked: _Locked, batch: Batch) -> None:
    """This will read again the windows of rules that somebody else judged since, or that were never read here.

    A batch of ours that was rolled back left its mark in memory only: it is found out in the same way.
    """
    wanted: set[int] = set()
    for each in np.flatnonzero(book.windowed[locked.places]).tolist():
        streams = book.measures[locked.places[each]].streams
        if book.marks.get(int(locked.rule_ids[each])) != locked.marks[each]:
            wanted.update(streams)
        else:
            wanted.update(stream for stream in streams if not book.windows.known(stream))
    if wanted:
        _windows_read(book, wanted, batch)


def _windows_read(book: RuleBook, wanted: set[int], batch: Batch) -> None:
    """This will fill windows from what is stored, without the batch, which is stored already."""
    newest = newest_usable(wanted)
    earliest = min(int(at_us[0]) for at_us, _value in batch.values())
    stretches = [
        (stream, min(earliest, newest[stream]) - book.windows.keep_us[stream], newest[stream])
        for stream in sorted(newest)
    ]
    stored, stored_at, stored_value = usable_values(stretches)
    for stream in wanted:
        rows = np.flatnonzero(stored == stream)
        if stream in batch:
            rows = rows[~np.isin(stored_at[rows], batch[stream][0])]
        book.windows.put(stream, stored_at[rows], stored_value[rows])


def _of(thresholds: Thresholds, places: Integers) -> Thresholds:
    return Thresholds(
        thresholds.value[places],
        thresholds.above[places],
        thresholds.hysteresis[places],
        thresholds.duration_us[places],
    )


def _of_states(states: States, wanted: Booleans) -> States:
    return States(states.severity[wanted], states.beyond_since_us[wanted], states.observed_at_us[wanted])


def _lock(book: RuleBook, places: Integers) -> _Locked:
    """This will read and lock the states of rules, making those that are missing.

    A rule may have gone since the book was read.
    """
    rule_ids = book.rule_id[places]
    wanted = rule_ids.tolist()
    found = _states_read(wanted)
    if len(found) < len(wanted):
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into alerts_rulestate (rule_id, level, beyond_since, silent, mark)"
                " select id, 0, '{}', false, 0 from alerts_rule where id = any(%s) and enabled on conflict do nothing",
                [[each for each in wanted if each not in found]],
            )
        found = _states_read(wanted)
    severity = np.zeros(len(wanted), dtype=np.int64)
    since = np.full((len(wanted), 4), NEVER, dtype=np.int64)
    observed = np.full(len(wanted), NEVER, dtype=np.int64)
    marks = np.zeros(len(wanted), dtype=np.int64)
    for place, rule_id in enumerate(wanted):
        if rule_id in found:
            _rule, level, beyond_since, observed_at, marks[place] = found[rule_id]
            severity[place] = 5 - level if level else 0
            observed[place] = NEVER if observed_at is None else us_of(observed_at)
            for column, moment in enumerate(beyond_since):
                since[place, column] = NEVER if moment is None else us_of(moment)
    alive = np.array([each in found for each in wanted], dtype=np.bool_)
    return _Locked(places, rule_ids, States(severity, since, observed), alive, marks)


def _states_read(wanted: list[int]) -> dict[int, tuple[Any, ...]]:
    """This will lock and give the states of the rules that are enabled, in the order in which everybody locks them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.rule_id, s.level, s.beyond_since, s.observed_at, s.mark from alerts_rulestate s"
            " join alerts_rule r on r.id = s.rule_id and r.enabled"
            " where s.rule_id = any(%s) order by s.rule_id for update of s",
            [wanted],
        )
        return {row[0]: row for row in cursor.fetchall()}


def _states_save(rule_ids: Integers, states: States, mark: int) -> None:
    since = [[_moment(each) for each in column] for column in states.beyond_since_us.T.tolist()]
    observed = [_moment(each) for each in states.observed_at_us.tolist()]
    level = [int(level_of(each)) for each in states.severity.tolist()]
    with connection.cursor() as cursor:
        cursor.execute(
            "update alerts_rulestate s set mark = %s, level = given.level, observed_at = given.observed_at,"
            " beyond_since = case when coalesce(blue, yellow, orange, red) is null then '{}'"
            " else array[blue, yellow, orange, red] end"
            " from unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],"
            " %s::timestamptz[], %s::timestamptz[])"
            " as given (rule_id, level, observed_at, blue, yellow, orange, red) where s.rule_id = given.rule_id",
            [mark, rule_ids.tolist(), level, observed, *since],
        )


def _moment(us: int) -> datetime | None:
    return None if us == NEVER else at_of(us)


def _carry_out(
    outcome: Outcome, rule_ids: Integers, reach_us: list[int], judged: Measured, resting: Booleans, now: datetime
) -> None:
    """This will raise, change and end alarms, rule by rule in the order of time."""
    rows = [each.row for each in outcome.changes] + [each.row for each in outcome.late]
    concerned = {int(number) for number in rule_ids[judged.rule[rows]]}
    rules = Rule.objects.select_related("datastream__thing", "datastream__observed_property").in_bulk(concerned)
    raised: dict[int, Alarm] = {}
    for change in outcome.changes:
        place = int(judged.rule[change.row])
        reason = _("不在规则判定的时段内") if resting[change.row] else ""
        at, value = at_of(int(judged.at_us[change.row])), float(judged.value[change.row])
        alarm = _apply(rules[int(rule_ids[place])], change, at, value, now, reason)
        if alarm is not None:
            raised.setdefault(place, alarm)
    numbered = [(int(judged.rule[each.row]), each) for each in outcome.late]
    for place, found in groupby(numbered, key=itemgetter(0)):
        moments = [(at_of(int(judged.at_us[each.row])), float(judged.value[each.row]), each) for __, each in found]
        rule, reach = rules[int(rule_ids[place])], timedelta(microseconds=reach_us[place])
        _apply_late(rule, _led_up(raised.get(place), rule, moments, reach, now), now)


def _led_up(
    alarm: Alarm | None, rule: Rule, moments: list[tuple[datetime, float, Late]], reach: timedelta, now: datetime
) -> list[tuple[datetime, float, Late]]:
    """This will note the late moments that led up to an alarm of this batch on it; gives the others."""
    if alarm is None:
        return moments
    others = []
    for at, value, each in moments:
        if not alarm.raised_at - reach <= at < alarm.raised_at:
            others.append((at, value, each))
            continue
        level = level_of(each.severity)
        occurrence_note(alarm, at=at, level=level, value=value, threshold=threshold_of(rule, level), now=now)
    return others


def _apply(rule: Rule, change: Change, at: datetime, value: float, now: datetime, reason: str) -> Alarm | None:
    """This will carry one change out; gives the alarm that it raised."""
    before, after = level_of(change.before), level_of(change.after)
    alarm = (
        Alarm.objects.select_for_update(of=("self",))
        .select_related("thing")
        .filter(rule=rule, cause=Cause.THRESHOLD, state=AlarmState.ACTIVE)
        .first()
    )
    if alarm is None:
        return _raise(rule, after, at, value, now) if after else None
    if not after:
        alarm_end(alarm, at=at, actor=JUDGE, now=now, value=value, reason=reason)
        return None
    worse = not before or after < before
    _move(alarm, rule, after, at, value, now)
    if worse:
        alarm_worse(alarm, actor=JUDGE, now=now)
    tell(AlarmEscalated if worse else AlarmEased, alarm, at=at, actor=JUDGE, now=now)
    return None


def _raise(rule: Rule, level: Level, at: datetime, value: float, now: datetime) -> Alarm:
    title = title_of(rule, level, value)
    alarm = alarm_new(rule=rule, cause=Cause.THRESHOLD, level=level, title=title, value=value, at=at, now=now)
    occurrence_note(alarm, at=at, level=level, value=value, threshold=alarm.threshold, now=now)
    tell(AlarmRaised, alarm, at=at, actor=JUDGE, now=now)
    return alarm


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
    if not moments:
        return
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
        now=now,
        late=True,
        cleared_at=open_moments[-1][0],
    )
    for moment, seen, each in open_moments:
        lev = level_of(each.severity)
        occurrence_note(alarm, at=moment, level=lev, value=seen, threshold=threshold_of(rule, lev), now=now)
    tell(AlarmRaised, alarm, at=at, actor=JUDGE, now=now, late=True)


def _covers(periods: list[tuple[datetime, datetime | None]], at: datetime) -> bool:
    return any(raised <= at and (cleared is None or at <= cleared) for raised, cleared in periods)
