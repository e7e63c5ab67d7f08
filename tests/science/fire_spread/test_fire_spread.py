# SPDX-License-Identifier: Apache-2.0
"""Spread of surface fires against the US Forest Service's own program, and what must hold of perimeters.

Tables: the Behave core (firelab/behave, public domain) as bound by pyrothermel 0.1.4 (MIT), run beforehand; wind at
midflame height and relative to north, Behave's limit on wind in force.
"""

from math import nan, radians, tan

import numpy as np
import pytest
from shapely import Point

from anshu.science.fire_spread.ellipse import Period, length_to_width, perimeters, speed_towards
from anshu.science.fire_spread.fuels import ANDERSON, Moisture
from anshu.science.fire_spread.rothermel import bed_of, surface_spread
from anshu.science.fire_spread.wind import midflame_wind_m_s
from anshu.science.standing import Refusal

# Moisture of dead 1 h, 10 h, 100 h, live grass, live wood; wind km/h, from; slope in degrees, facing.
CASES = [
    (0.06, 0.07, 0.08, 0.6, 0.9, 0, 0, 0, 0),
    (0.06, 0.07, 0.08, 0.6, 0.9, 8, 270, 0, 0),
    (0.06, 0.07, 0.08, 0.6, 0.9, 16, 225, 20, 180),
    (0.03, 0.04, 0.05, 0.3, 0.6, 20, 0, 30, 90),
    (0.09, 0.1, 0.11, 0.9, 1.2, 5, 135, 15, 300),
    (0.1, 0.12, 0.14, 1.2, 1.5, 12, 60, 25, 60),
]
# Fuel model, case; km/h, kW/m, flame in m, reaction intensity in kW/m2, bearing of the head.
TABLE = """
1 0 0.0842218 24.0999 0.334766 156.488 180
1 1 1.86715 534.283 1.39248 156.488 90
1 2 5.43335 1554.74 2.27602 156.488 42.6222
1 3 8.98134 2922.33 3.04263 177.942 185.547
1 4 0.389045 91.7016 0.619023 128.904 323.455
1 5 1.30352 242.873 0.968919 101.895 240
2 0 0.0522777 80.4808 0.582951 669.683 180
2 1 0.810702 1248.07 2.05723 669.683 90
2 2 2.87361 4423.89 3.682 669.683 42.5336
2 3 5.77104 10273.4 5.42502 774.375 186.077
2 4 0.222792 314.764 1.09166 614.58 320.954
2 5 1.27352 1673.14 2.35417 571.504 240
3 0 0.0906618 212.496 0.911161 549.337 180
3 1 2.35218 5513.11 4.07433 549.337 90
3 2 6.01072 14088.1 6.27315 549.337 42.0744
3 3 10.4166 29603.3 8.82734 666.08 188.141
3 4 0.893643 1898.38 2.495 497.888 318.438
3 5 3.62549 7574.98 4.71551 489.696 240
4 0 0.089548 748.98 1.62656 2272.98 180
4 1 1.62776 13614.6 6.17527 2272.98 90
4 2 4.44621 37188.2 9.80392 2272.98 41.9097
4 3 8.99143 90330.6 14.7468 2730.15 188.415
4 4 0.534047 4135.62 3.56962 2104.46 319.33
4 5 1.99848 14195.2 6.29505 1930.29 240
5 0 0.0246123 50.6329 0.471034 540.936 180
5 1 0.527103 1084.37 1.92839 540.936 90
5 2 1.42105 2923.41 3.04315 540.936 41.9932
5 3 2.88888 7036.51 4.55825 640.462 188.223
5 4 0.0653531 47.1233 0.455724 189.598 319.022
5 5 0.253457 180.703 0.845702 187.467 240
6 0 0.0347713 51.6149 0.475215 362.732 180
6 1 0.675828 1003.21 1.8606 362.732 90
6 2 1.75502 2605.17 2.88601 362.732 41.8634
6 3 3.0368 5442.39 4.0502 437.931 188.697
6 4 0.252714 341.252 1.133 329.973 318.931
6 5 1.06259 1409.95 2.17594 324.242 240
7 0 0.0283498 47.3939 0.456926 405.432 180
7 1 0.598995 1001.37 1.85904 405.432 90
7 2 1.552 2594.57 2.8806 405.432 41.9261
7 3 2.78467 5287.47 3.99675 460.488 188.526
7 4 0.207589 313.561 1.08974 366.322 318.797
7 5 0.774106 1122.9 1.95961 351.791 240
8 0 0.00477061 2.83872 0.125155 175.618 180
8 1 0.0404827 24.0889 0.334695 175.618 90
8 2 0.0979146 58.2633 0.502453 175.618 41.5587
8 3 0.168801 120.12 0.700868 210.021 189.284
8 4 0.0144637 7.70012 0.198063 157.123 320.555
8 5 0.0618455 32.1167 0.382041 153.265 240
9 0 0.0168296 19.6568 0.30481 453.287 180
9 1 0.174429 203.732 0.893677 453.287 90
9 2 0.56213 656.563 1.53095 453.287 42.3566
9 3 1.06384 1506.26 2.24309 549.487 186.691
9 4 0.0562781 59.5883 0.507677 410.919 320.526
9 5 0.306245 318.904 1.09824 404.135 240
10 0 0.0170274 69.4532 0.544743 1124.46 180
10 1 0.181742 741.31 1.61888 1124.46 90
10 2 0.490397 2000.28 2.55573 1124.46 41.5554
10 3 0.957782 4635.68 3.76206 1334.28 189.404
10 4 0.0592789 216.25 0.918529 1005.67 320.116
10 5 0.232869 820.18 1.69595 970.953 240
11 0 0.0113539 27.2455 0.354201 443.075 180
11 1 0.122392 293.7 1.05742 443.075 90
11 2 0.278067 667.267 1.54238 443.075 40.87
11 3 0.437678 1217.5 2.0339 513.617 192.087
11 4 0.0526329 118.749 0.697177 416.579 319.325
11 5 0.177375 370.113 1.17611 385.273 240
12 0 0.0275775 191.969 0.86956 1244.99 180
12 1 0.266058 1852.05 2.4668 1244.99 90
12 2 0.59521 4143.3 3.57267 1244.99 40.6473
12 3 0.960543 8001.63 4.83588 1489.89 192.827
12 4 0.115817 758.574 1.63611 1171.43 319.518
12 5 0.409583 2642.91 2.90517 1154.07 240
13 0 0.0370468 379.455 1.18967 1854.85 180
13 1 0.321118 3289.08 3.21268 1854.85 90
13 2 0.718977 7364.19 4.65469 1854.85 40.4893
13 3 1.16348 14308.4 6.31808 2227.05 193.295
13 4 0.13559 1269.2 2.07318 1695.12 319.807
13 5 0.480867 4418.92 3.6801 1664.14 240
"""
ROWS = [line.split() for line in TABLE.split("\n") if line]
# The program turns Btu into joules with a rounded factor; speeds and bearings have no such factor in them.
SPEED, ENERGY = 1e-5, 1e-3


