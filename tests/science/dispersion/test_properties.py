# SPDX-License-Identifier: Apache-2.0
"""What must hold of any release: mass is kept, footprints lie downwind, bad inputs are refused."""

from math import inf, nan

import numpy as np
import pytest
from shapely import Point

from anshu.science.dispersion import (
    britter_mcquaid_puff,
    footprint,
    gas_orifice,
    gaussian_plume,
    gaussian_puff,
    surface_layer,
    two_phase,
)
from anshu.science.dispersion.air import Air
from anshu.science.dispersion.britter_mcquaid_plume import DensePlume, distance_to, half_width, volume_fraction
from anshu.science.dispersion.liquid_orifice import Hole, liquid_release
from anshu.science.dispersion.stability import pasquill_class
from anshu.science.standing import Refusal

PLUME = gaussian_plume.Plume(2.0, 3.0, "D", height_m=5.0)


@pytest.mark.parametrize("scheme", ["pasquill_gifford", "briggs_rural", "briggs_urban"])
def test_a_plume_carries_its_rate_through_every_cross_section(scheme):
    plume = gaussian_plume.Plume(2.0, 3.0, "D", height_m=5.0, scheme=scheme)
    y, z = np.linspace(-600, 600, 401), np.linspace(0, 500, 501)
    section = gaussian_plume.concentration(plume, 800.0, y[:, None], z[None, :])
    carried = np.trapezoid(np.trapezoid(section, z, axis=1), y) * plume.wind_m_s
    assert carried == pytest.approx(plume.rate_kg_s, rel=1e-3)


def test_a_lid_keeps_the_plume_below_it():
    lidded = gaussian_plume.Plume(2.0, 3.0, "B", mixing_height_m=200.0)
    z = np.linspace(0, 200, 401)
    column = gaussian_plume.concentration(lidded, 3000.0, 0.0, z)
    sigma_y, _ = gaussian_plume.plume_sigmas(3000.0, "B")
    carried = np.trapezoid(column, z) * np.sqrt(2 * np.pi) * sigma_y * lidded.wind_m_s
    assert carried == pytest.approx(lidded.rate_kg_s, rel=1e-3)


def test_a_puff_holds_its_mass():
    puff = gaussian_puff.Puff(10.0, 2.0, "D")
    x, y, z = np.linspace(300, 900, 121), np.linspace(-200, 200, 81), np.linspace(0, 120, 121)
    cloud = gaussian_puff.concentration(puff, x[:, None, None], y[None, :, None], z, after_s=300.0)
    held = np.trapezoid(np.trapezoid(np.trapezoid(cloud, z, axis=2), y, axis=1), x)
    assert held == pytest.approx(10.0, rel=1e-3)


def test_upwind_and_before_the_release_there_is_nothing():
    assert gaussian_plume.concentration(PLUME, [-10.0, 0.0]).tolist() == [0.0, 0.0]
    assert float(gaussian_puff.concentration(gaussian_puff.Puff(1, 2, "F"), 10.0, after_s=-1.0)) == 0.0


def test_a_missing_distance_gives_no_concentration():
    assert np.isnan(gaussian_plume.concentration(PLUME, nan))


def test_dose_of_a_puff_is_its_mass_over_the_plume_area():
    puff = gaussian_puff.Puff(5.0, 2.0, "D")
    sigma_h, sigma_z = gaussian_puff.puff_sigmas(500.0, "D")
    expected = 5.0 / (np.pi * 2.0 * sigma_h * sigma_z)
    assert gaussian_puff.dose(puff, 500.0) == pytest.approx(float(expected), rel=0.02)


DENSE = DensePlume(20.0, 3.2, 239.0, 3.0, Air(293.15))


def test_distance_and_concentration_of_a_dense_plume_answer_each_other():
    for fraction in (0.3, 0.05, 0.01, 0.0004):
        assert float(volume_fraction(DENSE, distance_to(DENSE, fraction))) == pytest.approx(fraction, rel=0.02)


def test_a_dense_cloud_is_only_where_it_is():
    cloud = britter_mcquaid_puff.DenseCloud(1000.0, 2.5, 3.0, Air(293.15))
    edge = float(cloud.centre_m(100.0) + cloud.radius_m(100.0))
    inside, outside = britter_mcquaid_puff.volume_fraction(cloud, [edge - 1, edge + 1], after_s=100.0)
    assert inside > 0
    assert outside == 0


def test_a_light_gas_is_refused_by_the_dense_methods():
    with pytest.raises(Refusal, match="not_denser_than_air"):
        DensePlume(20.0, 0.7, 293.0, 3.0, Air(293.15))
    with pytest.raises(Refusal, match="not_denser_than_air"):
        britter_mcquaid_puff.DenseCloud(1000.0, 0.7, 3.0, Air(293.15))


def test_no_pressure_drives_no_outflow():
    with pytest.raises(Refusal, match="no_outflow"):
        liquid_release(Hole(0.01), density_kg_m3=1000.0, pressure_pa=5e4)


