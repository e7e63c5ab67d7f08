# SPDX-License-Identifier: Apache-2.0
"""Windows, groups and formulas against a slow, plain evaluation written apart from them."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.domain.alerts.test_rules import Plain

from anshu.domain.alerts.rules import (
    NEVER,
    Measure,
    States,
    Thresholds,
    Windows,
    batch_measures,
    evaluate,
    formula_read,
)

MINUTE = 60_000_000
SPECS = [
    Measure("sum", (1,), window_us=10 * MINUTE),
    Measure("rate", (1,), window_us=5 * MINUTE),
    Measure("count", (1, 2, 3), age_us=6 * MINUTE, member_threshold=5.0),
    Measure("formula", (2, 3), age_us=4 * MINUTE, formula=formula_read("max(a, b) - min(a, b)"), names=("a", "b")),
    Measure("sum", (2,), window_us=3 * MINUTE),
]
THRESHOLDS = [
    [6.0, 12.0, 20.0, 30.0],
    [None, 1.0, 3.0, None],
    [1.0, 2.0, 3.0, None],
    [2.0, None, None, 6.0],
    [4.0, 9.0, None, None],
]
DURATIONS = [0, 0, 0, 2 * MINUTE, 3 * MINUTE]


class Store:
    """What the database holds."""

    def __init__(self):
        self.values = {}

    def past(self, stretches):
        rows = sorted(
            (stream, at, value)
            for (stream, at), value in self.values.items()
            for wanted, since, until in stretches
            if stream == wanted and since <= at <= until
        )
        return (
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            np.array([row[2] for row in rows], dtype=np.float64),
        )


def asof(values, stream, at, age):
    """The newest value at a time, one value at a time."""
    found = [(moment, value) for (each, moment), value in values.items() if each == stream and at - age <= moment <= at]
    return max(found)[1] if found else None


def slow(spec, values, at):
    """A measure in words, in exact fractions."""
    if spec.kind == "sum":
        inside = [v for (s, t), v in values.items() if s == spec.streams[0] and at - spec.window_us < t <= at]
        return float(sum((Fraction(str(v)) for v in inside), Fraction(0)))
    if spec.kind == "rate":
        present = values.get((spec.streams[0], at))
        start = asof(values, spec.streams[0], at - spec.window_us, spec.window_us)
        return None if present is None or start is None else float(Fraction(str(present)) - Fraction(str(start)))
    newest = [asof(values, stream, at, spec.age_us) for stream in spec.streams]
    if spec.kind == "count":
        return float(sum(value is not None and value >= spec.member_threshold for value in newest))
    if None in newest:
        return None
    # Decimals as they were sent: 5.1 - 3.1 is 2, though the binary numbers next to them differ by a little less.
    decimals = [Fraction(str(value)) for value in newest]
    return float(max(decimals) - min(decimals))


class Reference:
    """One rule over batches: every measure is made again from everything that is stored."""

    def __init__(self, spec, thresholds, duration):
        self.spec, self.thresholds, self.duration = spec, thresholds, duration
        self.plain = Plain(thresholds, True, 0.5, duration)
        self.changes, self.late = [], []

    def severity(self, value):
        if value is None:
            return 0
        return max((n + 1 for n in range(4) if self.plain.beyond(value, self.thresholds[n])), default=0)

    def judge(self, stored, batch):
        own = {key for key in batch if key[0] in self.spec.streams}
        if not own:
            return
        values = {**stored, **batch}
        known = [at for stream, at in stored if stream in self.spec.streams]
        newest = max([*known, self.plain.seen if self.plain.seen is not None else -1], default=-1)
        late = [at for _, at in own if at <= newest]
        if self.duration == 0:
            self._find_late(stored, values, late, newest)
        if late and self.plain.seen is not None and newest - max(late) <= self.spec.reach_us:
            self.plain.seen = newest - 1
            self._observe(values, newest)
            self.plain.seen = newest
        for at in sorted({at for _, at in own if at > newest}):
            self._observe(values, at)

    def _observe(self, values, at):
        measure = slow(self.spec, values, at)
        if measure is not None:
            before, after = self.plain.observe(at, measure)
            if before != after:
                self.changes.append((at, before, after))

    def _find_late(self, stored, values, late, newest):
        times = {at for stream, at in values if stream in self.spec.streams and at < newest}
        for at in sorted(times):
            if any(0 <= at - each <= self.spec.reach_us for each in late):
                now = self.severity(slow(self.spec, values, at))
                known = any(moment == at and stream in self.spec.streams for stream, moment in stored)
                then = self.severity(slow(self.spec, stored, at)) if known else 0
                if now > then:
                    self.late.append((at, now))


class Judge:
    """The product's evaluation, with a process that may be started anew before any batch."""

    def __init__(self):
        number = len(SPECS)
        self.limits = Thresholds(
            np.array([[np.nan if v is None else v for v in row] for row in THRESHOLDS]),
            np.ones(number, dtype=bool),
            np.full(number, 0.5),
            np.array(DURATIONS, dtype=np.int64),
        )
        self.states = States(np.zeros(number, dtype=np.int64), np.full((number, 4), NEVER), np.full(number, NEVER))
        self.changes, self.late = [[] for _ in SPECS], [[] for _ in SPECS]
        self.restart({})

    def restart(self, stored):
        self.windows = Windows({1: 10 * MINUTE, 2: 6 * MINUTE, 3: 6 * MINUTE})
        for stream in (1, 2, 3):
            times = sorted(at for each, at in stored if each == stream)
            kept = [at for at in times if at >= times[-1] - self.windows.keep_us[stream]]
            self.windows.put(
                stream, np.array(kept, dtype=np.int64), np.array([stored[stream, at] for at in kept], dtype=float)
            )

    def judge(self, store, batch):
        arrays = {}
        for stream in sorted({stream for stream, _ in batch}):
            times = sorted(at for each, at in batch if each == stream)
            arrays[stream] = np.array(times, dtype=np.int64), np.array([batch[stream, at] for at in times])
        specs = {place: spec for place, spec in enumerate(SPECS) if set(spec.streams) & arrays.keys()}
        if not specs:
            return
        found = batch_measures(
            specs=specs,
            batch=arrays,
            windows=self.windows,
            thresholds=self.limits,
            observed_at_us=self.states.observed_at_us,
            past=store.past,
        )
        order = np.lexsort((found.at_us, found.rule))
        rule, at_us = found.rule[order], found.at_us[order]
        outcome = evaluate(
            rule=rule,
            at_us=at_us,
            value=found.value[order],
            thresholds=self.limits,
            states=self.states,
            fresh=found.fresh[order],
        )
        self.states = outcome.states
        for each in outcome.changes:
            self.changes[rule[each.row]].append((int(at_us[each.row]), each.before, each.after))
        for each in outcome.late:
            self.late[rule[each.row]].append((int(at_us[each.row]), each.severity))


