# SPDX-License-Identifier: Apache-2.0
"""Outlines of the ground a fire may have reached by given times, drawn from a raster of arrival times."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from anshu.science.fire_spread.travel_time import Ground
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("圆面积解析解",),
    valid_for="逐格到达时间线性内插；未到达或不可燃的格与到达格之间取半格",
)
DEFAULT_MINUTES: Final = (10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 240.0, 300.0, 360.0)
# Sides of a square of four middles (0 top, 1 right, 2 bottom, 3 left) joined for each of the sixteen cases; bits are
# top left 1, top right 2, bottom right 4, bottom left 8. Opposite corners are kept apart.
_JOINED: Final = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    5: ((3, 0), (1, 2)),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((2, 0),),
    10: ((0, 1), (2, 3)),
    11: ((2, 1),),
    12: ((1, 3),),
    13: ((1, 0),),
    14: ((0, 3),),
}


def isochrones(
    ground: Ground, arrival_s: Array, *, minutes: Sequence[float] = DEFAULT_MINUTES
) -> tuple[BaseGeometry, ...]:
    """Give the ground reached by each time as polygons in metres of the raster's projection.

    The times should reach beyond the last outline, so that it lies between middles that both have one. Islands that do
    not burn, or not yet, are holes. A fire at the border of the raster is cut off there.

    Raises
    ------
    Refusal
        `shapes_differ` where the times are not those of the raster.

    References
    ----------
    Lorensen, W. E. and Cline, H. E. (1987), Computer Graphics 21, 163-169, in two dimensions (marching squares).
    """
    if arrival_s.shape != ground.speed_m_s.shape:
        raise Refusal("shapes_differ", expected=ground.speed_m_s.shape, found=arrival_s.shape)
    padded = np.pad(arrival_s, 1, constant_values=np.inf)
    return tuple(_outline(ground, padded, 60.0 * one) for one in minutes)


def _outline(ground: Ground, padded: Array, level: float) -> BaseGeometry:
    inside = padded <= level
    along, down = _cut(padded[:, :-1], padded[:, 1:], level), _cut(padded[:-1], padded[1:], level)
    case = inside[:-1, :-1] + 2 * inside[:-1, 1:] + 4 * inside[1:, 1:] + 8 * inside[1:, :-1]
    segments = [np.empty((0, 2, 2))]
    for kind, pairs in _JOINED.items():
        row, column = np.nonzero(case == kind)
        # Where each side of the square is cut, as (column, row).
        sides = (
            (column + along[row, column], row),
            (column + 1.0, row + down[row, column + 1]),
            (column + along[row + 1, column], row + 1.0),
            (column, row + down[row, column]),
        )
        segments += [
            np.stack([np.stack(sides[one], axis=1), np.stack(sides[other], axis=1)], 1) for one, other in pairs
        ]
    places = np.concatenate(segments)
    # The first padded middle lies half a cell outside the corner.
    xy = np.stack([places[..., 0] - 0.5, 0.5 - places[..., 1]], axis=-1) * ground.cell_m
    lines = shapely.linestrings(xy + np.array([ground.west_m, ground.north_m]))
    area: BaseGeometry = shapely.build_area(shapely.multilinestrings(lines))
    return area


def _cut(one: Array, other: Array, level: float) -> Array:
    """Find how far between two middles the level lies: half way where one is never reached."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (level - one) / (other - one)
    return np.where(np.isfinite(one) & np.isfinite(other), np.clip(share, 0.0, 1.0), 0.5)