def test_choked_and_free_gas_meet_at_the_limit():
    limit = (2 / 2.4) ** (1.4 / 0.4)
    state = {"density_kg_m3": 2.4, "heat_capacity_ratio": 1.4, "pressure_pa": 2e5, "temperature_k": 293.0}
    just_free = gas_orifice.gas_release(Hole(0.01), **state, ambient_pa=2e5 * (limit + 1e-9))
    choked = gas_orifice.gas_release(Hole(0.01), **state, ambient_pa=2e5 * (limit - 1e-9))
    assert choked.choked
    assert not just_free.choked
    assert just_free.mass_rate_kg_s == pytest.approx(choked.mass_rate_kg_s, rel=1e-6)


def test_a_flashing_release_tends_to_the_liquid_one_over_no_path():
    hole = Hole(0.02)
    ammonia = two_phase.Saturated(293.15, 1.186e6, 4740.0, 610.0, 6.7)
    free = liquid_release(hole, density_kg_m3=610.0, pressure_pa=8.57e5)
    none = two_phase.flashing_release(hole, ammonia, path_m=0.0, pressure_pa=8.57e5, ambient_pa=101325.0)
    long = two_phase.flashing_release(hole, ammonia, path_m=0.2, pressure_pa=8.57e5, ambient_pa=101325.0)
    assert none == pytest.approx(free.mass_rate_kg_s, rel=1e-9)
    assert long < none


# Pasquill (1961) as printed by Turner (1970), table 3-1; of two letters the more stable.
PASQUILL = [
    (1.0, "strong_sun", "A"),
    (2.5, "strong_sun", "B"),
    (4.0, "moderate_sun", "C"),
    (7.0, "slight_sun", "D"),
    (2.5, "night_clear", "F"),
    (4.0, "night_clear", "E"),
    (2.5, "night_cloudy", "E"),
    (5.5, "overcast", "D"),
]


@pytest.mark.parametrize(("wind", "sky", "letter"), PASQUILL)
def test_stability_is_that_of_the_published_table(wind, sky, letter):
    assert pasquill_class(wind, sky) == letter


def test_the_obukhov_length_has_the_sign_of_the_class():
    lengths = [surface_layer.obukhov_length(letter, 0.1) for letter in "ABCDEF"]
    assert all(length < 0 for length in lengths[:3])
    assert lengths[3] == inf
    assert all(length > 0 for length in lengths[4:])


def test_a_surface_layer_found_from_wind_has_that_wind():
    found = surface_layer.from_wind(4.0, measured_at_m=10.0, stability="E", roughness_m=0.1)
    assert float(surface_layer.wind_speed(found, 10.0)) == pytest.approx(4.0)


def test_a_footprint_lies_downwind_and_ends_at_the_threshold():
    polygon = footprint.plume_footprint(PLUME, threshold_kg_m3=1e-5, wind_from_deg=270.0)
    west, south, east, north = polygon.bounds
    assert west > 0
    assert north == pytest.approx(-south)
    assert float(gaussian_plume.concentration(PLUME, east)) == pytest.approx(1e-5, rel=0.2)
    assert polygon.contains(Point(east / 2, 0))


def test_a_north_wind_carries_the_footprint_south():
    polygon = footprint.plume_footprint(PLUME, threshold_kg_m3=1e-5, wind_from_deg=0.0)
    assert polygon.bounds[3] < 0


def test_a_threshold_never_reached_has_an_empty_footprint():
    assert footprint.plume_footprint(PLUME, threshold_kg_m3=10.0, wind_from_deg=0.0).is_empty


def test_a_dense_footprint_reaches_its_distance_and_widens():
    polygon = footprint.dense_footprint(DENSE, fraction=0.01, wind_from_deg=270.0)
    west, south, east, north = polygon.bounds
    assert east == pytest.approx(distance_to(DENSE, 0.01), rel=1e-6)
    assert north == pytest.approx(float(half_width(DENSE, east)))
    assert south == pytest.approx(-north)
    assert west > 0


def test_persons_inside_are_counted_and_unknown_ones_make_the_sum_unknown():
    ring = footprint.circle(100.0)
    assert footprint.persons_inside(ring, [0, 50, 500], [0, 0, 0], [3, 4, 100]) == 7
    assert np.isnan(footprint.persons_inside(ring, [0, 50], [0, 0], [3, nan]))


def test_fifty_weathers_give_a_share_for_each_place():
    rng = np.random.default_rng(7)
    weathers = [
        footprint.Weather(float(w), float(d), "D")
        for w, d in zip(rng.uniform(2, 6, 50), rng.normal(270, 15, 50), strict=True)
    ]

    def draw(weather):
        plume = gaussian_plume.Plume(2.0, weather.wind_m_s, weather.stability)
        return footprint.plume_footprint(plume, threshold_kg_m3=1e-5, wind_from_deg=weather.wind_from_deg)

    share = footprint.exceedance(weathers, np.array([300.0, -300.0]), np.array([0.0, 0.0]), footprint_of=draw)
    assert 0 < share[0] <= 1
    assert share[1] == 0


def test_a_footprint_is_placed_on_the_map_at_its_size():
    placed = footprint.on_the_map(footprint.circle(1000.0), longitude_deg=119.17, latitude_deg=29.03)
    west, south, east, north = placed.bounds
    assert (north - south) == pytest.approx(2000 / 110_850, rel=0.01)
    assert (west + east) / 2 == pytest.approx(119.17, abs=1e-6)
