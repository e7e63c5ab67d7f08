# SPDX-License-Identifier: Apache-2.0
"""Quality checks and units."""

import numpy as np
import pytest

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.rules import NEVER, Before, Check, Limits, conversion, quality_checks

HOUR = 3_600_000_000
NOW = 1_000_000 * HOUR


def judged(values, *, at=None, stream=None, sent=None, test=None, step=np.nan, flat=np.nan, calm=np.nan, **more):
    size = len(values)
    before = more.get("before", (NEVER, np.nan))
    found = quality_checks(
        stream=np.array(stream or [0] * size),
        at_us=np.array(at or [NOW - HOUR + (n + 1) * 60_000_000 for n in range(size)]),
        value=np.array(values, dtype=float),
        sent=np.array(sent or [0] * size),
        test=np.array(test or [False] * size),
        limits=Limits(
            *(np.full(size, each) for each in (0.0, 100.0, step, flat, calm, more.get("delayed", np.nan))),
            np.full(size, more.get("ignoring", False)),
        ),
        before=Before(*(np.full(size, each) for each in (*before, more.get("since", NEVER)))),
        now_us=NOW,
        more=np.array(more["flags"]) if "flags" in more else None,
    )
    return [(Quality(q), Check(c)) for q, c in zip(found.quality.tolist(), found.checks.tolist(), strict=True)]


def test_values_outside_what_can_be_true_are_bad():
    assert judged([-0.1, 0.0, 100.0, 100.1]) == [
        (Quality.BAD, Check.RANGE),
        (Quality.GOOD, Check(0)),
        (Quality.GOOD, Check(0)),
        (Quality.BAD, Check.RANGE),
    ]


def test_no_value_is_missing_and_not_out_of_range():
    assert judged([np.nan]) == [(Quality.MISSING, Check.MISSING)]


def test_a_jump_is_suspect_against_the_value_before_it_in_the_batch_or_stored():
    assert [q for q, _ in judged([1.0, 9.0, 9.5], step=3.0)] == [Quality.GOOD, Quality.SUSPECT, Quality.GOOD]
    assert judged([9.0], step=3.0, before=(NOW - 2 * HOUR, 1.0)) == [(Quality.SUSPECT, Check.STEP)]
    assert judged([9.0], step=3.0, before=(NOW - 9 * HOUR, 1.0)) == [(Quality.GOOD, Check(0))]


def test_a_value_that_stays_is_suspect_unless_it_is_calm():
    minute = 60_000_000
    assert [q for q, _ in judged([5.0] * 4, flat=2 * minute)] == [0, 0, 1, 1]
    assert [q for q, _ in judged([5.0, 5.0, 5.1, 5.1], flat=2 * minute)] == [0, 0, 0, 0]
    assert [q for q, _ in judged([0.0] * 4, flat=2 * minute, calm=0.0)] == [0, 0, 0, 0]
    remembered = judged([5.0], flat=HOUR, before=(NOW - HOUR, 5.0), since=NOW - 2 * HOUR)
    assert remembered == [(Quality.SUSPECT, Check.FLAT)]


def test_nobody_knows_whether_a_silent_station_stayed_the_same():
    at = [NOW - 50 * HOUR, NOW - HOUR]
    assert judged([5.0, 5.0], at=at, flat=2 * HOUR)[1] == (Quality.GOOD, Check(0))


def test_a_bad_value_in_between_does_not_end_what_stays():
    assert [c for _, c in judged([5.0, 500.0, 5.0], flat=120_000_000)] == [Check(0), Check.RANGE, Check.FLAT]


def test_a_value_that_comes_late_says_so_and_is_judged():
    assert judged([1.0], at=[NOW - 2 * HOUR]) == [(Quality.GOOD, Check.DELAYED)]
    assert judged([1.0], at=[NOW - 2 * HOUR], delayed=3.0 * HOUR) == [(Quality.GOOD, Check(0))]


def test_maintenance_is_bad_and_no_step_for_what_follows():
    flags = [0, int(Check.MAINTENANCE), 0]
    assert judged([1.0, 90.0, 1.1], step=3.0, flags=flags) == [
        (Quality.GOOD, Check(0)),
        (Quality.BAD, Check.MAINTENANCE),
        (Quality.GOOD, Check(0)),
    ]


def test_suspect_values_are_judged_unless_the_limits_say_otherwise():
    assert judged([1.0, 9.0], step=3.0)[1] == (Quality.SUSPECT, Check.STEP)
    assert judged([1.0, 9.0], step=3.0, ignoring=True)[1] == (Quality.SUSPECT, Check.STEP | Check.IGNORED)


def test_a_jump_is_not_seen_across_streams_or_bad_values():
    assert [q for q, _ in judged([1.0, 9.0], stream=[0, 1], step=3.0)] == [Quality.GOOD, Quality.GOOD]
    assert [q for q, _ in judged([1.0, 500.0, 2.0], step=3.0)] == [Quality.GOOD, Quality.BAD, Quality.GOOD]


def test_the_future_is_bad_and_the_long_past_is_late():
    assert judged([1.0], at=[NOW + HOUR]) == [(Quality.BAD, Check.FUTURE | Check.CLOCK)]
    assert judged([1.0], at=[NOW + 60_000_000]) == [(Quality.GOOD, Check(0))]
    assert judged([1.0], at=[NOW + 61_000_000]) == [(Quality.GOOD, Check.CLOCK)]
    assert judged([1.0], at=[NOW - 31 * 24 * HOUR]) == [(Quality.GOOD, Check.LATE | Check.DELAYED)]


def test_what_the_sender_doubts_or_tests_is_marked():
    assert judged([1.0], sent=[int(Quality.SUSPECT)]) == [(Quality.SUSPECT, Check.SENDER)]
    assert judged([1.0], test=[True]) == [(Quality.BAD, Check.TEST)]


@pytest.mark.parametrize(
    ("given", "wanted", "value", "expected"),
    [
        ("mm", "mm", 1.5, 1.5),
        ("ft", "m", 10.0, 3.048),
        ("cm", "mm", 1.0, 10.0),
        ("°F", "°C", 212.0, 100.0),
        ("K", "Cel", 273.15, 0.0),
        ("kPa", "hPa", 101.3, 1013.0),
        ("ft3/s", "m3/s", 35.314666721, 1.0),
        ("", "1", 3.0, 3.0),
    ],
)
def test_units_of_one_quantity_convert(given, wanted, value, expected):
    factor, offset = conversion(given, wanted)
    assert value * factor + offset == pytest.approx(expected)


@pytest.mark.parametrize(("given", "wanted"), [("mm", "m3/s"), ("m", "V"), ("mm/h", "mm"), ("1", "m")])
def test_units_of_different_quantities_do_not(given, wanted):
    assert conversion(given, wanted) is None
