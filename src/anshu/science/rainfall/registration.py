# SPDX-License-Identifier: Apache-2.0
"""Registration: the whole-cell shift that lays the radar's rain over the gauges'."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from anshu.science.rainfall.advection import whole_cells
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("OpenMRG 2015-07-25、08-27：平移后站点相关 0.61→0.86、0.73→0.87",),
    valid_for="位移在若干格以内、站点与时次合计不少于 30 对有雨；雨滴飘移、时标偏差与定位误差之和",
)
MOST_CELLS: Final = 4
LEAST_WET_PAIRS: Final = 30
# Chance alone finds some shift a little better; only a clear gain moves the radar.
LEAST_GAIN: Final = 0.05


@dataclass(frozen=True, slots=True)
class Shift:
    """Cells to move the radar east and south, with the correlation before and after."""

    east: int
    south: int
    before: float
    after: float


def find(fields: Sequence[Grid], observed: Sequence[Observed], *, most_cells: int = MOST_CELLS) -> Shift:
    """Find the shift that correlates best with the gauges over all steps; none where the gain is slight.

    Parameters
    ----------
    fields, observed
        The same accumulations, step by step, fields on one frame.
    most_cells
        The farthest shift tried, each way.

    References
    ----------
    Lack, S. A. and Fox, N. I. (2007), Atmospheric Research 85, 93-102, doi:10.1016/j.atmosres.2006.11.009 (rain
    drifts some kilometres between the radar's beam and the gauge).
    """
    if len(fields) != len(observed) or not fields:
        raise Refusal("shapes_differ", fields=len(fields), observed=len(observed))
    gauge = np.concatenate([one.value for one in observed])
    tried: dict[tuple[int, int], float] = {}
    for south in range(-most_cells, most_cells + 1):
        for east in range(-most_cells, most_cells + 1):
            tried[east, south] = _correlation(gauge, _under(fields, observed, east, south))
    before = tried[0, 0]
    best = max(tried, key=lambda one: (tried[one], -abs(one[0]) - abs(one[1])))
    if tried[best] < max(before, 0.0) + LEAST_GAIN:
        best = (0, 0)
    return Shift(*best, before, tried[best])


def move(field: Grid, shift: Shift) -> Grid:
    """Shift a field on its own cells; what comes in over the edge is missing."""
    return field.with_values(whole_cells(field.values, shift.east, shift.south))


def _under(fields: Sequence[Grid], observed: Sequence[Observed], east: int, south: int) -> Array:
    found = [
        field.at(points.x - east * field.cell_x, points.y + south * field.cell_y)
        for field, points in zip(fields, observed, strict=True)
    ]
    return np.concatenate(found)


def _correlation(gauge: Array, radar: Array) -> float:
    both = ~(np.isnan(gauge) | np.isnan(radar))
    x, y = gauge[both], radar[both]
    if np.count_nonzero(np.fmax(x, y) > 0.05) < LEAST_WET_PAIRS or x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])
