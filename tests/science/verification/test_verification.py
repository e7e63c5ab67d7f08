# SPDX-License-Identifier: Apache-2.0
"""Scores against worked examples of others and closed forms."""

from datetime import datetime, timedelta
from math import erf, exp, nan, pi, sqrt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from anshu.science.standing import Refusal
from anshu.science.verification import crps, fss, lead_time, rain_or_shine, reliability
from anshu.science.verification.contingency import Contingency, contingency

# Finley's tornado forecasts of 1884; scores as printed by Wilks (2011), example 8.1, three digits.
FINLEY = Contingency(hits=28, false_alarms=72, misses=23, correct_rejections=2680)
PRINTED = {
    "proportion_correct": 0.966,
    "threat_score": 0.228,
    "equitable_threat_score": 0.216,
    "frequency_bias": 1.96,
    "false_alarm_ratio": 0.720,
    "detection": 0.549,
    "false_alarm_rate": 0.0262,
    "heidke": 0.355,
    "peirce": 0.523,
}


@pytest.mark.parametrize("score", PRINTED)
def test_finleys_tornadoes_have_their_printed_scores(score):
    assert getattr(FINLEY, score) == pytest.approx(PRINTED[score], rel=2e-3)


def test_missing_pairs_do_not_count_and_a_threshold_is_reached():
    counted = contingency([1.0, 0.9, nan, 2.0, 0.0], [1.0, 1.0, 5.0, nan, 0.0], threshold=1.0)
    assert counted == Contingency(hits=1, false_alarms=0, misses=1, correct_rejections=1)


def test_a_score_without_its_denominator_is_missing():
    assert np.isnan(Contingency(0, 0, 0, 5).detection)


def test_rain_or_shine_counts_as_the_formula_says():
    # NA = 2, NB = 1, NC = 1, ND = 1 of five stations: 60 %.
    assert rain_or_shine.rain_or_shine_accuracy([1, 0.1, 5, 0, 0], [3, 0.1, 0, 0.2, 0]) == pytest.approx(60.0)


def test_a_trace_is_right_either_way():
    assert rain_or_shine.rain_or_shine_accuracy([1, 0], [0, 0], trace=[True, True]) == 100.0
    assert rain_or_shine.rain_or_shine_accuracy([1, 0], [0, 0]) == 50.0


def test_nothing_compared_has_no_accuracy():
    assert np.isnan(rain_or_shine.rain_or_shine_accuracy([nan], [1.0]))


def test_skill_is_the_share_of_the_possible_gain():
    assert rain_or_shine.skill(90, 80) == pytest.approx(50)


@pytest.mark.parametrize(("window", "shift"), [(5, 1), (5, 4), (7, 3)])
def test_a_displaced_cell_scores_one_less_shift_over_window(window, shift):
    # Skok & Roberts (2016), QJRMS 142: for one event displaced along an axis FSS = 1 - d/n.
    said, seen = np.zeros((2, 40, 40))
    said[20, 20] = seen[20, 20 + shift] = 1
    score = fss.fractions_skill_score(said, seen, threshold=0.5, window=window)
    assert score == pytest.approx(1 - shift / window)


def test_cell_by_cell_without_overlap_there_is_no_skill():
    said, seen = np.eye(6), np.eye(6)[::-1]
    assert fss.fractions_skill_score(said, seen, threshold=1, window=1) == 0.0


def test_missing_cells_leave_the_score_of_the_rest():
    said = np.zeros((20, 20))
    said[3:6, 3:6] = 1
    seen = said.copy()
    seen[15, 15] = nan
    assert fss.fractions_skill_score(said, seen, threshold=1, window=3) == pytest.approx(1.0)


def test_no_rain_anywhere_has_no_score():
    assert np.isnan(fss.fractions_skill_score(np.zeros((5, 5)), np.zeros((5, 5)), threshold=1, window=3))


def test_an_even_window_is_refused():
    with pytest.raises(Refusal, match="window_not_odd"):
        fss.fractions_skill_score(np.eye(4), np.eye(4), threshold=1, window=2)


def test_crps_has_the_value_of_the_sangoma_reference():
    # SANGOMA project reference data as used by ForecastVerification.jl test/runtests.jl: mean CRPS 0.44350.
    members = np.array(
        [[1.1, 0.8, 2.2, 0.5, 2.4], [2.3, 1.1, 3.0, 0.7, 0.7], [1.3, 3.2, 0.7, 2.2, 3.1], [0.8, 0.5, 1.5, 2.4, 0.4]]
    ).T
    score = crps.crps_ensemble(members, [0.78, 2.47, 3.21, 1.13]).mean()
    assert score == pytest.approx(0.44350, abs=5e-6)


def test_crps_of_many_normal_members_tends_to_the_closed_form():
    # Gneiting & Raftery (2007), eq. 21, for N(0, 1) and y = 0.7.
    y = 0.7
    density, distribution = exp(-(y**2) / 2) / sqrt(2 * pi), (1 + erf(y / sqrt(2))) / 2
    closed = y * (2 * distribution - 1) + 2 * density - 1 / sqrt(pi)
    members = np.random.default_rng(1).standard_normal(200_000)
    assert float(crps.crps_ensemble(members, y)) == pytest.approx(closed, abs=3e-3)


def test_crps_of_one_member_is_its_error():
    assert float(crps.crps_ensemble([3.0], 5.0)) == 2.0


def test_crps_with_a_missing_member_is_missing():
    assert np.isnan(crps.crps_ensemble([1.0, nan], 1.0))


def test_brier_score_is_that_of_scikit_learn():
    # sklearn.metrics.brier_score_loss, as quoted in ForecastVerification.jl test/runtests.jl.
    computed = reliability.reliability([0.9, 0.1, 0.9, 0.9, 0.1, 0.1], [1, 0, 1, 1, 1, 0])
    assert computed.brier == pytest.approx(0.14333333333333334)
    assert computed.brier == pytest.approx(computed.reliability - computed.resolution + computed.uncertainty)


def test_certainty_falls_in_the_last_bin_and_an_empty_bin_is_missing():
    computed = reliability.reliability([1.0, 0.0], [1, 0])
    assert computed.counts[-1] == 1
    assert np.isnan(computed.observed_frequency[5])


NOON = datetime(2024, 6, 20, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)


def test_an_event_is_led_by_the_earliest_warning_then_standing():
    warnings = [lead_time.Warned(NOON, NOON + 6 * HOUR), lead_time.Warned(NOON + HOUR, NOON + 6 * HOUR)]
    assert lead_time.lead_times(warnings, [NOON + 2 * HOUR]).by_event == (2 * HOUR,)


def test_an_expired_or_late_warning_does_not_lead():
    warnings = [lead_time.Warned(NOON, NOON + HOUR), lead_time.Warned(NOON + 3 * HOUR, NOON + 4 * HOUR)]
    found = lead_time.lead_times(warnings, [NOON + HOUR])
    assert found.by_event == (None,)
    assert found.false_alarms == 2
    assert found.mean_lead is None


def test_mean_and_median_leads_are_over_warned_events():
    warnings = [lead_time.Warned(NOON, NOON + 12 * HOUR)]
    found = lead_time.lead_times(warnings, [NOON + HOUR, NOON + 2 * HOUR, NOON + 6 * HOUR, NOON - HOUR])
    assert (found.mean_lead, found.median_lead) == (3 * HOUR, 2 * HOUR)