values = st.integers(0, 90).map(lambda n: n / 10)
arrivals = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 40).map(lambda n: n * MINUTE), values), min_size=1, max_size=60
)


def batches_of(stream, cuts):
    edges = [0, *sorted(cuts), len(stream)]
    return [dict(stream[first:last]) for first, last in pairwise(edges)]


def run(batches, restarts):
    store, judge = Store(), Judge()
    references = [Reference(*each) for each in zip(SPECS, THRESHOLDS, DURATIONS, strict=True)]
    for number, batch in enumerate(batches):
        new = {key: value for key, value in batch.items() if key not in store.values}
        if number in restarts:
            judge.restart(store.values)
        before = dict(store.values)
        store.values.update(new)
        judge.judge(store, new)
        for each in references:
            each.judge(before, new)
    return judge, references


@settings(max_examples=300)
@given(arrivals, st.sets(st.integers(0, 60), max_size=8), st.sets(st.integers(0, 9)))
@example([(2, 0, 5.1), (2, 2 * MINUTE, 0.0), (3, 0, 3.1)], set(), set())
def test_any_arrival_cut_anywhere_with_any_restarts_equals_the_slow_reference(arrived, cuts, restarts):
    once = list({(stream, at): value for stream, at, value in arrived}.items())
    judge, references = run(batches_of(once, {cut for cut in cuts if cut < len(once)}), restarts)
    assert judge.changes == [each.changes for each in references]
    assert judge.late == [each.late for each in references]
    assert judge.states.severity.tolist() == [each.plain.severity for each in references]


@given(arrivals, st.sets(st.integers(0, 40), max_size=8), st.sets(st.integers(0, 9)))
@example([(2, 0, 5.0), (1, MINUTE, 0.0), (2, 7 * MINUTE, 0.0)], {1}, set())
def test_what_arrives_in_order_opens_the_same_alarms_however_it_is_cut(arrived, minutes, restarts):
    once = sorted({(stream, at): value for stream, at, value in arrived}.items(), key=lambda each: each[0][1])
    cuts = {sum(key[1] < minute * MINUTE for key, _ in once) for minute in minutes}
    whole, _ = run([dict(once)], set())
    parts, _ = run(batches_of(once, cuts), restarts)
    assert whole.changes == parts.changes
    assert parts.late == [[] for _ in SPECS]


@pytest.mark.parametrize("number", [500, 997])
def test_decimals_add_up_as_people_add_them(number):
    windows = Windows({1: 10_000 * MINUTE})
    windows.put(1, np.zeros(0, dtype=np.int64), np.zeros(0))
    limits = Thresholds(np.full((1, 4), np.nan), np.ones(1, dtype=bool), np.zeros(1), np.zeros(1, dtype=np.int64))
    found = batch_measures(
        specs={0: Measure("sum", (1,), window_us=10_000 * MINUTE)},
        batch={1: (np.arange(number) * MINUTE, np.full(number, 0.1))},
        windows=windows,
        thresholds=limits,
        observed_at_us=np.full(1, NEVER),
        past=Store().past,
    )
    assert found.value[-1] == number / 10
