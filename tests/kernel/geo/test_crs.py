# SPDX-License-Identifier: Apache-2.0
"""One stored system; projected ones come in and go out without moving anything."""

import pytest
from shapely import Point, box

from anshu.kernel.geo.crs import (
    CGCS2000_SRID,
    COUNTY_METRES_SRID,
    STORED_SRID,
    UnknownCrsError,
    crs_of,
    from_stored,
    is_stored,
    to_stored,
)
from anshu.kernel.geo.distance import area_m2

LONGYOU = Point(119.18, 29.03)


@pytest.mark.parametrize("given", [STORED_SRID, CGCS2000_SRID, "EPSG:4490", "EPSG:4326", "OGC:CRS84"])
def test_cgcs2000_and_wgs84_are_stored_unchanged(given):
    assert is_stored(given)
    assert to_stored(LONGYOU, given) is LONGYOU
    assert from_stored(LONGYOU, given) is LONGYOU


@pytest.mark.parametrize("given", [COUNTY_METRES_SRID, "EPSG:4549", "EPSG:3857", 4508])
def test_projected_coordinates_come_back(given):
    assert not is_stored(given)
    projected = from_stored(LONGYOU, given)
    assert abs(projected.x) > 1000
    assert to_stored(projected, given).equals_exact(LONGYOU, 1e-9)


def test_gauss_krueger_puts_longyou_west_of_its_central_meridian():
    projected = from_stored(LONGYOU, COUNTY_METRES_SRID)
    assert 400_000 < projected.x < 500_000
    assert 3_200_000 < projected.y < 3_230_000


def test_ellipsoidal_area_agrees_with_the_projected_one():
    square = box(119.15, 29.0, 119.25, 29.1)
    assert area_m2(square) == pytest.approx(from_stored(square, COUNTY_METRES_SRID).area, rel=1e-3)


@pytest.mark.parametrize("given", ["EPSG:999999", "nonsense", ""])
def test_unknown_system_is_named(given):
    with pytest.raises(UnknownCrsError) as raised:
        crs_of(given)
    assert raised.value.given == given
