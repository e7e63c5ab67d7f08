# SPDX-License-Identifier: Apache-2.0
"""GCJ-02 and BD-09 agree with someone else's numbers and can be undone."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from anshu.kernel.geo.distance import distance_m
from anshu.kernel.geo.gcj02 import (
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    shape_to_gcj02,
    shape_to_wgs84,
    wgs84_to_gcj02,
)

LONGYOU = (119.18, 29.03)
places = st.tuples(st.floats(74, 134), st.floats(4.5, 53))


def test_forward_functions_agree_with_the_outside_vectors(shared):
    vectors = json.loads((shared / "vectors/gcj02.json").read_text(encoding="utf-8"))["vectors"]
    functions = {
        "bd09togcj02": bd09_to_gcj02,
        "gcj02tobd09": gcj02_to_bd09,
        "wgs84togcj02": wgs84_to_gcj02,
        "wgs84togcj02 outside China: identity": wgs84_to_gcj02,
    }
    seen = 0
    for vector in vectors:
        if function := functions.get(vector["fn"]):
            assert function(*vector["in"]) == pytest.approx(vector["out"], abs=1e-12)
            seen += 1
    assert seen == 4


def test_inverse_differs_from_the_one_step_vector_by_what_one_step_leaves_over(shared):
    vectors = json.loads((shared / "vectors/gcj02.json").read_text(encoding="utf-8"))["vectors"]
    one_step = next(vector for vector in vectors if "one-step" in vector["fn"])
    ours = gcj02_to_wgs84(*one_step["in"])
    assert 0.001 < distance_m(ours, tuple(one_step["out"])) < 5
    again = wgs84_to_gcj02(*ours)
    assert again == pytest.approx(one_step["in"], abs=1e-9)
    assert wgs84_to_gcj02(*one_step["out"]) != pytest.approx(one_step["in"], abs=1e-9)


@given(places)
def test_inverse_gives_the_place_back(place):
    assert gcj02_to_wgs84(*wgs84_to_gcj02(*place)) == pytest.approx(place, abs=1e-9)


@given(places)
def test_bd09_gives_the_place_back_to_about_a_metre(place):
    assert distance_m(bd09_to_gcj02(*gcj02_to_bd09(*place)), place) < 1


@pytest.mark.parametrize("place", [(-74.006, 40.7128), (139.7, 35.7), (119.0, 60.0), (-119.0, -29.0)])
@pytest.mark.parametrize("shift", [wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02])
def test_outside_china_nothing_moves(shift, place):
    assert shift(*place) == place


def test_offset_in_longyou_is_about_half_a_kilometre():
    assert 400 < distance_m(LONGYOU, wgs84_to_gcj02(*LONGYOU)) < 700


def test_arrays_give_what_single_numbers_give():
    lon, lat = np.array([119.0, 116.4, -74.0]), np.array([29.0, 39.9, 40.7])
    for shift in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02):
        east, north = shift(lon, lat)
        assert [tuple(one) for one in zip(east, north, strict=True)] == [
            pytest.approx(shift(*one), abs=1e-12) for one in zip(lon.tolist(), lat.tolist(), strict=True)
        ]


def test_numbers_give_plain_floats():
    assert [type(one) for one in wgs84_to_gcj02(*LONGYOU)] == [float, float]


def test_nan_stays_nan():
    east, north = wgs84_to_gcj02(np.array([np.nan, 119.0]), np.array([29.0, 29.0]))
    assert np.isnan(east).tolist() == [True, False]
    assert not np.isnan(north[1])


def test_shapes_are_shifted_there_and_back():
    square = box(119.1, 29.0, 119.2, 29.1)
    shifted = shape_to_gcj02(square)
    assert not shifted.equals_exact(square, 1e-4)
    assert shape_to_wgs84(shifted).equals_exact(square, 1e-9)
