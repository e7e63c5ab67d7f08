# SPDX-License-Identifier: Apache-2.0
"""Reach: how far from its gauges a merged field may differ from the radar."""

from typing import Final

import numpy as np

from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed, parts
from anshu.science.units import Array

REACH_M: Final = 60_000.0


def faded(radar: Grid, merged: Array, points: Observed, *, reach_m: float = REACH_M) -> Grid:
    """Keep the merged values up to half the reach from the nearest gauge, the radar's own beyond it, blended between.

    Parameters
    ----------
    radar
        The radar with its mean bias taken out.
    merged
        Values on the same cells.
    points
        The gauges that were merged, at least one.
    """
    x, y = radar.centres()
    flat, across, down = np.empty(x.size), x.reshape(-1), y.reshape(-1)
    for part in parts(flat.size, len(points)):
        away = np.hypot(across[part, None] - points.x, down[part, None] - points.y)
        flat[part] = away.min(axis=1)
    share = np.clip(2.0 - 2.0 * flat.reshape(x.shape) / reach_m, 0.0, 1.0)
    return radar.with_values(np.maximum(share * merged + (1.0 - share) * radar.values, 0.0))
