# SPDX-License-Identifier: Apache-2.0
"""Rain over villages and townships: mean, highest and how much of the area was seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from anshu.science.rainfall.grid import Grid
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("多边形与网格交面积的解析值（shapely 求交）",),
    valid_for="等面积或近似等面积的米制网格；小于一格的村取所在格；覆盖不足者均值为缺测",
)
LEAST_COVERAGE: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """The cells an area touches and the share of the area that lies in each."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    share: Array


@dataclass(frozen=True, slots=True)
class AreaRain:
    """Rain over one area, in the field's unit.

    `coverage` is the share of the area whose cells are known; `highest` is the wettest cell the area touches.
    """

    mean: float
    highest: float
    coverage: float
    wet_share: float


def areas(frame: Grid, outlines: Iterable[BaseGeometry]) -> tuple[Area, ...]:
    """Lay outlines over a frame once, to be used with every field on it.

    Parameters
    ----------
    frame
        Any field on the cells.
    outlines
        Polygons, or points of villages without an outline, in WGS-84 degrees.

    Raises
    ------
    Refusal
        `outline_empty` with its place in the sequence.
    """
    return tuple(_area(frame, number, outline) for number, outline in enumerate(outlines))


def _area(frame: Grid, number: int, outline: BaseGeometry) -> Area:
    if outline.is_empty:
        raise Refusal("outline_empty", number=number)
    planar = shapely.transform(outline, lambda points: np.column_stack(frame.project(points[:, 0], points[:, 1])))
    if planar.area == 0:
        row, column = frame.cells_at(planar.centroid.x, planar.centroid.y)
        inside = np.atleast_1d(row) >= 0
        return Area(np.atleast_1d(row)[inside], np.atleast_1d(column)[inside], np.ones(int(inside.sum())))
    if not planar.is_valid:
        planar = shapely.make_valid(planar)
    rows, columns = _window(frame, planar.bounds)
    west, north = frame.west + columns * frame.cell_x, frame.north - rows * frame.cell_y
    cells = shapely.box(west, north - frame.cell_y, west + frame.cell_x, north)
    shapely.prepare(planar)
    whole = shapely.contains_properly(planar, cells)
    share = np.where(whole, frame.cell_x * frame.cell_y, 0.0)
    cut = shapely.intersects(planar, cells) & ~whole
    share[cut] = shapely.area(shapely.intersection(cells[cut], planar))
    kept = share > 0
    return Area(rows[kept], columns[kept], share[kept] / planar.area)


def _window(frame: Grid, bounds: tuple[float, float, float, float]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    height, width = frame.values.shape
    first, last = (int(np.floor((bounds[at] - frame.west) / frame.cell_x)) for at in (0, 2))
    top, bottom = (int(np.floor((frame.north - bounds[at]) / frame.cell_y)) for at in (3, 1))
    rows = np.arange(max(top, 0), min(bottom, height - 1) + 1)
    columns = np.arange(max(first, 0), min(last, width - 1) + 1)
    down, across = np.meshgrid(rows, columns, indexing="ij")
    return down.reshape(-1).astype(np.int64), across.reshape(-1).astype(np.int64)


def rain(
    field: Grid, within: Sequence[Area], *, least_coverage: float = LEAST_COVERAGE, wet: float = 0.1
) -> tuple[AreaRain, ...]:
    """Give each area's rain; the mean is missing where less than the least coverage is known.

    Parameters
    ----------
    field
        On the frame the areas were laid over.
    least_coverage
        Share of the area that must be known for a mean.
    wet
        From this value on a cell is wet.
    """
    return tuple(_rain(field.values, one, least_coverage, wet) for one in within)


def _rain(values: Array, area: Area, least_coverage: float, wet: float) -> AreaRain:
    under = values[area.rows, area.columns]
    known = ~np.isnan(under)
    coverage = float(area.share[known].sum())
    if coverage <= 0:
        return AreaRain(float("nan"), float("nan"), 0.0, float("nan"))
    highest = float(under[known].max())
    if coverage < least_coverage:
        return AreaRain(float("nan"), highest, coverage, float("nan"))
    mean = float((under[known] * area.share[known]).sum() / coverage)
    return AreaRain(mean, highest, min(coverage, 1.0), float(area.share[known & (under >= wet)].sum() / coverage))
