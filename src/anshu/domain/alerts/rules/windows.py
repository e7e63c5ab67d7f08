# SPDX-License-Identifier: Apache-2.0
"""The windows of all rules in memory, and the measures that a batch of new values makes.

What is remembered is only a copy of what is stored: it may be forgotten and read again at any time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anshu.domain.alerts.rules.evaluation import (
    NEVER,
    Booleans,
    Floats,
    Integers,
    Thresholds,
    severity_alone,
)
from anshu.domain.alerts.rules.measures import Measure, Series, measures

# (stream, since, until), both ends inclusive -> stored values by stream and time, those of this batch among them
Past = Callable[[Sequence[tuple[int, int, int]]], tuple[Integers, Integers, Floats]]
Values = tuple[Integers, Floats]
_NONE: Values = (np.zeros(0, dtype=np.int64), np.zeros(0))


@dataclass(slots=True)
class Windows:
    """The recent values of each stream that a window, a group or a formula reads."""

    keep_us: dict[int, int] = field(default_factory=dict)
    _values: dict[int, Values] = field(default_factory=dict)

    def known(self, stream: int) -> bool:
        """This will tell whether the stream's recent values are here."""
        return stream in self._values

    def put(self, stream: int, at_us: Integers, value: Floats) -> None:
        """This will take a stream's values as they are stored."""
        self._values[stream] = (at_us, value)

    def inherit(self, earlier: "Windows") -> None:
        """This will take over what is as deep as is needed now."""
        for stream, keep_us in self.keep_us.items():
            if earlier.known(stream) and earlier.keep_us[stream] >= keep_us:
                self._values[stream] = earlier._values[stream]

    def newest_us(self, stream: int) -> int:
        """This will give the time of a stream's newest value; NEVER without any."""
        at_us, _ = self._values.get(stream, _NONE)
        return int(at_us[-1]) if len(at_us) else int(NEVER)

    def add(self, stream: int, at_us: Integers, value: Floats, *, earliest_us: int) -> None:
        """This will add new values in their places and drop what no window reaches any more.

        `earliest_us` is the first time in the whole batch: a group measures at the times of all its members.
        """
        known_at, known = self._values.get(stream, _NONE)
        oldest = min(earliest_us, max(int(at_us[-1]), self.newest_us(stream))) - self.keep_us[stream]
        kept = np.searchsorted(known_at, oldest)
        all_at, all_values = np.concatenate((known_at[kept:], at_us)), np.concatenate((known[kept:], value))
        if len(known_at) and at_us[0] < known_at[-1]:
            order = np.argsort(all_at, kind="stable")
            all_at, all_values = all_at[order], all_values[order]
        self._values[stream] = (all_at, all_values)

    def series(self, streams: Iterable[int], since_us: int) -> Series:
        """This will lay the values since a time of some streams side by side."""
        parts = [(stream, *self._values.get(stream, _NONE)) for stream in sorted(set(streams))]
        cut = [(stream, at_us[(n := np.searchsorted(at_us, since_us)) :], value[n:]) for stream, at_us, value in parts]
        return Series(
            np.repeat(
                np.array([each[0] for each in cut], dtype=np.int64), np.array([len(each[1]) for each in cut], dtype=int)
            ),
            np.concatenate([each[1] for each in cut] or [_NONE[0]]),
            np.concatenate([each[2] for each in cut] or [_NONE[1]]),
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """Measures to be judged; where one is not `fresh`, it is what late values changed."""

    rule: Integers
    at_us: Integers
    value: Floats
    fresh: Booleans


@dataclass(frozen=True, slots=True)
class _Job:
    """Late values of one rule: what they changed lies before `before_us`."""

    rule: int
    late_us: Integers
    before_us: int


def batch_measures(
    *,
    specs: Mapping[int, Measure],
    batch: Mapping[int, Values],
    windows: Windows,
    thresholds: Thresholds,
    observed_at_us: Integers,
    past: Past,
) -> Measured:
    """This will take new values into the windows and give what the rules in `specs` measure through them.

    A rule measures at each new time that is later than all it knew, and again at its newest time if a late value
    reaches it. What late values changed before that is given for rules without duration.
    """
    newest = {stream: windows.newest_us(stream) for spec in specs.values() for stream in spec.streams}
    earliest_us = min(int(at_us[0]) for at_us, _ in batch.values())
    for stream, (at_us, value) in batch.items():
        windows.add(stream, at_us, value, earliest_us=earliest_us)
    rows: list[tuple[int, Integers]] = []
    jobs: list[_Job] = []
    for rule, spec in specs.items():
        given = [batch[stream][0] for stream in spec.streams if stream in batch]
        times = given[0] if len(given) == 1 else np.unique(np.concatenate(given))
        before = max(int(observed_at_us[rule]), *(newest[stream] for stream in spec.streams))
        late = times[times <= before]
        if len(late):
            reaches = observed_at_us[rule] != NEVER and before - int(late[-1]) <= spec.reach_us
            times = np.concatenate((np.array([before] if reaches else [], dtype=np.int64), times[times > before]))
            jobs += [_Job(rule, late, before)] if thresholds.duration_us[rule] == 0 else []
        rows.append((rule, times))
    fresh = _measured(rows, specs, windows)
    if not jobs:
        return fresh
    return _joined(fresh, _rediscovered(jobs, specs, batch, thresholds, past))


def _measured(rows: list[tuple[int, Integers]], specs: Mapping[int, Measure], windows: Windows) -> Measured:
    rule = np.repeat(np.array([each[0] for each in rows], dtype=np.int64), [len(each[1]) for each in rows])
    at_us = np.concatenate([each[1] for each in rows])
    if not len(rule):
        return Measured(rule, at_us, np.zeros(0), np.zeros(0, dtype=np.bool_))
    reach_us = max(specs[each].reach_us for each, _ in rows)
    streams = [stream for each, _ in rows for stream in specs[each].streams]
    series = windows.series(streams, int(at_us.min()) - reach_us)
    value = measures(specs=_dense(specs), rule=rule, at_us=at_us, series=series)
    there = ~np.isnan(value)
    return Measured(rule[there], at_us[there], value[there], np.ones(int(there.sum()), dtype=np.bool_))


def _dense(specs: Mapping[int, Measure]) -> list[Measure]:
    empty = Measure("", (0,))
    return [specs.get(each, empty) for each in range(max(specs) + 1)]


def _rediscovered(
    jobs: list[_Job],
    specs: Mapping[int, Measure],
    batch: Mapping[int, Values],
    thresholds: Thresholds,
    past: Past,
) -> Measured:
    """This will find the measures before each rule's newest time that late values made worse."""
    stream, at_us, value = past(_wanted(jobs, specs))
    old = np.ones(len(stream), dtype=np.bool_)
    for each, (new_us, _) in batch.items():
        old &= (stream != each) | ~np.isin(at_us, new_us)
    now, then = Series(stream, at_us, value), Series(stream[old], at_us[old], value[old])
    rows = [(job.rule, _touched(job, specs[job.rule], stream, at_us)) for job in jobs]
    rule = np.repeat(np.array([each[0] for each in rows], dtype=np.int64), [len(each[1]) for each in rows])
    moment = np.concatenate([each[1] for each in rows])
    dense = _dense(specs)
    found = measures(specs=dense, rule=rule, at_us=moment, series=now)
    earlier = measures(specs=dense, rule=rule, at_us=moment, series=then)
    # A time at which the rule knew of nothing had no measure then.
    known = [np.isin(times, at_us[old & _of_rule(specs[each], stream)]) for each, times in rows]
    earlier[~np.concatenate(known)] = np.nan
    worse = severity_alone(rule=rule, value=found, thresholds=thresholds) > severity_alone(
        rule=rule, value=earlier, thresholds=thresholds
    )
    return Measured(rule[worse], moment[worse], found[worse], np.zeros(int(worse.sum()), dtype=np.bool_))


def _wanted(jobs: list[_Job], specs: Mapping[int, Measure]) -> list[tuple[int, int, int]]:
    """This will give the stretch of each stream that the jobs look at."""
    stretches: dict[int, tuple[int, int]] = {}
    for job in jobs:
        reach_us = specs[job.rule].reach_us
        since, until = int(job.late_us[0]) - reach_us, min(job.before_us, int(job.late_us[-1]) + reach_us)
        for stream in specs[job.rule].streams:
            first, last = stretches.get(stream, (since, until))
            stretches[stream] = min(first, since), max(last, until)
    return [(stream, first, last) for stream, (first, last) in sorted(stretches.items())]


def _touched(job: _Job, spec: Measure, stream: Integers, at_us: Integers) -> Integers:
    """This will give the times of the rule's values that a late one reaches, before its newest time."""
    own = np.unique(at_us[_of_rule(spec, stream) & (at_us < job.before_us)])
    behind = np.searchsorted(job.late_us, own, side="right") - 1
    reached: Integers = own[(behind >= 0) & (own - job.late_us[behind.clip(0)] <= spec.reach_us)]
    return reached


def _of_rule(spec: Measure, stream: Integers) -> Booleans:
    return np.isin(stream, np.array(spec.streams, dtype=np.int64))


def _joined(one: Measured, other: Measured) -> Measured:
    return Measured(
        np.concatenate((one.rule, other.rule)),
        np.concatenate((one.at_us, other.at_us)),
        np.concatenate((one.value, other.value)),
        np.concatenate((one.fresh, other.fresh)),
    )
