# SPDX-License-Identifier: Apache-2.0
"""Quality checks and units."""

import numpy as np
import pytest

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.rules import NEVER, Before, Check, Limits, conversion, quality_checks

HOUR = 3_600_000_000
NOW = 1_000_000 * HOUR


def judged(values, *, at=None, stream=None, sent=None, test=None, step=np.nan, before=(NEVER, np.nan)):
    size = len(values)
    quality, checks = quality_checks(
        stream=np.array(stream or [0] * size),
        at_us=np.array(at or [NOW - HOUR + n * 60_000_000 for n in range(size)]),
        value=np.array(values, dtype=float),
        sent=np.array(sent or [0] * size),
        test=np.array(test or [False] * size),
        limits=Limits(np.full(size, 0.0), np.full(size, 100.0), np.full(size, step)),
        before=Before(np.full(size, before[0]), np.full(size, before[1])),
        now_us=NOW,
    )
    return [(Quality(q), Check(c)) for q, c in zip(quality.tolist(), checks.tolist(), strict=True)]


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


def test_a_jump_is_not_seen_across_streams_or_bad_values():
    assert [q for q, _ in judged([1.0, 9.0], stream=[0, 1], step=3.0)] == [Quality.GOOD, Quality.GOOD]
    assert [q for q, _ in judged([1.0, 500.0, 2.0], step=3.0)] == [Quality.GOOD, Quality.BAD, Quality.GOOD]


def test_the_future_is_bad_and_the_long_past_is_late():
    assert judged([1.0], at=[NOW + HOUR]) == [(Quality.BAD, Check.FUTURE)]
    assert judged([1.0], at=[NOW + 60_000_000]) == [(Quality.GOOD, Check(0))]
    assert judged([1.0], at=[NOW - 31 * 24 * HOUR]) == [(Quality.GOOD, Check.LATE)]


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
