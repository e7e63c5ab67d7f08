# SPDX-License-Identifier: Apache-2.0
"""What a rule's thresholds are held against: changes, sums, counts and formulas over streams of values.

Derived measures are rounded to a millionth, so that decimals come out as people add them: five hundred times 0.1 mm
is 50 mm, and 45.32 m less 45.02 m is 0.3 m.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anshu.domain.alerts.choices import RuleKind
from anshu.domain.alerts.rules.evaluation import Booleans, Floats, Integers
from anshu.domain.alerts.rules.formula import Node, formula_value

_MILLION = 1_000_000
# Values beyond this are no quantity that can be summed to a millionth in 64 bits.
_LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class Measure:
    """How one rule's measure comes from its streams (of a formula: in the order of `names`)."""

    kind: str
    streams: tuple[int, ...]
    window_us: int = 0
    age_us: int = 0
    member_threshold: float = 0.0
    member_above: bool = True
    formula: Node | None = None
    names: tuple[str, ...] = ()

    @property
    def windowed(self) -> bool:
        """Whether it needs more than the observation itself."""
        return self.kind != RuleKind.VALUE

    @property
    def reach_us(self) -> int:
        """How far back a measure looks."""
        if self.kind == RuleKind.RATE:
            return 2 * self.window_us
        return self.window_us if self.kind == RuleKind.SUM else self.age_us


class Series:
    """Values of several streams, ordered by stream and time, each (stream, time) once."""

    def __init__(self, stream: Integers, at_us: Integers, value: Floats) -> None:
        self.at_us, self.value = at_us, value
        self.ids, self._starts = np.unique(stream, return_index=True)
        self._first_us = int(at_us.min()) if len(at_us) else 0
        self._span = (int(at_us.max()) - self._first_us if len(at_us) else 0) + 2
        slot = np.searchsorted(self.ids, stream)
        # Stream and time as one ordered number: the spans in use are months, far from the end of 64 bits.
        self._key = slot * self._span + (at_us - self._first_us)
        micro = np.rint(np.clip(value, -_LARGEST, _LARGEST) * _MILLION).astype(np.int64)
        self._total = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(micro)))

    def asof(self, stream: Integers, at_us: Integers) -> tuple[Integers, Booleans]:
        """This will find the newest value of a stream at a time: its place, and whether there is one.

        Where there is none, the place is that before the stream's first value.
        """
        if not len(self.ids):
            return np.full(len(stream), -1, dtype=np.int64), np.zeros(len(stream), dtype=np.bool_)
        slot = np.searchsorted(self.ids, stream).clip(max=len(self.ids) - 1)
        known = self.ids[slot] == stream
        since = np.clip(at_us - self._first_us, -1, self._span - 1)
        place = np.searchsorted(self._key, slot * self._span + since, side="right") - 1
        place = np.where(known, place, self._starts[slot] - 1)
        return place, known & (place >= self._starts[slot])

    def young(self, stream: Integers, at_us: Integers, age_us: Integers | int) -> Floats:
        """This will give the newest value at a time; NaN where there is none or it is older than `age_us`."""
        place, known = self.asof(stream, at_us)
        if not len(self.value):
            return np.full(len(stream), np.nan)
        place = place.clip(0)
        found: Floats = np.where(known & (self.at_us[place] >= at_us - age_us), self.value[place], np.nan)
        return found

    def sums(self, stream: Integers, at_us: Integers, window_us: Integers) -> Floats:
        """This will sum the values of (t - window, t]; a value stands for the step before its time."""
        last, _ = self.asof(stream, at_us)
        before, _ = self.asof(stream, at_us - window_us)
        found: Floats = (self._total[last + 1] - self._total[before + 1]) / _MILLION
        return found


def measures(*, specs: Sequence[Measure], rule: Integers, at_us: Integers, series: Series) -> Floats:
    """This will give each rule's measure at each time; NaN where there is none. `rule` indexes `specs`."""
    found = np.full(len(rule), np.nan)
    for each in np.unique(rule).tolist():
        spec = specs[each]
        if spec.kind in (RuleKind.COUNT, RuleKind.FORMULA):
            rows = np.flatnonzero(rule == each)
            several = _count if spec.kind == RuleKind.COUNT else _formula
            found[rows] = several(spec, at_us[rows], series)
    kinds = np.array([each.kind for each in specs])[rule]
    for kind, single in ((RuleKind.SUM, _sum), (RuleKind.RATE, _rate)):
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            stream = np.array([each.streams[0] for each in specs], dtype=np.int64)[rule[rows]]
            window_us = np.array([each.window_us for each in specs], dtype=np.int64)[rule[rows]]
            found[rows] = single(stream, at_us[rows], window_us, series)
    return found


def _sum(stream: Integers, at_us: Integers, window_us: Integers, series: Series) -> Floats:
    return series.sums(stream, at_us, window_us)


def _rate(stream: Integers, at_us: Integers, window_us: Integers, series: Series) -> Floats:
    # What stood at the window's start: the newest value until then, at most one more window old.
    start = series.young(stream, at_us - window_us, window_us)
    return _rounded(series.young(stream, at_us, 0) - start)


def _count(spec: Measure, at_us: Integers, series: Series) -> Floats:
    streams = np.array(spec.streams, dtype=np.int64)
    stream, moment = np.tile(streams, len(at_us)), np.repeat(at_us, len(streams))
    value = series.young(stream, moment, spec.age_us).reshape(len(at_us), len(streams))
    beyond = value >= spec.member_threshold if spec.member_above else value <= spec.member_threshold
    found: Floats = beyond.sum(axis=1).astype(np.float64)
    return found


def _formula(spec: Measure, at_us: Integers, series: Series) -> Floats:
    assert spec.formula is not None
    values = {
        name: series.young(np.full(len(at_us), stream, dtype=np.int64), at_us, spec.age_us)
        for name, stream in zip(spec.names, spec.streams, strict=True)
    }
    return _rounded(formula_value(spec.formula, values))


def _rounded(values: Floats) -> Floats:
    found: Floats = np.round(values, 6)
    return found
