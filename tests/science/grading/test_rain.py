# SPDX-License-Identifier: Apache-2.0
"""Rain grades against GB/T 28592-2012 table 1 (standards.md C7)."""

from functools import reduce
from math import nan
from operator import add

import pytest
from tools.bench import decrees

from anshu.science.grading import rain
from anshu.science.standing import Refusal


@pytest.mark.parametrize("code", decrees.RAIN)
def test_both_printed_limits_belong_to_the_grade(code):
    low_12, high_12, low_24, high_24 = decrees.RAIN[code]
    assert [rain.grade(amount, hours=12).code for amount in (low_12, high_12)] == [code, code]
    assert [rain.grade(amount, hours=24).code for amount in (low_24, high_24)] == [code, code]


def test_less_than_a_tenth_is_a_trace_and_nothing_is_no_rain():
    assert rain.grade(0.05, hours=24).code == "trace"
    assert rain.grade(0.0, hours=24).code == "none"


def test_a_sum_of_tenths_reaches_its_grade():
    summed = reduce(add, [0.1] * 50)
    assert summed < 5.0
    assert rain.grade(summed, hours=12).code == "moderate"


def test_missing_rain_has_no_grade():
    assert rain.grade(nan, hours=24) is None


def test_another_duration_is_refused():
    with pytest.raises(Refusal, match="no_table_for_hours"):
        rain.grade(10, hours=6)
