# SPDX-License-Identifier: Apache-2.0
"""Inverse distance: gauges alone, and gauges' residuals laid over the radar."""

from typing import Final

import numpy as np

from anshu.science.rainfall import mean_field_bias
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed, paired, parts
from anshu.science.rainfall.reach import REACH_M, faded
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("OpenMRG 2015-07-25、08-27 留一法：融合低于原始雷达与单用雨量站",),
    valid_for="站距不超过降雨尺度；站点处与雨量站一致",
)
POWER: Final = 2.0
# Nearer than this the point is the gauge.
_TOUCHING_M: Final = 1.0


def interpolate(observed: Observed, x: Array, y: Array, *, power: float = POWER) -> Array:
    """Interpolate known points by Σ d⁻ᵖ v / Σ d⁻ᵖ; NaN where there is no point.

    References
    ----------
    Shepard, D. (1968), Proceedings of the 23rd ACM National Conference, 517-524, doi:10.1145/800186.810616.
    """
    known = observed.known()
    found = np.full(x.shape, np.nan)
    if len(known) == 0:
        return found
    flat, across, down = found.reshape(-1), x.reshape(-1), y.reshape(-1)
    for part in parts(flat.size, len(known)):
        away = np.hypot(across[part, None] - known.x, down[part, None] - known.y)
        weight = np.maximum(away, _TOUCHING_M) ** -power
        flat[part] = weight @ known.value / weight.sum(axis=1)
    return flat.reshape(x.shape)


def gauges_only(frame: Grid, observed: Observed, *, power: float = POWER) -> Grid:
    """Interpolate gauges onto a grid's cells without looking at its values."""
    return frame.with_values(interpolate(observed, *frame.centres(), power=power))


def merge(
    radar: Grid, observed: Observed, *, bias: float | None = None, power: float = POWER, reach_m: float = REACH_M
) -> Grid:
    """Lay the interpolated differences gauge - radar over the radar, whose mean field bias is taken out first.

    Parameters
    ----------
    radar
        An amount; missing cells stay missing.
    observed
        Gauges in the same unit.
    bias
        The factor to take out first; that of these pairs where not given, 1 for none.
    power
        Of the distance.
    reach_m
        Farther from every gauge the radar stays as it is.

    References
    ----------
    Goudenhoofdt and Delobbe (2009), doi:10.5194/hess-13-195-2009; Bartels, H. et al. (2004), RADOLAN final report,
    difference adjustment.
    """
    level = mean_field_bias.merge(radar.require_metric(), observed, bias=bias)
    points, under = paired(level, observed)
    if len(points) == 0:
        return level
    residual = interpolate(points.with_values(points.value - under), *level.centres(), power=power)
    return faded(level, level.values + residual, points, reach_m=reach_m)
