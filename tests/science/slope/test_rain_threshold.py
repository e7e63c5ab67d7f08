# SPDX-License-Identifier: Apache-2.0
"""Landslide rain thresholds: Caine's published line, and what must hold of local ones."""

from dataclasses import replace
from datetime import date
from math import nan

import numpy as np
import pytest

from anshu.science.slope import rain_threshold
from anshu.science.standing import Refusal

DAY = date(2024, 6, 20)
LOCAL = replace(rain_threshold.CAINE, source="made for this test", since=date(2020, 1, 1))
BANDS = rain_threshold.class_bands("made for this test", (0.8, 1.0, 1.5))


def test_caines_line_in_rain_amount_is_his_second_equation():
    # Caine (1980) gives the same line as amount, P = 14.82 D^0.61.
    hours = np.array([1.0, 6.0, 24.0])
    amount = rain_threshold.CAINE.intensity_mm_h(hours) * hours
    assert amount.tolist() == pytest.approx((14.82 * hours**0.61).tolist())


def test_outside_its_hours_a_threshold_says_nothing():
    assert np.isnan(rain_threshold.CAINE.intensity_mm_h([0.1, 600.0])).all()


def test_the_duration_nearest_to_its_threshold_decides():
    line = {hours: float(LOCAL.intensity_mm_h(hours) * hours) for hours in (1.0, 6.0, 24.0)}
    rain = {1.0: 0.5 * line[1.0], 6.0: 1.2 * line[6.0], 24.0: nan}
    assessed = rain_threshold.assess(rain, thresholds=[LOCAL], day=DAY, bands=BANDS)
    assert (assessed.ratio, assessed.duration_h) == (pytest.approx(1.2), 6.0)
    assert assessed.grade.code == "4"


@pytest.mark.parametrize(("share", "code"), [(0.79, "low"), (0.8, "3"), (1.0, "4"), (1.5, "5")])
def test_a_class_includes_its_lower_ratio(share, code):
    assert BANDS.grade(share).code == code


def test_wet_ground_needs_less_rain():
    wet = replace(LOCAL, wetness_reference_mm=100.0)
    dry = rain_threshold.assess({6.0: 30.0}, thresholds=[wet], day=DAY)
    soaked = rain_threshold.assess({6.0: 30.0}, thresholds=[wet], day=DAY, antecedent_mm=100.0)
    assert soaked.ratio == pytest.approx(2 * dry.ratio)


def test_without_a_local_threshold_in_force_nothing_is_judged():
    with pytest.raises(Refusal, match="coefficients_missing"):
        rain_threshold.assess({6.0: 30.0}, thresholds=[LOCAL], day=date(2019, 12, 31))


def test_two_thresholds_at_once_are_refused():
    with pytest.raises(Refusal, match="no_edition_in_force"):
        rain_threshold.assess({6.0: 30.0}, thresholds=[LOCAL, LOCAL], day=DAY)


def test_nothing_measured_is_not_judged():
    assert rain_threshold.assess({6.0: nan}, thresholds=[LOCAL], day=DAY) is None
