# SPDX-License-Identifier: Apache-2.0
"""Gauge tables and the checks that need no neighbours' agreement with others' flags."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from anshu.science.rainfall import accumulation, gauges, neighbour_check, quality, range_check, step_check
from anshu.science.standing import Refusal

CHINA = timezone(timedelta(hours=8))
LONG = (
    "\ufeff站号,时间,雨量,经度,纬度,海拔\n"
    "K1,2024-06-20 08:00,1.5,118.4,28.9,120\n"
    "K2,2024-06-20 08:00,,118.5,29.0,-9999\n"
    "K1,2024/06/20 08:05,0,118.4,28.9,120\n"
)


def test_a_long_table_is_read_with_its_places_and_gaps():
    network = gauges.decode_csv(LONG, zone=CHINA)
    assert network.ids == ("K1", "K2")
    assert network.times[0] == datetime(2024, 6, 20, tzinfo=UTC).timestamp()
    np.testing.assert_array_equal(network.rain_mm, [[1.5, 0.0], [np.nan, np.nan]])
    assert network.longitude.tolist() == [118.4, 118.5]
    assert np.isnan(network.elevation_m[1])


def test_a_wide_table_is_read_in_the_order_of_time():
    network = gauges.decode_csv("time;A;B\n202406200805;1;2\n202406200800;3;/\n")
    np.testing.assert_array_equal(network.rain_mm, [[3.0, 1.0], [np.nan, 2.0]])
    assert network.step_s == 300


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A,B\n1,2\n", "no_time_column"),
        ("id,time,x\n", "no_rain_field"),
        (LONG + "K1,2024-06-20 08:10,wet,1,1,1\n", "bad_number"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(text, code):
    with pytest.raises(Refusal, match=code):
        gauges.decode_csv(text)


# As the files say of themselves: sums over each table, and steps of 1, 5 and 15 minutes.
@pytest.mark.parametrize(
    ("name", "shape", "step", "total"),
    [
        ("openMRG_city_gauges_20150827.nc", (10, 1440), 60, 249.8),
        ("openMRG_smhi_gauge_20150827.nc", (1, 96), 900, 20.4),
        ("openmrg_municp_gauge.nc", (10, 31), 300, 46.3),
        ("openmrg_smhi_gauge.nc", (1, 31), 300, 5.3),
    ],
)
def test_tables_are_read_whichever_way_round_they_are(shared, name, shape, step, total):
    pytest.importorskip("netCDF4", reason="needs anshu[weather]")
    path = shared / "data" / "02_rain_gauge_radar" / "openmrg" / name
    network = gauges.decode_netcdf(path.read_bytes())
    assert (network.rain_mm.shape, network.step_s) == (shape, step)
    assert np.nansum(network.rain_mm) == pytest.approx(total)
    assert np.all((network.longitude > 11.7) & (network.longitude < 12.1))


def _network(rain, *, stations=None, step=300):
    rain = np.atleast_2d(np.asarray(rain, float))
    count = rain.shape[0] if stations is None else stations
    away = np.arange(count) * 0.01
    blank = np.full(count, np.nan)
    times = np.arange(rain.shape[1]) * step
    ids = tuple(f"g{at}" for at in range(count))
    return gauges.Gauges(ids, times, rain, 118.4 + away, 28.9 + 0 * away, blank, blank, blank)


def test_distances_follow_the_ellipsoid_where_no_plane_is_given():
    # 0.01 degrees of longitude at 28.9 N: 111320 cos(28.9) 0.01 m.
    assert _network([[0.0], [0.0]]).distances_m()[0, 1] == pytest.approx(975, rel=0.005)


def test_totals_follow_which_end_a_stamp_marks():
    network = _network([[1.0, 2.0, 4.0]])
    window = {"since": datetime.fromtimestamp(0, UTC), "until": datetime.fromtimestamp(600, UTC)}
    assert accumulation.gauge_totals(network, **window, stamped="start")[0] == pytest.approx(3.0)
    assert accumulation.gauge_totals(network, **window, stamped="end")[0] == pytest.approx(6.0)
    late = {"since": datetime.fromtimestamp(0, UTC), "until": datetime.fromtimestamp(6000, UTC)}
    assert np.isnan(accumulation.gauge_totals(network, **late)[0])


# World records (WMO archive, NOAA): 31.2 mm in 1 min, 126 in 8 min, 305 in 42 min, 401 in 1 h, 1825 in 24 h.
@pytest.mark.parametrize(("minutes", "record"), [(1, 31.2), (8, 126), (42, 305), (60, 401), (1440, 1825)])
def test_no_world_record_is_out_of_range(minutes, record):
    most = range_check.envelope_mm(minutes * 60)
    assert record < most < 2.1 * record
    assert range_check.flags([record], step_s=minutes * 60).tolist() == [0]


def test_the_limit_itself_is_within_range():
    assert range_check.flags([-0.1, 0.0, 20.0, 20.1, np.nan], step_s=300, most_mm=20.0).tolist() == [1, 0, 0, 1, -1]


def test_a_leap_and_a_stuck_value_are_doubtful():
    rain = [0.0, 0.0, 30.0, 0.0, *[0.4] * 13, 0.0, np.nan, *[0.0] * 20]
    found = step_check.flags(rain).tolist()
    assert found[2] == 1
    assert found[4:17] == [1] * 13
    assert found[18] == -1
    assert sum(one == 1 for one in found) == 14
    assert step_check.flags([0.4] * 12).tolist() == [0] * 12


def test_an_amount_far_from_what_the_neighbours_agree_on_is_doubtful():
    rain = np.array([[30.0], [5.0], [5.5], [6.0], [4.5], [5.2]])
    near = ~np.eye(6, dtype=bool)
    assert neighbour_check.flags(rain, near)[0, 0] == 1
    assert neighbour_check.flags(rain, near)[2, 0] == 0
    assert (neighbour_check.flags(rain, near, least_neighbours=6) == -1).all()


def test_all_checks_run_together_and_take_out_only_errors():
    rain = np.full((7, 40), 0.2) + np.random.default_rng(1).uniform(0, 0.1, (7, 40))
    rain[0, 12:30] = 0.0
    rain[1, 5] = 900.0
    network = _network(rain)
    found = quality.check(network, limits=quality.Limits(window_s=3_000.0))
    assert found["range"][1, 5] == 1
    assert found["faulty_zeros"][0, 18:30].tolist() == [1] * 12
    kept = quality.cleaned(network, found)
    assert np.isnan(kept.rain_mm[1, 5])
    assert np.isnan(kept.rain_mm[0, 18:30]).all()
    assert kept.rain_mm[2, 3] == rain[2, 3]