def spread_of(model, case, **more):
    *wet, wind, wind_from, slope, aspect = case
    return surface_spread(
        ANDERSON[model],
        Moisture(*wet),
        midflame_wind_m_s=wind / 3.6,
        wind_from_deg=wind_from,
        slope=tan(radians(slope)),
        aspect_deg=aspect,
        **more,
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_spread_is_behaves(row):
    model, case = row[0], CASES[int(row[1])]
    speed, intensity, flame, reaction, bearing = map(float, row[2:])
    found = spread_of(model, case, limited=True)
    assert float(found.speed_m_s) * 3.6 == pytest.approx(speed, rel=SPEED)
    assert float(found.intensity_w_m) / 1000 == pytest.approx(intensity, rel=ENERGY)
    assert float(found.flame_m) == pytest.approx(flame, rel=ENERGY)
    assert bed_of(ANDERSON[model], Moisture(*case[:5])).reaction_w_m2 / 1000 == pytest.approx(reaction, rel=ENERGY)
    # Without wind and slope there is no head, and the bearing is a convention.
    assert case[5] == case[7] == 0 or float(found.heading_deg) == pytest.approx(bearing, abs=1e-3)


# Fuel model, moistures, wind and slope as above, bearing from the place of ignition; km/h.
FLANKS = [
    ("1", (0.06, 0.07, 0.08, 0.6, 0.9), (8, 270, 0, 0), 0, 0.418398),
    ("1", (0.06, 0.07, 0.08, 0.6, 0.9), (8, 270, 0, 0), 45, 0.927005),
    ("1", (0.06, 0.07, 0.08, 0.6, 0.9), (8, 270, 0, 0), 100, 1.77384),
    ("1", (0.06, 0.07, 0.08, 0.6, 0.9), (8, 270, 0, 0), 180, 0.418398),
    ("1", (0.06, 0.07, 0.08, 0.6, 0.9), (8, 270, 0, 0), 275, 0.235988),
    ("4", (0.06, 0.07, 0.08, 0.6, 0.9), (6, 225, 20, 180), 0, 0.912578),
    ("4", (0.06, 0.07, 0.08, 0.6, 0.9), (6, 225, 20, 180), 45, 1.305234),
    ("4", (0.06, 0.07, 0.08, 0.6, 0.9), (6, 225, 20, 180), 100, 0.511763),
    ("4", (0.06, 0.07, 0.08, 0.6, 0.9), (6, 225, 20, 180), 180, 0.220431),
    ("4", (0.06, 0.07, 0.08, 0.6, 0.9), (6, 225, 20, 180), 275, 0.260379),
    ("10", (0.09, 0.1, 0.11, 0.9, 1.2), (5, 135, 15, 300), 0, 0.044224),
    ("10", (0.09, 0.1, 0.11, 0.9, 1.2), (5, 135, 15, 300), 45, 0.025412),
    ("10", (0.09, 0.1, 0.11, 0.9, 1.2), (5, 135, 15, 300), 100, 0.016548),
    ("10", (0.09, 0.1, 0.11, 0.9, 1.2), (5, 135, 15, 300), 180, 0.016531),
    ("10", (0.09, 0.1, 0.11, 0.9, 1.2), (5, 135, 15, 300), 275, 0.041435),
]


def period_of(spread, minutes=60.0):
    return Period(minutes, float(spread.speed_m_s), float(spread.heading_deg), float(spread.effective_wind_m_s))


@pytest.mark.parametrize(("model", "wet", "forces", "bearing", "speed"), FLANKS)
def test_spread_to_the_sides_and_back_is_behaves(model, wet, forces, bearing, speed):
    period = period_of(spread_of(model, (*wet, *forces), limited=True))
    assert float(speed_towards(period, bearing)) * 3.6 == pytest.approx(speed, rel=1e-4)


# Fuel model and its midflame wind for 30 km/h at 10 m over open ground, same program.
MIDFLAME = {"1": 9.446198, "4": 14.264324, "5": 10.903893, "9": 7.179913, "13": 11.964894}


@pytest.mark.parametrize("model", MIDFLAME)
def test_wind_at_the_flame_is_behaves(model):
    wind = midflame_wind_m_s(30 / 3.6, depth_m=ANDERSON[model].depth_m)
    assert float(wind) * 3.6 == pytest.approx(MIDFLAME[model], rel=1e-6)


def test_the_limit_on_wind_only_ever_slows():
    calm, gale = CASES[1], (*CASES[1][:5], 80.0, 270.0, 0.0, 0.0)
    assert float(spread_of("8", calm).speed_m_s) == float(spread_of("8", calm, limited=True).speed_m_s)
    assert float(spread_of("8", gale).speed_m_s) > float(spread_of("8", gale, limited=True).speed_m_s)


def test_fuel_as_wet_as_its_extinction_does_not_burn():
    wet = Moisture(0.12, 0.12, 0.12)
    assert float(surface_spread(ANDERSON["1"], wet, midflame_wind_m_s=5.0).speed_m_s) == pytest.approx(0.0, abs=1e-12)


def test_many_winds_are_answered_at_once_and_a_missing_one_is_missing():
    found = surface_spread(ANDERSON["2"], Moisture(0.06, 0.07, 0.08), midflame_wind_m_s=[0.0, 2.0, nan])
    assert np.isnan(found.speed_m_s).tolist() == [False, False, True]


def test_a_perimeter_reaches_each_bearing_as_far_as_its_speed():
    period = Period(30.0, 0.4, 60.0, 3.0)
    (burnt,) = perimeters((1000.0, 2000.0), [period], points=720)
    for bearing in (0, 60, 120, 240, 300):
        away = float(speed_towards(period, bearing)) * 1800
        direction = np.array([np.sin(np.radians(bearing)), np.cos(np.radians(bearing))])
        for share, inside in ((0.995, True), (1.005, False)):
            assert burnt.contains(Point(np.array([1000.0, 2000.0]) + share * away * direction)) is inside


def test_an_ellipse_has_the_length_to_width_of_its_wind():
    (burnt,) = perimeters((0.0, 0.0), [Period(60.0, 0.5, 0.0, 4.0)], points=3600)
    west, south, east, north = burnt.bounds
    assert (north - south) / (east - west) == pytest.approx(float(length_to_width(4.0)), rel=1e-4)


def test_without_wind_a_fire_grows_round():
    assert float(length_to_width(0.0)) == pytest.approx(1.0)


def test_two_half_hours_are_one_hour_and_ground_once_burnt_stays_burnt():
    whole = perimeters((0.0, 0.0), [Period(60.0, 0.3, 45.0, 3.0)])[-1]
    halves = perimeters((0.0, 0.0), [Period(30.0, 0.3, 45.0, 3.0)] * 2)
    assert halves[-1].symmetric_difference(whole).area <= 1e-6 * whole.area
    assert halves[1].contains(halves[0])


def test_a_turning_wind_burns_more_than_either_wind_alone():
    first, second = Period(60.0, 0.5, 0.0, 5.0), Period(60.0, 0.5, 90.0, 5.0)
    turned = perimeters((0.0, 0.0), [first, second])[-1]
    for steady in (first, second):
        assert turned.area > perimeters((0.0, 0.0), [steady, steady])[-1].area


def test_a_fire_that_already_covers_ground_grows_from_its_edge():
    start = Point(0, 0).buffer(100)
    (burnt,) = perimeters(start, [Period(60.0, 0.1, 0.0, 0.0)])
    assert burnt.area == pytest.approx(np.pi * 460**2, rel=0.01)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: surface_spread(ANDERSON["1"], Moisture(nan, 0.1, 0.1), midflame_wind_m_s=1.0), "moisture_missing"),
        (lambda: surface_spread(ANDERSON["1"], Moisture(-0.1, 0.1, 0.1), midflame_wind_m_s=1.0), "negative"),
        (lambda: surface_spread(ANDERSON["1"], Moisture(0.1, 0.1, 0.1), midflame_wind_m_s=-1.0), "negative"),
        (lambda: perimeters((0, 0), [Period(30.0, nan, 0.0, 0.0)]), "spread_missing"),
        (lambda: perimeters((0, 0), [Period(0.0, 1.0, 0.0, 0.0)]), "not_positive"),
    ],
)
def test_what_makes_no_sense_is_refused(call, code):
    with pytest.raises(Refusal, match=code):
        call()
