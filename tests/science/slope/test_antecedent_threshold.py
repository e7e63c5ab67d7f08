# SPDX-License-Identifier: Apache-2.0
"""Recent rain against the rain before: a published line, and what must hold of local ones."""

from dataclasses import replace
from datetime import date
from math import nan

import pytest

from anshu.science.slope.antecedent_threshold import CHLEBORAD, assess_antecedent
from anshu.science.slope.rain_threshold import class_bands
from anshu.science.standing import Refusal

DAY = date(2024, 6, 20)
LOCAL = replace(CHLEBORAD, source="made for this test", since=date(2020, 1, 1))
BANDS = class_bands("made for this test", (0.8, 1.0, 1.5))
INCH = 25.4


@pytest.mark.parametrize(("before", "recent"), [(0.0, 3.5), (1.0, 2.83), (3.0, 1.49)])
def test_the_published_line_is_drawn_in_millimetres(before, recent):
    # Chleborad (2003): P3 = 3.5 - 0.67 P15, inches.
    assert CHLEBORAD.recent_mm(before * INCH) == pytest.approx(recent * INCH)


def test_rain_on_the_line_is_a_ratio_of_one_and_its_class_four():
    series = [30.0] * 2 + [0.2 * INCH] * 15 + [1.49 / 3 * INCH] * 3
    assessed = assess_antecedent(series, thresholds=[LOCAL], day=DAY, bands=BANDS)
    assert assessed.ratio == pytest.approx(1.0)
    assert assessed.duration_h == 72.0
    assert assess_antecedent([2 * one for one in series], thresholds=[LOCAL], day=DAY, bands=BANDS).grade.code == "5"


def test_however_wet_the_ground_some_rain_must_fall():
    assert LOCAL.recent_mm(10_000.0) == LOCAL.least_mm
    assert assess_antecedent([200.0] * 15 + [0.0] * 3, thresholds=[LOCAL], day=DAY, bands=BANDS).grade.code == "low"


def test_a_missing_day_is_not_judged_and_a_short_series_is_refused():
    assert assess_antecedent([nan] + [5.0] * 17, thresholds=[LOCAL], day=DAY) is None
    with pytest.raises(Refusal, match="too_few_days"):
        assess_antecedent([5.0] * 17, thresholds=[LOCAL], day=DAY)


def test_just_one_local_threshold_must_be_in_force():
    with pytest.raises(Refusal, match="coefficients_missing"):
        assess_antecedent([5.0] * 18, thresholds=[LOCAL], day=date(2019, 12, 31))
    with pytest.raises(Refusal, match="no_edition_in_force"):
        assess_antecedent([5.0] * 18, thresholds=[LOCAL, LOCAL], day=DAY)
