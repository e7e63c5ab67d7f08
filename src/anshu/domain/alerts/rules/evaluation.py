# SPDX-License-Identifier: Apache-2.0
"""The evaluation of threshold rules over a whole batch: pure, exact, without a loop over observations.

A severity counts upwards: 0 none, 1 blue, 2 yellow, 3 orange, 4 red (the colours of 《突发事件应对法》 article 64).

At one observation a rule's severity moves from L to max(U, min(L, H)), where U is the worst severity whose threshold
the value has stayed beyond for the duration, and H the worst whose threshold, less the hysteresis, still holds. That
is L clamped to [U, H], and clamps compose to clamps: a prefix scan gives the severity after every observation.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).min
SEVERITIES = np.array([1, 2, 3, 4], dtype=np.int64)
WORST = 4


@dataclass(frozen=True, slots=True)
class Thresholds:
    """One row a rule. `value` is [rules, 4] from blue to red, NaN where a level is not used."""

    value: Floats
    above: Booleans
    hysteresis: Floats
    duration_us: Integers


@dataclass(frozen=True, slots=True)
class States:
    """Where each rule stands; NEVER stands for "not beyond" and "nothing observed yet"."""

    severity: Integers
    beyond_since_us: Integers
    observed_at_us: Integers


@dataclass(frozen=True, slots=True)
class Change:
    """A rule's severity moved at one observation (`row` of the input)."""

    row: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Late:
    """A value that would have been beyond, older than what the rule had already seen."""

    row: int
    severity: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The states after the batch, the changes in order, and what late data showed."""

    states: States
    changes: list[Change]
    late: list[Late]


def evaluate(
    *,
    rule: Integers,
    at_us: Integers,
    value: Floats,
    thresholds: Thresholds,
    states: States,
    resting: Booleans | None = None,
    fresh: Booleans | None = None,
) -> Outcome:
    """This will judge values ordered by rule, then time.

    `rule` indexes the rows of `thresholds` and `states`. Values that are not `fresh` (by default: not newer than the
    rule's last one) do not move it; they come back as late when the rule has no duration, for then one value alone
    decides. Where the rule is `resting`, no level is reached and none holds.
    """
    sign = np.where(thresholds.above[rule], 1.0, -1.0)
    signed = (value * sign)[:, None]
    bounds = thresholds.value[rule] * sign[:, None]
    beyond = signed >= bounds
    holding = signed >= bounds - thresholds.hysteresis[rule][:, None]
    if resting is not None:
        beyond, holding = beyond & ~resting[:, None], holding & ~resting[:, None]
    if fresh is None:
        fresh = at_us > states.observed_at_us[rule]
    late = _late(beyond, ~fresh & (thresholds.duration_us[rule] == 0))
    rows = np.flatnonzero(fresh)
    if not len(rows):
        return Outcome(states, [], late)
    walk = _Walk(rule[rows], at_us[rows], beyond[rows], states)
    reached = walk.reached(thresholds.duration_us[rule[rows]])
    before, after = walk.severities(_worst(reached), _worst(holding[rows]))
    moved = np.flatnonzero(before != after)
    changes = [Change(int(rows[i]), int(before[i]), int(after[i])) for i in moved]
    return Outcome(walk.final(states, after), changes, late)


def severity_alone(*, rule: Integers, value: Floats, thresholds: Thresholds) -> Integers:
    """This will give the severity that each value reaches by itself; NaN reaches none."""
    sign = np.where(thresholds.above[rule], 1.0, -1.0)
    return _worst((value * sign)[:, None] >= thresholds.value[rule] * sign[:, None])


def _worst(levels: Booleans) -> Integers:
    worst: Integers = (levels * SEVERITIES).max(axis=1)
    return worst


def _late(beyond: Booleans, wanted: Booleans) -> list[Late]:
    rows = np.flatnonzero(wanted & beyond.any(axis=1))
    worst = _worst(beyond[rows])
    return [Late(int(row), int(severity)) for row, severity in zip(rows, worst, strict=True)]


class _Walk:
    """The batch with a head put before each rule's observations: the state that the rule came with."""

    def __init__(self, rule: Integers, at_us: Integers, beyond: Booleans, states: States) -> None:
        first = np.ones(len(rule), dtype=np.bool_)
        first[1:] = rule[1:] != rule[:-1]
        starts = np.flatnonzero(first)
        self.rules = rule[starts]
        self.heads = starts + np.arange(len(starts))
        self.rows = np.arange(len(rule)) + np.cumsum(first)
        self.last = np.append(starts[1:], len(rule)) - 1
        self.at_us = at_us
        self.size = len(rule) + len(starts)
        self.head_severity = states.severity[self.rules]
        since = states.beyond_since_us[self.rules]
        self._beyond = np.empty((self.size, 4), dtype=np.bool_)
        self._beyond[self.rows], self._beyond[self.heads] = beyond, since != NEVER
        moment = np.empty((self.size, 4), dtype=np.int64)
        moment[self.rows], moment[self.heads] = at_us[:, None], since
        self._since = self._runs(moment)

    def _runs(self, moment: Integers) -> Integers:
        """This will give, wherever a value is beyond, when it came to be so."""
        starting = self._beyond.copy()
        starting[1:] &= ~self._beyond[:-1]
        starting[self.heads] = self._beyond[self.heads]
        index = np.where(starting, np.arange(self.size)[:, None], 0)
        # A run never crosses a head: either the head is beyond and starts one, or what follows it starts its own.
        begun = np.maximum.accumulate(index, axis=0)
        return np.take_along_axis(moment, begun, axis=0)

    def reached(self, duration_us: Integers) -> Booleans:
        """This will tell which levels each observation has stayed beyond for long enough."""
        stayed = self.at_us[:, None] - np.where(self._beyond, self._since, 0)[self.rows]
        enough: Booleans = self._beyond[self.rows] & (stayed >= duration_us[:, None])
        return enough

    def severities(self, lowest: Integers, highest: Integers) -> tuple[Integers, Integers]:
        """This will give the severity before and after each observation."""
        low, high = np.empty(self.size, dtype=np.int64), np.empty(self.size, dtype=np.int64)
        low[self.rows], high[self.rows] = lowest, highest
        low[self.heads] = high[self.heads] = self.head_severity
        if not low.any():
            quiet = np.zeros(len(self.rows), dtype=np.int64)
            return quiet, quiet
        reach = 1
        while reach < self.size:
            # Each element becomes itself after the one `reach` before it; a head forgets what came before.
            low_after = np.clip(low[:-reach], low[reach:], high[reach:])
            high_after = np.clip(high[:-reach], low[reach:], high[reach:])
            low[reach:], high[reach:] = low_after, high_after
            reach *= 2
        return low[self.rows - 1], low[self.rows]

    def final(self, states: States, after: Integers) -> States:
        """This will give all states with those of the walked rules moved on."""
        severity, since = states.severity.copy(), states.beyond_since_us.copy()
        observed = states.observed_at_us.copy()
        ends = self.rows[self.last]
        severity[self.rules] = after[self.last]
        since[self.rules] = np.where(self._beyond[ends], self._since[ends], NEVER)
        observed[self.rules] = self.at_us[self.last]
        return States(severity, since, observed)


def thresholds_ordered(values: list[float | None], *, above: bool) -> bool:
    """This will tell whether thresholds from blue to red grow worse, each strictly."""
    given = [value if above else -value for value in values if value is not None]
    return all(milder < worse for milder, worse in pairwise(given))


def narrowest_gap(values: list[float | None]) -> float | None:
    """This will give the smallest distance between neighbouring thresholds; None with fewer than two."""
    given = [value for value in values if value is not None]
    return min((abs(worse - milder) for milder, worse in pairwise(given)), default=None)
