# SPDX-License-Identifier: Apache-2.0
"""One stored coordinate reference system, and the way in and out of it.

Stored are degrees, longitude first. CGCS2000 (EPSG:4490) and WGS 84 (EPSG:4326) differ by a few centimetres and count
as the same; columns carry 4326 because every map client knows it.
"""

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

STORED_SRID = 4326
CGCS2000_SRID = 4490
# CGCS2000 / 3-degree Gauss-Krueger, central meridian 120 E: metres, for 118.5 to 121.5 E.
COUNTY_METRES_SRID = 4549
_STORED = CRS.from_epsg(STORED_SRID)
_SAME_AS_STORED = (_STORED, CRS.from_epsg(CGCS2000_SRID))


class UnknownCrsError(ValueError):
    """A coordinate reference system that nobody can name."""

    def __init__(self, given: str) -> None:
        super().__init__(given)
        self.given = given


@lru_cache(maxsize=64)
def crs_of(given: int | str) -> CRS:
    """This will understand an EPSG number, "EPSG:4549" or a WKT text; raises UnknownCrsError."""
    try:
        return CRS.from_user_input(given)
    except CRSError as error:
        raise UnknownCrsError(str(given)) from error


def is_stored(given: int | str) -> bool:
    """This will tell whether coordinates in this system can be stored as they are."""
    crs = crs_of(given)
    return any(crs.equals(known, ignore_axis_order=True) for known in _SAME_AS_STORED)


def is_wgs84(given: int | str) -> bool:
    """This will tell whether a system is plain WGS 84, which files also claim when nobody thought about it."""
    return crs_of(given).equals(_STORED, ignore_axis_order=True)


@lru_cache(maxsize=64)
def _transformer(source: int | str, target: int | str) -> Transformer:
    return Transformer.from_crs(crs_of(source), crs_of(target), always_xy=True)


def transformed(shape: BaseGeometry, source: int | str, target: int | str) -> BaseGeometry:
    """This will carry a shape from one system to another, x (east, longitude) first in both."""
    transformer = _transformer(source, target)

    def carry(places: Floats) -> Floats:
        return np.stack(transformer.transform(places[:, 0], places[:, 1]), axis=1)

    return shapely.transform(shape, carry)


def to_stored(shape: BaseGeometry, source: int | str) -> BaseGeometry:
    """This will carry a shape into the stored system."""
    return shape if is_stored(source) else transformed(shape, source, STORED_SRID)


def from_stored(shape: BaseGeometry, target: int | str) -> BaseGeometry:
    """This will carry a stored shape into another system."""
    return shape if is_stored(target) else transformed(shape, STORED_SRID, target)
