# SPDX-License-Identifier: Apache-2.0
"""All rules as the ingest process holds them: arrays to judge by, and the windows in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

import numpy as np

from anshu.domain.alerts.choices import Direction, RuleKind
from anshu.domain.alerts.models import Rule
from anshu.domain.alerts.rules import (
    ALWAYS,
    FOREVER,
    Calendars,
    FormulaFault,
    Integers,
    Measure,
    Thresholds,
    Windows,
    formula_read,
    names_of,
    season_day,
)
from anshu.domain.alerts.services.telling import THRESHOLD_FIELDS
from anshu.domain.sensing.selectors import siblings_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US = 1_000_000
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(slots=True)
class RuleBook:
    """All enabled rules. A place is a rule's row in the arrays; `first` and `number` lead there from a datastream."""

    rule_id: Integers
    measures: list[Measure]
    thresholds: Thresholds
    calendars: Calendars
    windowed: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    # Of each datastream id up to the last that a rule reads: where its places begin in `places`, and how many.
    first: Integers
    number: Integers
    places: Integers
    windows: Windows = field(default_factory=Windows)
    # What the last batch that this process judged wrote into each rule's state.
    marks: dict[int, int] = field(default_factory=dict)

    def pairs(self, datastream_id: Integers) -> tuple[Integers, Integers]:
        """This will pair each observation with each rule that reads it: places, and rows of the batch."""
        if not len(self.places):
            return _NONE, _NONE
        inside = np.where((datastream_id >= 0) & (datastream_id < len(self.first)), datastream_id, 0)
        number = self.number[inside]
        row = np.flatnonzero(number)
        if not len(row):
            return _NONE, _NONE
        number = number[row]
        within = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number)
        row = np.repeat(row, number)
        return self.places[self.first[inside[row]] + within], row


def rulebook_load(previous: RuleBook | None = None) -> RuleBook:
    """This will read the enabled rules; windows that `previous` holds are kept where they reach deep enough.

    Other windows are read when a batch first touches them.
    """
    rows = list(Rule.objects.filter(enabled=True).order_by("id"))
    found = measures_of(rows)
    return _book([(row, measure) for row, measure in zip(rows, found, strict=True) if measure is not None], previous)


def _book(rules: list[tuple[Rule, Measure]], previous: RuleBook | None) -> RuleBook:
    measures = [measure for _, measure in rules]
    reads = sorted((stream, place) for place, each in enumerate(measures) for stream in set(each.streams))
    streams = np.array([stream for stream, _ in reads], dtype=np.int64)
    # One slot more than the last, so that slot 0 stands for every datastream that no rule reads.
    number = np.bincount(streams, minlength=1).astype(np.int64)
    windows = Windows()
    for each in measures:
        if each.windowed:
            for stream in each.streams:
                windows.keep_us[stream] = max(each.reach_us, windows.keep_us.get(stream, 0))
    if previous is not None:
        windows.inherit(previous.windows)
    return RuleBook(
        rule_id=np.array([row.pk for row, _ in rules], dtype=np.int64),
        measures=measures,
        thresholds=thresholds_of([row for row, _ in rules]),
        calendars=calendars_of([row for row, _ in rules]),
        windowed=np.array([each.windowed for each in measures], dtype=np.bool_),
        first=np.cumsum(number) - number,
        number=number,
        places=np.array([place for _, place in reads], dtype=np.int64),
        windows=windows,
        marks=_marks(rules, previous),
    )


def _marks(rules: list[tuple[Rule, Measure]], previous: RuleBook | None) -> dict[int, int]:
    """This will keep the marks of the rules that measure as before; the others read their windows anew."""
    if previous is None:
        return {}
    before = dict(zip(previous.rule_id.tolist(), previous.measures, strict=True))
    return {
        row.pk: previous.marks[row.pk]
        for row, measure in rules
        if row.pk in previous.marks and before.get(row.pk) == measure
    }


def measures_of(rules: Sequence[Rule]) -> list[Measure | None]:
    """This will tell how each rule measures; None for one that cannot, such as a formula over what is gone."""
    siblings = siblings_of(rule.datastream_id for rule in rules if rule.kind == RuleKind.FORMULA)
    return [
        _measure(rule, {code: each.pk for code, each in siblings.get(rule.datastream_id, {}).items()}) for rule in rules
    ]


def _measure(rule: Rule, by_name: dict[str, int]) -> Measure | None:
    window_us, age_us = (rule.window_s or 0) * _SECOND_US, (rule.age_s or 0) * _SECOND_US
    if rule.kind == RuleKind.COUNT:
        return Measure(
            RuleKind.COUNT,
            tuple(sorted({rule.datastream_id, *rule.member_ids})),
            age_us=age_us,
            member_threshold=rule.member_threshold or 0.0,
            member_above=rule.direction == Direction.ABOVE,
        )
    if rule.kind != RuleKind.FORMULA:
        return Measure(rule.kind, (rule.datastream_id,), window_us=window_us)
    try:
        formula = formula_read(rule.formula)
    except FormulaFault:
        return None
    names = tuple(sorted(names_of(formula)))
    if not set(names) <= by_name.keys():
        return None
    return Measure(
        RuleKind.FORMULA, tuple(by_name[name] for name in names), age_us=age_us, formula=formula, names=names
    )


def thresholds_of(rules: Sequence[Rule]) -> Thresholds:
    """This will put the thresholds of rules into arrays."""
    value = [[np.nan if (v := getattr(rule, name)) is None else v for name in THRESHOLD_FIELDS] for rule in rules]
    return Thresholds(
        value=np.array(value, dtype=np.float64).reshape(-1, 4),
        above=np.array([rises(rule) for rule in rules], dtype=np.bool_),
        hysteresis=np.array([rule.hysteresis for rule in rules], dtype=np.float64),
        duration_us=np.array([rule.duration_s * _SECOND_US for rule in rules], dtype=np.int64),
    )


def rises(rule: Rule) -> bool:
    """This will tell whether a rule's measure is worse the higher it is; of a count the direction is its members'."""
    return rule.kind == RuleKind.COUNT or rule.direction == Direction.ABOVE


def calendars_of(rules: Sequence[Rule]) -> Calendars:
    """This will put the times at which rules judge into arrays."""

    def of(values: Iterable[int]) -> Integers:
        return np.array(list(values), dtype=np.int64)

    return Calendars(
        valid_from_us=of(us_of(rule.valid_from) for rule in rules),
        valid_until_us=of(FOREVER if rule.valid_until is None else us_of(rule.valid_until) for rule in rules),
        day_from=of(_minute(rule.day_from) for rule in rules),
        day_until=of(_minute(rule.day_until) for rule in rules),
        season_from=of(_day(rule.season_from) for rule in rules),
        season_until=of(_day(rule.season_until) for rule in rules),
    )


def _minute(moment: time | None) -> int:
    return ALWAYS if moment is None else moment.hour * 60 + moment.minute


def _day(text: str) -> int:
    found = season_day(text) if text else None
    return ALWAYS if found is None else found


def us_of(moment: datetime) -> int:
    """This will give a time in microseconds since 1970 UTC, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def at_of(us: int) -> datetime:
    """This will give the time of microseconds since 1970 UTC, exactly."""
    return _EPOCH + timedelta(microseconds=us)
