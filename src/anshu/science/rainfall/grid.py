# SPDX-License-Identifier: Apache-2.0
"""One field of rain on a regular grid: values with their place, time and unit."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from anshu.science.standing import Refusal
from anshu.science.units import Array

Unit = Literal["mm", "mm/h", "dBZ", "m"]
HOUR_S: Final = 3600.0
# What a radar that hears nothing is given: far below the lightest drizzle and above any product's lowest code.
NO_ECHO_DBZ: Final = -32.0


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A field, northern row first; a missing cell is NaN and never zero.

    Parameters
    ----------
    values
        Shape (rows, columns).
    crs
        Proj string, WKT or authority code that pyproj understands.
    west, north
        Outer edges of the upper left cell in the units of the CRS.
    cell_x, cell_y
        Width and height of a cell, both positive, in the units of the CRS.
    time
        The stamp the source gives, aware; None where it gives none.
    unit
        `mm` in the accumulation, `mm/h`, `dBZ`, or `m` for ground.
    accumulation_s
        Seconds one value stands for; NaN where unknown.
    notes
        Codes of what the reader had to assume or mend, such as `unit_assumed` or `rows_by_latitude`.
    """

    values: Array
    crs: str
    west: float
    north: float
    cell_x: float
    cell_y: float
    time: datetime | None = None
    unit: Unit = "mm/h"
    accumulation_s: float = float("nan")
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or not (self.cell_x > 0 and self.cell_y > 0):
            raise Refusal("grid_malformed", shape=self.values.shape, cell=(self.cell_x, self.cell_y))

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Tell where the field is missing."""
        return np.isnan(self.values)

    @property
    def x(self) -> Array:
        """Give the middle of each column, west to east."""
        return self.west + (np.arange(self.values.shape[1], dtype=float) + 0.5) * self.cell_x

    @property
    def y(self) -> Array:
        """Give the middle of each row, north to south."""
        return self.north - (np.arange(self.values.shape[0], dtype=float) + 0.5) * self.cell_y

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Give the affine numbers in rasterio's order (a, b, c, d, e, f)."""
        return (self.cell_x, 0.0, self.west, 0.0, -self.cell_y, self.north)

    def centres(self) -> tuple[Array, Array]:
        """Give x and y of every cell's middle, each in the shape of the values."""
        across, down = np.meshgrid(self.x, self.y)
        return across, down

    def with_values(self, values: ArrayLike, unit: Unit | None = None) -> "Grid":
        """Put other values on the same cells."""
        given = np.asarray(values, float)
        if given.shape != self.values.shape:
            raise Refusal("shapes_differ", grid=self.values.shape, values=given.shape)
        return replace(self, values=given, unit=unit or self.unit)

    def same_cells(self, other: "Grid") -> bool:
        """Tell whether another field lies on the same cells."""
        ours = (self.west, self.north, self.cell_x, self.cell_y)
        theirs = (other.west, other.north, other.cell_x, other.cell_y)
        near = np.allclose(ours, theirs, rtol=0.0, atol=1e-6 * self.cell_x)
        return self.values.shape == other.values.shape and self.crs == other.crs and bool(near)

    def require_metric(self) -> "Grid":
        """Refuse a grid in degrees, on which distances in metres would be nonsense."""
        if _geographic(self.crs):
            raise Refusal("crs_not_metric", crs=self.crs)
        return self

    def amount_mm(self) -> "Grid":
        """Turn a rate into the millimetres of the accumulation; an amount stays as it is.

        Raises
        ------
        Refusal
            `accumulation_unknown` or `not_rain` (dBZ must pass a Z-R relation first).
        """
        if self.unit == "mm":
            return self
        hours = self._hours()
        return self.with_values(self.values * hours, "mm")

    def rate_mm_h(self) -> "Grid":
        """Turn an amount into millimetres an hour; a rate stays as it is."""
        if self.unit == "mm/h":
            return self
        hours = self._hours()
        return self.with_values(self.values / hours, "mm/h")

    def _hours(self) -> float:
        if self.unit not in ("mm", "mm/h"):
            raise Refusal("not_rain", unit=self.unit)
        if not self.accumulation_s > 0:
            raise Refusal("accumulation_unknown", accumulation_s=self.accumulation_s)
        return self.accumulation_s / HOUR_S

    def project(self, longitude: ArrayLike, latitude: ArrayLike) -> tuple[Array, Array]:
        """Project WGS-84 degrees into the grid's CRS."""
        x, y = _transformer(self.crs).transform(np.asarray(longitude, float), np.asarray(latitude, float))
        return np.asarray(x, float), np.asarray(y, float)

    def unproject(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Turn the grid's coordinates into WGS-84 longitude and latitude."""
        given = np.asarray(x, float), np.asarray(y, float)
        longitude, latitude = _transformer(self.crs).transform(*given, direction="INVERSE")
        return np.asarray(longitude, float), np.asarray(latitude, float)

    def cells_at(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find row and column of points in the grid's CRS; -1 for both outside."""
        across = np.floor((np.asarray(x, float) - self.west) / self.cell_x)
        down = np.floor((self.north - np.asarray(y, float)) / self.cell_y)
        rows, columns = self.values.shape
        inside = (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
        return np.where(inside, down, -1).astype(np.int64), np.where(inside, across, -1).astype(np.int64)

    def at(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Read the cell under each point of the grid's CRS; NaN outside."""
        row, column = self.cells_at(x, y)
        return np.where(row >= 0, self.values[row, column], np.nan)

    def at_lonlat(self, longitude: ArrayLike, latitude: ArrayLike) -> Array:
        """Read the cell under each WGS-84 point; NaN outside."""
        return self.at(*self.project(longitude, latitude))


@lru_cache(maxsize=32)
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@lru_cache(maxsize=32)
def _geographic(crs: str) -> bool:
    return bool(CRS.from_user_input(crs).is_geographic)
