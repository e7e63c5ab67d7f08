# SPDX-License-Identifier: Apache-2.0
"""The Chinese map datums GCJ-02 and BD-09 to WGS-84 and back: used at the edges only, never stored.

Source: the publicly known approximation of the GCJ-02 offset on the Krasovsky 1940 ellipsoid; it agrees with the
coordinates of the map services to about a metre. All functions take degrees, longitude first, as two numbers or two
arrays of one shape, and give the same back; NaN stays NaN. Outside mainland China's rectangle they change nothing.
"""

from collections.abc import Callable
from typing import cast, overload

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

_SEMI_MAJOR_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
_WEST, _EAST, _SOUTH, _NORTH = 73.66, 135.05, 3.86, 53.55
_BD09_TURN = np.pi * 3000.0 / 180.0
# A round takes the error down by about a thousand; six end at the last digit of a double.
_ROUNDS = 6


def inside_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """This will tell where the offset applies: the rectangle that the map services use."""
    return (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)


def _wave(turns: Floats, *terms: tuple[float, float]) -> Floats:
    """This will give two thirds of a sum of sines, each term an amplitude and a divisor of the half turn."""
    total = sum(size * np.sin(turns * np.pi / divisor) for size, divisor in terms)
    return cast(Floats, total * 2.0 / 3.0)


def _offset(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """This will give the offset of GCJ-02 against WGS-84 in degrees, longitude and latitude."""
    x, y = lon - 105.0, lat - 35.0
    ripple = _wave(x, (20.0, 1 / 6), (20.0, 1 / 2))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += ripple + _wave(x, (20.0, 1.0), (40.0, 3.0)) + _wave(x, (150.0, 12.0), (300.0, 30.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += ripple + _wave(y, (20.0, 1.0), (40.0, 3.0)) + _wave(y, (160.0, 12.0), (320.0, 30.0))
    radians = np.radians(lat)
    squeeze = 1.0 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    parallel = _SEMI_MAJOR_M / np.sqrt(squeeze) * np.cos(radians)
    meridian = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / squeeze**1.5
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = inside_china(lon, lat)
    east, north = _offset(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def _from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = inside_china(lon, lat)
    true_lon, true_lat = lon, lat
    for _ in range(_ROUNDS):
        east, north = _offset(true_lon, true_lat)
        true_lon, true_lat = lon - east, lat - north
    return np.where(inside, true_lon, lon), np.where(inside, true_lat, lat)


def _to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = inside_china(lon, lat)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD09_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD09_TURN)
    east, north = radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
    return np.where(inside, east, lon), np.where(inside, north, lat)


def _from_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = inside_china(lon, lat)
    x, y = lon - 0.0065, lat - 0.006
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * _BD09_TURN)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _BD09_TURN)
    return (
        np.where(inside, radius * np.cos(angle), lon),
        np.where(inside, radius * np.sin(angle), lat),
    )


def _apply(shift: Shift, lon: float | Floats, lat: float | Floats) -> tuple[float | Floats, float | Floats]:
    """This will run an array function on numbers or arrays and give back what it was given."""
    xs, ys = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    east, north = shift(xs, ys)
    return (float(east), float(north)) if xs.ndim == ys.ndim == 0 else (east, north)


@overload
def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]: ...
def wgs84_to_gcj02(lon: float | Floats, lat: float | Floats) -> tuple[float | Floats, float | Floats]:
    """This will shift stored coordinates for display on a GCJ-02 map."""
    return _apply(_to_gcj02, lon, lat)


@overload
def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]: ...
def gcj02_to_wgs84(lon: float | Floats, lat: float | Floats) -> tuple[float | Floats, float | Floats]:
    """This will undo `wgs84_to_gcj02` to better than 1e-9 degrees, by iteration.

    The one-step inverse found in many libraries takes the offset at the shifted place instead and is off by up to a
    few metres.
    """
    return _apply(_from_gcj02, lon, lat)


@overload
def gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]: ...
def gcj02_to_bd09(lon: float | Floats, lat: float | Floats) -> tuple[float | Floats, float | Floats]:
    """This will shift GCJ-02 to Baidu's BD-09."""
    return _apply(_to_bd09, lon, lat)


@overload
def bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]: ...
@overload
def bd09_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]: ...
def bd09_to_gcj02(lon: float | Floats, lat: float | Floats) -> tuple[float | Floats, float | Floats]:
    """This will shift BD-09 to GCJ-02 by the service's own formula, which undoes the other way to about a metre."""
    return _apply(_from_bd09, lon, lat)


def shape_to_wgs84(shape: BaseGeometry) -> BaseGeometry:
    """This will shift every vertex of a GCJ-02 shape to WGS-84."""

    def shift(places: Floats) -> Floats:
        return np.stack(_from_gcj02(places[:, 0], places[:, 1]), axis=1)

    return shapely.transform(shape, shift)


def shape_to_gcj02(shape: BaseGeometry) -> BaseGeometry:
    """This will shift every vertex of a stored shape to GCJ-02."""

    def shift(places: Floats) -> Floats:
        return np.stack(_to_gcj02(places[:, 0], places[:, 1]), axis=1)

    return shapely.transform(shape, shift)
