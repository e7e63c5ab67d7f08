# SPDX-License-Identifier: Apache-2.0
"""Distances and directions on the ellipsoid."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, box

from anshu.kernel.geo.distance import area_m2, bearing_deg, contains, destination, distance_m, length_m, nearest

TOWN = (119.176, 29.026)
places = st.tuples(st.floats(118, 120), st.floats(28, 30))


def test_a_degree_of_latitude_is_about_111_km():
    # 110.57 km at the equator and 111.69 km at the poles on this ellipsoid (any geodesy text).
    assert distance_m((119.0, 0.0), (119.0, 1.0)) == pytest.approx(110_574, abs=1)
    assert distance_m((119.0, 89.0), (119.0, 90.0)) == pytest.approx(111_694, abs=1)


@given(places, places)
def test_distance_is_the_same_both_ways(one, other):
    assert distance_m(one, other) == pytest.approx(distance_m(other, one), abs=1e-6)


@given(places, st.floats(0, 359.9), st.floats(1, 50_000))
def test_destination_lies_at_distance_and_bearing(start, bearing, metres):
    there = destination(start, bearing, metres)
    assert distance_m(start, there) == pytest.approx(metres, abs=1e-3)
    turn = (bearing_deg(start, there) - bearing + 180) % 360 - 180
    assert abs(turn) < 0.001


@pytest.mark.parametrize(("to", "bearing"), [((119.176, 29.1), 0), ((119.3, 29.026), 90), ((119.176, 28.9), 180)])
def test_bearings_run_clockwise_from_north(to, bearing):
    assert bearing_deg(TOWN, to) == pytest.approx(bearing, abs=0.1)


def test_bearing_to_the_same_place_is_nan():
    assert math.isnan(bearing_deg(TOWN, TOWN))


def test_border_counts_as_inside():
    square = box(119.0, 29.0, 119.2, 29.2)
    assert contains(square, TOWN)
    assert contains(square, (119.0, 29.1))
    assert not contains(square, (119.3, 29.1))


def test_length_and_area_do_not_depend_on_direction():
    line = LineString([(119.0, 29.0), (119.1, 29.0)])
    assert length_m(line) == pytest.approx(length_m(line.reverse()))
    square = box(119.0, 29.0, 119.1, 29.1)
    assert area_m2(square) == pytest.approx(area_m2(square.reverse()))
    assert area_m2(square) == pytest.approx(107.9e6, rel=0.01)


def test_nearest_names_the_closest_or_nothing():
    number, metres = nearest(TOWN, [(119.3, 29.0), (119.18, 29.03), (118.9, 29.1)])
    assert number == 1
    assert metres < 1000
    assert nearest(TOWN, []) is None
