# SPDX-License-Identifier: Apache-2.0
"""Merging: judged at gauges left out on two storms of OpenMRG, and by what each method must do by definition."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.bench import rainfall as bench

from anshu.science.rainfall import (
    advection,
    conditional_merging,
    external_drift,
    inverse_distance,
    kriging,
    mean_field_bias,
    merging,
    registration,
    variogram,
)
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed
from anshu.science.rainfall.variogram import Exponential
from anshu.science.standing import Refusal

NOON = datetime(2020, 7, 1, 12, tzinfo=UTC)


def _field(values):
    return Grid(np.asarray(values, float), "EPSG:32650", 0.0, 40_000.0, 1_000.0, 1_000.0, NOON, "mm", 300.0)


def _rain(rng, size=40):
    y, x = np.mgrid[:size, :size]
    cores = rng.uniform(5, size - 5, (4, 2))
    return sum(8 * np.exp(-((x - east) ** 2 + (y - south) ** 2) / 30) for east, south in cores)


@pytest.fixture
def truth():
    return _field(_rain(np.random.default_rng(5)) + 0.5)


@pytest.fixture
def gauges(truth):
    rng = np.random.default_rng(6)
    x, y = rng.uniform(2_000, 38_000, (2, 14))
    return Observed(x, y, truth.at(x, y))


@pytest.mark.parametrize("day", bench.EVENTS)
@pytest.mark.parametrize("minutes", [5, 15, 60])
@pytest.mark.parametrize("past_steps", [None, bench.PAST_STEPS])
def test_methods_offered_first_beat_radar_and_gauges_alone(shared, day, minutes, past_steps):
    pytest.importorskip("netCDF4", reason="needs anshu[weather]")
    storm, raw = bench.storm_of(day)
    error = merging.leave_one_out(
        storm, raw=raw, steps_each=minutes // 5, methods=merging.DEFAULTS, past_steps=past_steps
    )
    for method in merging.DEFAULTS:
        assert error[method] < error["radar"]
        assert error[method] < error["gauges_only"]


# Isaaks, E. H. and Srivastava, R. M. (1989), An Introduction to Applied Geostatistics, chapter 12: seven samples near
# (65, 137), covariance 10 exp(-0.3 h); printed weights and estimate.
SAMPLES = [
    (61, 139, 477, 0.173),
    (63, 140, 696, 0.318),
    (64, 129, 227, 0.129),
    (68, 128, 646, 0.086),
    (71, 140, 606, 0.151),
    (73, 141, 791, 0.057),
    (75, 128, 783, 0.086),
]


def test_kriging_gives_the_textbooks_weights_and_estimate():
    x, y, value, weight = np.array(SAMPLES, float).T
    at, model = (np.array([65.0]), np.array([137.0])), variogram.Exponential(10 / 3, 10.0)
    found = [float(kriging.estimate(Observed(x, y, one), *at, variogram=model)[0]) for one in np.eye(7)]
    assert found == pytest.approx(weight.tolist(), abs=0.0006)
    estimate = float(kriging.estimate(Observed(x, y, value), *at, variogram=model)[0])
    assert estimate == pytest.approx(592.7, abs=0.05)


def test_the_bias_is_the_ratio_of_sums():
    assert mean_field_bias.factor([1.0, 2.0, 3.0], [0.5, 1.0, 1.5]) == pytest.approx(2.0)


def test_too_few_wet_pairs_say_nothing_about_bias():
    assert mean_field_bias.factor([3.0, 3.0, 0.0, np.nan], [1.0, 1.0, 0.0, 1.0]) == 1.0


def test_a_broken_gauge_cannot_multiply_the_radar_without_end():
    assert mean_field_bias.factor([900.0] * 3, [0.2] * 3) == 10.0


@pytest.mark.parametrize("method", [inverse_distance.merge, conditional_merging.merge, external_drift.merge])
def test_the_merged_field_meets_its_gauges(method, truth, gauges):
    merged = method(truth.with_values(truth.values / 3.0 + 0.2), gauges)
    centred = Observed(*_centres(truth, gauges), gauges.value)
    at_centres = method(truth.with_values(truth.values / 3.0 + 0.2), centred)
    np.testing.assert_allclose(at_centres.at(centred.x, centred.y), centred.value, atol=1e-2)
    assert (merged.values >= 0).all()


def _centres(field, points):
    row, column = field.cells_at(points.x, points.y)
    return field.x[column], field.y[row]


@pytest.mark.parametrize("method", merging.METHODS.values())
def test_what_the_radar_does_not_see_stays_missing(method, truth, gauges):
    holed = truth.values.copy()
    holed[:5] = np.nan
    merged = method(truth.with_values(holed), gauges, 1.0)
    assert merged.mask[:5].all()
    assert not merged.mask[5:].any()


@pytest.mark.parametrize("method", merging.METHODS.values())
def test_a_true_radar_is_left_as_it_is(method, truth, gauges):
    np.testing.assert_allclose(method(truth, gauges, 1.0).values, truth.values, atol=1e-6)


@pytest.mark.parametrize("method", merging.METHODS.values())
def test_missing_gauges_change_nothing(method, truth, gauges):
    nothing = gauges.with_values(np.full(len(gauges), np.nan))
    np.testing.assert_array_equal(method(truth, nothing, 1.0).values, truth.values)


def test_an_unknown_method_is_refused(truth, gauges):
    storm = merging.Storm((truth,), gauges.x, gauges.y, gauges.value[:, None])
    with pytest.raises(Refusal, match="unknown_method"):
        merging.merge(storm, method="magic")


@given(st.floats(-5, 5), st.floats(0.5, 20))
def test_kriging_reproduces_a_constant_and_a_drift(constant, slope):
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1e4, (2, 8))
    to_x, to_y = rng.uniform(0, 1e4, (2, 20))
    flat = Observed(x, y, np.full(8, constant))
    np.testing.assert_allclose(kriging.estimate(flat, to_x, to_y, variogram=Exponential(3e3)), constant, atol=1e-6)
    drifting = Observed(x, y, constant + slope * x)
    found = kriging.estimate(drifting, to_x, to_y, variogram=Exponential(3e3), drift_at=x, drift=to_x)
    np.testing.assert_allclose(found, constant + slope * to_x, rtol=1e-5, atol=1e-3)


def test_two_gauges_at_one_place_do_not_break_kriging():
    twins = Observed(np.array([0.0, 0.0, 5e3]), np.zeros(3), np.array([1.0, 3.0, 2.0]))
    found = kriging.estimate(twins, np.array([0.0]), np.array([0.0]), variogram=Exponential(3e3))
    assert found[0] == pytest.approx(2.0, abs=0.01)


# Closed form: 1 - exp(-1) = 0.632 of the sill at one length, 95 % at three.
def test_the_variogram_reaches_its_sill_as_the_closed_form_says():
    model = Exponential(2_000.0, sill=4.0)
    assert model([0.0, 2_000.0, 6_000.0]) == pytest.approx([0.0, 4 * 0.6321206, 4 * 0.9502129])


def test_a_smooth_field_has_a_longer_variogram_than_a_rough_one():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(60, 60))
    smooth = sum(np.roll(np.roll(noise, dy, 0), dx, 1) for dy in range(8) for dx in range(8))
    assert variogram.of_field(_field(smooth)).length_m > 3 * variogram.of_field(_field(noise)).length_m
    assert variogram.of_field(_field(np.zeros((60, 60)))).length_m == 10_000


@pytest.mark.parametrize(("east", "south"), [(2, -1), (0, 3), (-3, 0)])
def test_registration_finds_a_known_shift(truth, east, south):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(8_000, 32_000, (2, 40))
    displaced = truth.with_values(advection.whole_cells(truth.values, -east, -south))
    found = registration.find([displaced], [Observed(x, y, truth.at(x, y))])
    assert (found.east, found.south) == (east, south)
    inner = slice(6, -6)
    np.testing.assert_array_equal(registration.move(displaced, found).values[inner, inner], truth.values[inner, inner])


def test_registration_stays_where_it_is_without_a_clear_gain(truth, gauges):
    found = registration.find([truth] * 4, [gauges] * 4)
    assert (found.east, found.south) == (0, 0)


@given(st.floats(-4, 4), st.floats(-4, 4))
def test_motion_of_a_carried_field_is_found(east, south):
    values = np.zeros((60, 60))
    values[10:50, 10:50] = _rain(np.random.default_rng(9))
    later = np.nan_to_num(advection.carried(values, east, south))
    found = advection.motion(_field(values), _field(later))
    assert found == pytest.approx((east, south), abs=0.5)


def test_halfway_between_two_scans_the_rain_is_halfway():
    values = np.zeros((40, 40))
    values[20, 10] = 6.0
    first, second = _field(values), _field(advection.whole_cells(values, 4, 0))
    halfway = advection.between(first, second, (4.0, 0.0), 0.5)
    assert halfway[20, 12] == pytest.approx(6.0)


def test_scans_too_far_apart_leave_a_gap(truth):
    from dataclasses import replace

    from anshu.science.rainfall import accumulation

    scans = [replace(truth, time=NOON + timedelta(minutes=minutes)) for minutes in (0, 5, 30, 35)]
    found = accumulation.along_the_way(scans)
    assert [one.time for one in found] == [NOON + timedelta(minutes=5), NOON + timedelta(minutes=35)]
    np.testing.assert_allclose(found[0].values, truth.values, atol=1e-9)


@pytest.mark.parametrize("method", [inverse_distance.merge, conditional_merging.merge, external_drift.merge])
def test_far_from_every_gauge_the_radar_stays_as_it_is(method, truth, gauges):
    near = gauges.where(gauges.x < 20_000)
    lifted = near.with_values(near.value + 3.0)
    merged = method(truth, lifted, bias=1.0, reach_m=15_000.0)
    np.testing.assert_array_equal(merged.values[:, 35:], truth.values[:, 35:])
    assert (merged.at(near.x, near.y) > truth.at(near.x, near.y) + 1.0).all()


@pytest.mark.parametrize("method", [inverse_distance.merge, conditional_merging.merge, external_drift.merge])
def test_degrees_are_refused_where_metres_are_meant(method, truth, gauges):
    from dataclasses import replace

    with pytest.raises(Refusal, match="crs_not_metric"):
        method(replace(truth, crs="EPSG:4326"), gauges)
