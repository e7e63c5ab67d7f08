# SPDX-License-Identifier: Apache-2.0
"""The batch evaluation against a slow, plain one written apart from it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anshu.domain.alerts.rules import NEVER, States, Thresholds, evaluate, narrowest_gap, thresholds_ordered

MINUTE = 60_000_000


class Plain:
    """One rule, one observation at a time, in words."""

    def __init__(self, thresholds, above, hysteresis, duration):
        self.thresholds, self.above, self.hysteresis, self.duration = thresholds, above, hysteresis, duration
        self.severity, self.since, self.seen = 0, [None] * 4, None
        self.late = []

    def beyond(self, value, threshold, slack=0.0):
        if threshold is None:
            return False
        return value >= threshold - slack if self.above else value <= threshold + slack

    def observe(self, at, value):
        """The severity before and after."""
        if self.seen is not None and at <= self.seen:
            worst = max((n + 1 for n in range(4) if self.beyond(value, self.thresholds[n])), default=0)
            if worst and self.duration == 0:
                self.late.append((at, worst))
            return self.severity, self.severity
        self.seen = at
        before, reached = self.severity, 0
        for n in range(4):
            if not self.beyond(value, self.thresholds[n]):
                self.since[n] = None
                continue
            if self.since[n] is None:
                self.since[n] = at
            if at - self.since[n] >= self.duration:
                reached = n + 1
        if reached > before:
            self.severity = reached
        else:
            holding = max(
                (n + 1 for n in range(4) if self.beyond(value, self.thresholds[n], self.hysteresis)), default=0
            )
            self.severity = max(reached, min(before, holding))
        return before, self.severity


grid = st.integers(0, 40).map(lambda n: n / 4)
rules = st.lists(
    st.tuples(
        st.lists(grid, min_size=4, max_size=4, unique=True).map(sorted),
        st.lists(st.booleans(), min_size=4, max_size=4),
        st.booleans(),
        st.integers(0, 6).map(lambda n: n / 4),
        st.sampled_from([0, 0, 1, 5, 10]),
    ),
    min_size=1,
    max_size=4,
)
batches = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60), grid), min_size=0, max_size=40), min_size=1, max_size=5
)


def made(drawn):
    levels, used, above, hysteresis, minutes = drawn
    ordered = levels if above else levels[::-1]
    thresholds = [level if keep else None for level, keep in zip(ordered, used, strict=True)]
    return thresholds, above, hysteresis, minutes * MINUTE


@given(rules, batches)
def test_a_batch_at_once_equals_one_observation_at_a_time(drawn, streams):
    specs = [made(each) for each in drawn]
    plain = [Plain(*spec) for spec in specs]
    thresholds = Thresholds(
        np.array([[np.nan if v is None else v for v in spec[0]] for spec in specs]),
        np.array([spec[1] for spec in specs]),
        np.array([spec[2] for spec in specs]),
        np.array([spec[3] for spec in specs], dtype=np.int64),
    )
    number = len(specs)
    states = States(np.zeros(number, dtype=np.int64), np.full((number, 4), NEVER), np.full(number, NEVER))
    for stream in streams:
        once = {(rule % number, at): value for rule, at, value in stream}
        rows = [(rule, at * MINUTE, value) for (rule, at), value in sorted(once.items())]
        expected, late = [], []
        # What is late is judged against what the rule had seen before this batch.
        for place, (rule, at, value) in enumerate(rows):
            before, after = plain[rule].observe(at, value)
            if before != after:
                expected.append((place, before, after))
            late.extend((place, worst) for _, worst in plain[rule].late)
            plain[rule].late.clear()
        outcome = evaluate(
            rule=np.array([row[0] for row in rows], dtype=np.int64),
            at_us=np.array([row[1] for row in rows], dtype=np.int64),
            value=np.array([row[2] for row in rows], dtype=np.float64),
            thresholds=thresholds,
            states=states,
        )
        states = outcome.states
        assert [(c.row, c.before, c.after) for c in outcome.changes] == expected
        assert [(one.row, one.severity) for one in outcome.late] == late
    assert states.severity.tolist() == [each.severity for each in plain]


def test_thresholds_must_grow_worse():
    assert thresholds_ordered([None, 1.0, 2.0, None], above=True)
    assert not thresholds_ordered([1.0, 2.0, 2.0, None], above=True)
    assert thresholds_ordered([3.0, 2.0, None, 1.0], above=False)
    assert narrowest_gap([1.0, None, 1.5, 3.0]) == 0.5
    assert narrowest_gap([None, None, 1.5, None]) is None
