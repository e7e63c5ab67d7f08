# SPDX-License-Identifier: Apache-2.0
"""Quality flags against those pypwsqc publishes for private gauges in Amsterdam (data/02_rain_gauge_radar/pws_ams)."""

import numpy as np
import pytest

from anshu.science.rainfall import bias_factor, faulty_zeros, gauges, high_influx, neighbours, station_outlier

netCDF4 = pytest.importorskip("netCDF4", reason="needs anshu[weather]")


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "data" / "02_rain_gauge_radar" / "pws_ams"


@pytest.fixture(scope="module")
def network(folder):
    return gauges.decode_netcdf((folder / "test_dataset.nc").read_bytes())


@pytest.fixture(scope="module")
def near(network):
    return neighbours.within(network.distances_m())


def _expected(folder, name, network):
    with netCDF4.Dataset(folder / name) as file:
        start = int(np.searchsorted(network.times, int(file["time"][0])))
        flags = {key: np.asarray(file[key][:]) for key in file.variables if key.endswith("_flag")}
        return flags, slice(start, start + file.dimensions["time"].size)


@pytest.fixture(scope="module")
def fortnight(folder, network, near):
    flags, span = _expected(folder, "expected_array_fz_hi.nc", network)
    rain = network.rain_mm[:, span]
    return flags, rain, *neighbours.reference(rain, near)


def test_the_table_is_read_with_its_missing_share(network):
    assert network.rain_mm.shape == (134, 26784)
    assert network.step_s == 300
    assert np.isnan(network.rain_mm).mean() == pytest.approx(0.272, abs=0.001)


def test_faulty_zeros_are_the_published_ones(fortnight, network):
    flags, rain, median, reporting = fortnight
    found = faulty_zeros.flags(rain, median, reporting)[network.ids.index("ams11")]
    assert (flags["fz_flag"] == 1).sum() == 4075
    assert (found == flags["fz_flag"]).all()


def test_high_influx_is_the_published_one(fortnight, network):
    flags, rain, median, reporting = fortnight
    found = high_influx.flags(rain, median, reporting)[network.ids.index("ams11")]
    assert (found == flags["hi_flag"]).all()


def test_station_outliers_are_the_published_ones(folder, network, near):
    flags, span = _expected(folder, "expected_array_so_bias.nc", network)
    row = network.ids.index("ams16")
    found = station_outlier.flags(network.rain_mm, near, only=[row])[row, span]
    assert (flags["so_flag"] == 1).sum() == 1532
    assert (found == flags["so_flag"]).all()


def test_bias_factors_are_the_published_ones(folder, network, near):
    row = network.ids.index("ams16")
    median, _ = neighbours.reference(network.rain_mm, near)
    with netCDF4.Dataset(folder / "expected_array_so_bias.nc") as file:
        expected = np.asarray(file["bias_corr_factor"][:])
    found = bias_factor.factors(network.rain_mm[row], median[row])
    assert np.isnan(found[:8064]).all()
    np.testing.assert_allclose(found[8064:], expected, rtol=1e-9)


def test_a_gauge_that_reads_half_is_doubled():
    rain = np.tile([0.0, 1.0, 2.0], 10)
    assert bias_factor.factors(rain, 2 * rain, window=6)[-1] == pytest.approx(2.0)
    assert np.isnan(bias_factor.factors(rain, 0 * rain, window=6)).all()


def test_a_missing_value_can_be_left_unjudged(fortnight):
    _, rain, median, reporting = fortnight
    found = faulty_zeros.flags(rain, median, reporting, missing_carries=False)
    assert (found[np.isnan(rain)] == -1).all()


# de Vos (2019), the filter's own examples as pypwsqc tests them: 3.737 mm in calm weather, limits 10 and 3 mm.
def test_the_limit_of_calm_weather_decides():
    rain = np.array([0.0, 1.313, 3.737, 0.404])
    calm, many = np.zeros(4), np.full(4, 20)
    assert high_influx.flags(rain, calm, many).tolist() == [0, 0, 0, 0]
    assert high_influx.flags(rain, calm, many, limit_mm=3.0).tolist() == [0, 0, 1, 0]
    assert high_influx.flags(rain, calm, np.full(4, 4)).tolist() == [-1] * 4


def test_a_dry_gauge_among_wet_ones_is_faulty_until_it_rains():
    rain = np.array([[0.1] + [0.0] * 9 + [0.2, 0.0]])
    wet, many = np.full((1, 12), 0.3), np.full((1, 12), 9)
    assert faulty_zeros.flags(rain, wet, many, dry_steps=3).tolist() == [[-1, -1, -1, 0, 1, 1, 1, 1, 1, 1, 0, 0]]


def test_without_neighbours_nothing_is_judged(network):
    alone = np.zeros((134, 134), bool)
    median, reporting = neighbours.reference(network.rain_mm[:, :50], alone)
    assert np.isnan(median).all()
    assert (faulty_zeros.flags(network.rain_mm[:, :50], median, reporting) == -1).all()
    assert (station_outlier.flags(network.rain_mm[:, :50], alone, window=10) == -1).all()
