# SPDX-License-Identifier: Apache-2.0
"""The catchment above a point of a stream, from an elevation model (DEM 提取流域)."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from anshu.science.extra import library
from anshu.science.flood.unit_hydrograph import Catchment
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("解析谷地的面积、流程、坡度", "逐格 D8 追踪的流域范围"),
    valid_for="分辨率足以分辨河道的高程模型；平原圩区、暗涵、喀斯特地区不适用；出口须落在河道附近",
)
_NO_DATA: Final = -9999.0
# Code of each direction with its step down and to the right, as pyflwdir and others write D8.
_D8: Final = (
    (1, 0, 1),
    (2, 1, 1),
    (4, 1, 0),
    (8, 1, -1),
    (16, 0, -1),
    (32, -1, -1),
    (64, -1, 0),
    (128, -1, 1),
)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Terrain:
    """Elevation in metres by cell, rows from the north; NaN where missing.

    Parameters
    ----------
    elevation_m
        Rows and columns.
    west, north
        Upper left corner, in metres of a projection or, if `geographic`, in degrees.
    cell
        Side of the square cells, same unit.
    geographic
        Whether the grid is in degrees.
    """

    elevation_m: Array
    west: float
    north: float
    cell: float
    geographic: bool = False


@dataclass(frozen=True, slots=True)
class Basin:
    """A delineated catchment: its cells and outline, the outlet used, area, longest flow path and mean slope."""

    mask: Mask
    outline: BaseGeometry
    outlet: tuple[float, float]
    area_km2: float
    flow_path_m: float
    slope: float
    touches_edge: bool

    def catchment(self, curve_number: float | None) -> Catchment:
        """Give what the unit hydrograph needs, with a local curve number."""
        return Catchment(self.area_km2, self.flow_path_m, self.slope, curve_number)


def delineate(terrain: Terrain, *, outlet: tuple[float, float], snap_m: float = 200.0) -> Basin:
    """Find the ground that drains through an outlet, after filling pits (D8).

    The outlet moves to the nearest cell of the stream: one with at least half the most ground above it that any cell
    within the snapping distance has. Slope is the mean over cells of |∇z|.

    Raises
    ------
    Refusal
        `outside_terrain` where the outlet is not on the model, `library_missing` without pyflwdir.

    References
    ----------
    Wang, L. and Liu, H. (2006), International Journal of Geographical Information Science 20, 193-213 (filling);
    O'Callaghan, J. F. and Mark, D. M. (1984), Computer Vision 28, 323-344 (D8); by pyflwdir, directions
    taken anew as the steepest.
    """
    row, column = _cell_of(terrain, outlet)
    flow = _directions(terrain)
    above = np.where(flow.mask.reshape(terrain.elevation_m.shape), flow.upstream_area("cell"), -1)
    row, column = _snapped(terrain, above, (row, column), snap_m)
    mask: Mask = flow.basins(idxs=np.array([row * above.shape[1] + column])) > 0
    east, north = _cell_m(terrain)
    edge = mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()
    gap = np.isnan(terrain.elevation_m) & _beside(mask)
    return Basin(
        mask,
        _outline(terrain, mask),
        (terrain.west + (column + 0.5) * terrain.cell, terrain.north - (row + 0.5) * terrain.cell),
        float((mask.sum(axis=1) * east[:, 0] * north[:, 0]).sum()) / 1e6,
        _longest_m(flow, mask, east * np.ones_like(above), north * np.ones_like(above)),
        float(np.nanmean(_slope(terrain)[mask])),
        bool(edge or gap.any()),
    )


def read_terrain(content: bytes) -> Terrain:
    """Read a raster of elevations (GeoTIFF, ASCII grid, IMG …) from its bytes.

    Raises
    ------
    Refusal
        `not_a_terrain` where it cannot be read, is turned or has cells that are not square; `library_missing` without
        rasterio.
    """
    io, errors = library("rasterio.io"), library("rasterio.errors")
    try:
        with io.MemoryFile(content) as file, file.open() as raster:
            grid, at, crs = raster.read(1, masked=True), raster.transform, raster.crs
    except errors.RasterioError as unreadable:
        raise Refusal("not_a_terrain", reason=str(unreadable)) from unreadable
    if at.b != 0 or at.d != 0 or at.e >= 0 or not np.isclose(at.a, -at.e, rtol=1e-6):
        raise Refusal("not_a_terrain", reason="cells")
    elevation = np.where(np.ma.getmaskarray(grid), np.nan, grid.data.astype(float))
    return Terrain(elevation, float(at.c), float(at.f), float(at.a), bool(crs is not None and crs.is_geographic))


def _directions(terrain: Terrain) -> Any:
    """Give each cell its steepest way down on filled ground; across flats, the way by which they were filled."""
    ground = np.where(np.isnan(terrain.elevation_m), _NO_DATA, terrain.elevation_m).astype(np.float32)
    filled, codes = library("pyflwdir.dem").fill_depressions(ground, nodata=_NO_DATA)
    known = np.where(np.isnan(terrain.elevation_m), np.inf, filled.astype(float))
    padded = np.pad(known, 1, constant_values=np.inf)
    rows, columns = known.shape
    east, north = _cell_m(terrain)
    falls = []
    for _, down, right in _D8:
        there = padded[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
        falls.append((known - np.where(np.isinf(known), 0.0, there)) / np.hypot(down * north, right * east))
    steepest = np.argmax(falls, axis=0)
    downhill = (np.max(falls, axis=0) > 0) & np.isfinite(known)
    codes = np.where(downhill, np.array([code for code, _, _ in _D8], np.uint8)[steepest], codes)
    return library("pyflwdir").from_array(codes, ftype="d8", check_ftype=False)


def _longest_m(flow: Any, mask: Mask, east: Array, north: Array) -> float:
    """Walk upstream from the outlet and give the longest way, metres."""
    columns, inside = mask.shape[1], mask.ravel()
    down, longest = np.asarray(flow.idxs_ds), np.zeros(inside.size)
    order = np.asarray(flow.idxs_seq)
    order = order[inside[order]]
    below = down[order]
    step = np.hypot(
        (order // columns - below // columns) * north.ravel()[order],
        (order % columns - below % columns) * east.ravel()[order],
    )
    # Downstream cells come first; the outlet itself drains out of the catchment and stays at nothing.
    for cell, lower, away in zip(order.tolist(), below.tolist(), step.tolist(), strict=True):
        if lower != cell and inside[lower]:
            longest[cell] = longest[lower] + away
    return float(longest.max())


def _cell_of(terrain: Terrain, place: tuple[float, float]) -> tuple[int, int]:
    row = int(np.floor((terrain.north - place[1]) / terrain.cell))
    column = int(np.floor((place[0] - terrain.west) / terrain.cell))
    rows, columns = terrain.elevation_m.shape
    if not (0 <= row < rows and 0 <= column < columns) or np.isnan(terrain.elevation_m[row, column]):
        raise Refusal("outside_terrain", x=place[0], y=place[1])
    return row, column


def _snapped(terrain: Terrain, above: Array, cell: tuple[int, int], snap_m: float) -> tuple[int, int]:
    east, north = _cell_m(terrain)
    row, column = np.indices(above.shape)
    away = np.hypot((row - cell[0]) * north[cell[0]], (column - cell[1]) * east[cell[0]])
    within = away <= snap_m
    stream = within & (above >= above[within].max() / 2)
    found = int(np.where(stream, away, np.inf).argmin())
    return found // above.shape[1], found % above.shape[1]


def _slope(terrain: Terrain) -> Array:
    east, north = _cell_m(terrain)
    steepness: Array = np.hypot(
        np.gradient(terrain.elevation_m, axis=0) / north, np.gradient(terrain.elevation_m, axis=1) / east
    )
    return steepness


def _cell_m(terrain: Terrain) -> tuple[Array, Array]:
    """Give width and height of the cells of each row, metres; a degree by the series of the WGS 84 ellipsoid."""
    rows = terrain.elevation_m.shape[0]
    if not terrain.geographic:
        return np.full((rows, 1), terrain.cell), np.full((rows, 1), terrain.cell)
    latitude = np.radians(terrain.north - (np.arange(rows)[:, None] + 0.5) * terrain.cell)
    east = 111412.84 * np.cos(latitude) - 93.5 * np.cos(3 * latitude) + 0.118 * np.cos(5 * latitude)
    north = 111132.92 - 559.82 * np.cos(2 * latitude) + 1.175 * np.cos(4 * latitude)
    return terrain.cell * east, terrain.cell * north


def _beside(mask: Mask) -> Mask:
    padded = np.pad(mask, 1)
    return padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]


def _outline(terrain: Terrain, mask: Mask) -> BaseGeometry:
    row, column = np.nonzero(mask)
    west, north = terrain.west + column * terrain.cell, terrain.north - row * terrain.cell
    return shapely.union_all(np.asarray(shapely.box(west, north - terrain.cell, west + terrain.cell, north), object))
