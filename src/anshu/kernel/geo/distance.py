# SPDX-License-Identifier: Apache-2.0
"""Lengths, directions and areas on the ellipsoid, for stored coordinates (degrees, longitude first)."""

from collections.abc import Iterable

from pyproj import Geod
from shapely import Point
from shapely.geometry.base import BaseGeometry

Place = tuple[float, float]

# CGCS2000's ellipsoid; it differs from WGS 84's by a tenth of a millimetre.
_GEOD = Geod(a=6_378_137.0, rf=298.257_222_101)


def distance_m(one: Place, other: Place) -> float:
    """This will measure the shortest way between two places in metres."""
    return float(_GEOD.inv(*one, *other)[2])


def bearing_deg(start: Place, to: Place) -> float:
    """This will give the direction at `start` towards `to`, clockwise from north, 0 to 360; NaN for one place."""
    if start == to:
        return float("nan")
    return float(_GEOD.inv(*start, *to)[0]) % 360.0


def destination(start: Place, bearing: float, metres: float) -> Place:
    """This will give the place that lies so many metres away in a direction."""
    lon, lat, _ = _GEOD.fwd(*start, bearing, metres)
    return float(lon), float(lat)


def area_m2(shape: BaseGeometry) -> float:
    """This will measure a polygon's area on the ellipsoid in square metres."""
    return abs(float(_GEOD.geometry_area_perimeter(shape)[0]))


def length_m(shape: BaseGeometry) -> float:
    """This will measure a line's length on the ellipsoid in metres."""
    return float(_GEOD.geometry_length(shape))


def contains(shape: BaseGeometry, place: Place) -> bool:
    """This will tell whether a place lies in a polygon or on its border."""
    return bool(shape.covers(Point(place)))


def nearest(place: Place, candidates: Iterable[Place]) -> tuple[int, float] | None:
    """This will name the nearest of some places by its number, with its distance in metres."""
    measured = ((number, distance_m(place, other)) for number, other in enumerate(candidates))
    return min(measured, key=lambda pair: pair[1], default=None)
