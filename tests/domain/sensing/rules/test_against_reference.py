# SPDX-License-Identifier: Apache-2.0
"""The checks of whole batches against the same checks written out value by value."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.rules import (
    NEVER,
    Before,
    Check,
    Limits,
    Pairs,
    Window,
    contradictions,
    maintained,
    quality_checks,
    quality_of,
)

MINUTE = 60_000_000
NOW = 1_700_000_000_000_000
LOW, HIGH, STEP, FLAT, CALM, DELAYED = 0.0, 50.0, 4.0, 3 * MINUTE, 0.0, 7 * MINUTE
LIMITS = (LOW, HIGH, STEP, float(FLAT), CALM, float(DELAYED))

values = st.one_of(st.just(math.nan), st.sampled_from([-1.0, 0.0, 2.0, 2.0, 3.0, 7.0, 99.0]))
rows = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(-12, 14),
        values,
        st.sampled_from([int(Quality.GOOD), int(Quality.GOOD), int(Quality.SUSPECT)]),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=40,
)


class Slow:
    """One stream after the other, one value after the other, in memory only."""

    def __init__(self):
        self.last = {}

    def batch(self, batch):
        remembered = dict(self.last)
        told = {}
        seen = {}
        for stream, minute, value, sent, test in batch:
            at = NOW + minute * MINUTE
            told[stream, minute] = self._check(stream, at, value, sent, test, remembered, seen)
        self.last = remembered
        return told

    def _check(self, stream, at, value, sent, test, remembered, seen):
        flags = Check(0)
        if math.isnan(value):
            flags |= Check.MISSING
        if value < LOW or value > HIGH:
            flags |= Check.RANGE
        if at > NOW + 10 * MINUTE:
            flags |= Check.FUTURE
        if at > NOW + MINUTE:
            flags |= Check.CLOCK
        if NOW - at > DELAYED:
            flags |= Check.DELAYED
        if sent == Quality.SUSPECT:
            flags |= Check.SENDER
        if test:
            flags |= Check.TEST
        if not flags & (Check.MISSING | Check.RANGE | Check.FUTURE | Check.TEST):
            flags |= self._compared(stream, at, value, remembered, seen)
        return flags

    def _compared(self, stream, at, value, remembered, seen):
        flags = Check(0)
        # The nearest earlier usable value of the batch, or the one remembered from before it.
        candidates = [each for each in (seen.get(stream), self.last.get(stream)) if each and each[0] < at]
        if candidates:
            near = max(candidates, key=lambda each: each[0])
            if abs(value - near[1]) > STEP:
                flags |= Check.STEP
        seen[stream] = (at, value)
        last = remembered.get(stream)
        if last is None or at > last[0]:
            same = last is not None and last[1] == value and at - last[0] <= FLAT
            since = last[2] if same else at
            remembered[stream] = (at, value, since)
            if at - since >= FLAT and value > CALM:
                flags |= Check.FLAT
        return flags


def fast(batch, last):
    stream, minute, value, sent, test = (np.array(each) for each in zip(*batch, strict=True))
    at_us = NOW + minute.astype(np.int64) * MINUTE
    before = [last.get(each, (NEVER, math.nan, NEVER)) for each in stream.tolist()]
    found = quality_checks(
        stream=stream,
        at_us=at_us,
        value=value.astype(float),
        sent=sent,
        test=test.astype(bool),
        limits=Limits(*(np.full(len(batch), each) for each in LIMITS), np.zeros(len(batch), bool)),
        before=Before(*(np.array(each) for each in zip(*before, strict=True))),
        now_us=NOW,
    )
    newest = dict(last)
    for s, t, v, since in zip(stream.tolist(), at_us.tolist(), value.tolist(), found.since_us.tolist(), strict=True):
        if since != NEVER:
            newest[s] = (t, v, since)
    return found, newest


def in_order(batch):
    once = {}
    for row in batch:
        once.setdefault(row[:2], row)
    return [once[key] for key in sorted(once)]


@settings(max_examples=300, deadline=None)
@given(st.lists(rows, min_size=1, max_size=4))
def test_batches_are_judged_as_value_by_value(batches):
    slow, last = Slow(), {}
    for batch in map(in_order, batches):
        if not batch:
            continue
        told = slow.batch(batch)
        found, last = fast(batch, last)
        assert found.checks.tolist() == [int(told[row[0], row[1]]) for row in batch]
        assert found.quality.tolist() == quality_of(found.checks).tolist()
        assert last == slow.last


@settings(max_examples=200, deadline=None)
@given(rows, st.integers(1, 39))
def test_what_is_remembered_does_not_depend_on_where_batches_end(batch, cut):
    ordered = in_order(batch)
    # Batches are cut in time, as they come.
    ordered.sort(key=lambda row: (row[1], row[0]))
    first, second = sorted(ordered[:cut]), sorted(ordered[cut:])
    _, whole = fast(sorted(ordered), {}) if ordered else (None, {})
    _, last = fast(first, {}) if first else (None, {})
    _, parted = fast(second, last) if second else (None, last)
    assert parted == whole


SLOTS = 5
pairs = st.lists(
    st.tuples(st.integers(0, SLOTS - 1), st.integers(0, SLOTS - 1), st.sampled_from([0.0, 1.0])).filter(
        lambda each: each[0] != each[1]
    ),
    max_size=6,
)
observed = st.dictionaries(
    st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 4)), st.sampled_from([math.nan, 0.0, 1.0, 2.0, 5.0])
)
stored = st.dictionaries(st.integers(0, SLOTS - 1), st.tuples(st.integers(0, 4), st.sampled_from([0.0, 1.0, 5.0])))


@settings(max_examples=300, deadline=None)
@given(observed, pairs, stored)
def test_contradictions_are_found_from_both_ends(batch, related, last):
    keys = sorted(batch)
    slot, at = (np.array([key[end] for key in keys], dtype=np.int64) for end in (0, 1))
    lesser, greater, tolerance = (
        np.array([each[column] for each in related], dtype=kind)
        for column, kind in ((0, np.int64), (1, np.int64), (2, float))
    )
    found = contradictions(
        slot=slot,
        at_us=at,
        value=np.array([batch[key] for key in keys], dtype=float),
        pairs=Pairs.of(lesser, greater, tolerance),
        last_at_us=np.array([last[each][0] if each in last else NEVER for each in range(SLOTS)]),
        last_value=np.array([last[each][1] if each in last else math.nan for each in range(SLOTS)]),
    )
    wrong, told = set(), set()
    for low, high, slack in related:
        for moment in range(5):
            one, other = ((each, moment) for each in (low, high))
            known = [
                batch[key] if key in batch else last[key[0]][1] if last.get(key[0], (None,))[0] == moment else math.nan
                for key in (one, other)
            ]
            if (one in batch or other in batch) and known[0] - known[1] > slack:
                wrong |= {each for each in (one, other) if each in batch}
                told |= {each for each in (one, other) if each not in batch}
    assert {key for key, bad in zip(keys, found.rows.tolist(), strict=True) if bad} == wrong
    assert set(zip(found.stored_slot.tolist(), found.stored_at_us.tolist(), strict=True)) == told


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 20))),
    st.lists(st.tuples(st.sets(st.integers(0, 4)), st.integers(0, 20), st.integers(0, 20)), max_size=4),
)
def test_windows_hold_their_start_and_not_their_end(batch, given_windows):
    concerned = np.zeros(5, bool)
    for slots, _, _ in given_windows:
        concerned[list(slots)] = True
    found = maintained(
        slot=np.array([row[0] for row in batch], dtype=np.int64),
        at_us=np.array([row[1] for row in batch], dtype=np.int64),
        windows=[Window(np.array(sorted(slots), dtype=np.int64), low, high) for slots, low, high in given_windows],
        concerned=concerned,
    )
    assert found.tolist() == [
        any(slot in slots and low <= at < high for slots, low, high in given_windows) for slot, at in batch
    ]
