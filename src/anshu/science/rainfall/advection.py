# SPDX-License-Identifier: Apache-2.0
"""Advection correction: rain that crosses several cells between two scans is spread along its way."""

from typing import Final

import numpy as np

from anshu.science.rainfall.grid import Grid
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("平移解析场：位移与中间时刻复原", "OpenMRG 2015-08-27 飑线：站点累计误差下降"),
    valid_for="两次扫描相隔 10 分钟以内、全场近似同一移向移速；不含生消",
)
MOST_CELLS: Final = 8
# Amounts are compared by their logarithm, or one core would decide alone.
_FLOOR: Final = 0.1


def motion(first: Grid, second: Grid, *, most_cells: int = MOST_CELLS) -> tuple[float, float]:
    """Find how many cells east and south the rain moved between two fields, by their cross-covariance.

    Parameters
    ----------
    first, second
        Fields on one frame; missing cells count as dry.
    most_cells
        The farthest motion tried, each way.

    Returns
    -------
    tuple
        Cells east and south, to a fraction of a cell; zero where either field is dry.

    References
    ----------
    Anagnostou, E. N. and Krajewski, W. F. (1999), Journal of Atmospheric and Oceanic Technology 16, 189-197, section 3.
    """
    if not first.same_cells(second):
        raise Refusal("frames_differ")
    here, there = _contrast(first.values), _contrast(second.values)
    if not (here.any() and there.any()):
        return 0.0, 0.0
    # Room for the farthest motion keeps the far edge from meeting the near one.
    size = tuple(length + 2 * most_cells for length in here.shape)
    spectrum = np.conj(np.fft.rfft2(here, size)) * np.fft.rfft2(there, size)
    covariance = np.fft.irfft2(spectrum, size)
    reach = np.arange(-most_cells, most_cells + 1)
    near = covariance[np.ix_(reach, reach)]
    south, east = np.unravel_index(int(np.argmax(near)), near.shape)
    return (
        float(reach[east]) + _vertex(near[south], int(east)),
        float(reach[south]) + _vertex(near[:, east], int(south)),
    )


def _contrast(values: Array) -> Array:
    logarithm = np.log1p(np.nan_to_num(values) / _FLOOR)
    return np.asarray(logarithm - logarithm.mean(), float)


def _vertex(along: Array, at: int) -> float:
    """This will place the peak between cells, by a parabola through its neighbours."""
    if not 0 < at < along.size - 1:
        return 0.0
    before, peak, after = along[at - 1 : at + 2]
    bend = before - 2.0 * peak + after
    return float((before - after) / (2.0 * bend)) if bend < 0 else 0.0


def between(first: Grid, second: Grid, moved: tuple[float, float], share: float) -> Array:
    """Give the field a share of the way from one scan to the next: both carried there and weighted by nearness."""
    east, south = moved
    ahead = carried(first.values, east * share, south * share)
    back = carried(second.values, -east * (1.0 - share), -south * (1.0 - share))
    blend = (1.0 - share) * ahead + share * back
    return np.where(np.isnan(ahead), back, np.where(np.isnan(back), ahead, blend))


def carried(values: Array, east: float, south: float) -> Array:
    """Move values by fractions of cells, bilinearly; what comes in over the edge is missing."""
    down, across = int(np.floor(south)), int(np.floor(east))
    low, right = south - down, east - across
    found = np.zeros(values.shape)
    for rows, row_weight in ((down, 1.0 - low), (down + 1, low)):
        for columns, weight in ((across, row_weight * (1.0 - right)), (across + 1, row_weight * right)):
            if weight > 0:
                found += weight * whole_cells(values, columns, rows)
    return found


def whole_cells(values: Array, east: int, south: int) -> Array:
    """Move values by whole cells; what comes in over the edge is missing."""
    rows, columns = values.shape
    moved = np.full((rows, columns), np.nan)
    to_rows, from_rows = _overlap(south, rows)
    to_columns, from_columns = _overlap(east, columns)
    moved[to_rows, to_columns] = values[from_rows, from_columns]
    return moved


def _overlap(by: int, size: int) -> tuple[slice, slice]:
    return slice(max(by, 0), max(size + min(by, 0), 0)), slice(max(-by, 0), max(size - max(by, 0), 0))
