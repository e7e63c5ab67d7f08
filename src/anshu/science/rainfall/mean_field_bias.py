# SPDX-License-Identifier: Apache-2.0
"""Mean field bias: one factor that makes the radar's rain at the gauges sum to the gauges'."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed, paired
from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("OpenMRG 2015-07-25、08-27 留一法：均方根误差低于原始雷达",),
    valid_for="站网覆盖降雨区、偏差在场内大致均匀；少于 3 对有雨站时不订正",
)
LEAST_PAIRS: Final = 3
LEAST_MM: Final = 0.1
BOUNDS: Final = (0.1, 10.0)


def factor(gauge_mm: ArrayLike, radar_mm: ArrayLike, *, least_pairs: int = LEAST_PAIRS) -> float:
    """Give ΣG/ΣR over all pairs of which either is wet; 1 where too few are.

    Parameters
    ----------
    gauge_mm, radar_mm
        Of the same shape, over one step or over as many as the bias is believed to last; NaN missing.
    least_pairs
        Fewer wet pairs say nothing.

    Returns
    -------
    float
        Within 0.1 to 10, beyond which one of the two is broken.

    References
    ----------
    Goudenhoofdt, E. and Delobbe, L. (2009), Hydrology and Earth System Sciences 13, 195-203,
    doi:10.5194/hess-13-195-2009, equation 1.
    """
    gauge, radar = np.asarray(gauge_mm, float), np.asarray(radar_mm, float)
    wet = ~(np.isnan(gauge) | np.isnan(radar)) & (np.fmax(gauge, radar) >= LEAST_MM)
    total = float(radar[wet].sum())
    if np.count_nonzero(wet) < least_pairs or total <= 0:
        return 1.0
    return float(np.clip(gauge[wet].sum() / total, *BOUNDS))


def merge(radar: Grid, observed: Observed, *, bias: float | None = None) -> Grid:
    """Multiply the radar by one factor, that of this field's own pairs where none is given."""
    points, under = paired(radar, observed)
    return radar.with_values(radar.values * (factor(points.value, under) if bias is None else bias))
