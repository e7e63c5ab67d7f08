# SPDX-License-Identifier: Apache-2.0
"""Which stations count as neighbours, and what they report together."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("pypwsqc 期望标志（PWS Amsterdam）间接",),
    valid_for="同类雨量站，距离不含 0（同址站不互为邻站）",
)
RANGE_M: Final = 10_000.0


def within(distances_m: ArrayLike, *, range_m: float = RANGE_M) -> NDArray[np.bool_]:
    """Tell for every two stations whether they are nearer than the range and not at one place."""
    distances = np.asarray(distances_m, float)
    return np.asarray((distances < range_m) & (distances > 0))


def reference(rain_mm: ArrayLike, near: ArrayLike) -> tuple[Array, NDArray[np.int64]]:
    """Give the median rain of each station's neighbours and how many of them report.

    Parameters
    ----------
    rain_mm
        Shape (stations, times).
    near
        Shape (stations, stations), from `within`.

    Returns
    -------
    tuple
        Median in mm (NaN where none reports) and counts, both (stations, times).

    References
    ----------
    de Vos, L. W., Leijnse, H., Overeem, A. and Uijlenhoet, R. (2019), Geophysical Research Letters 46, 8820-8829,
    doi:10.1029/2019GL083731, section 3.
    """
    rain, linked = np.asarray(rain_mm, float), np.asarray(near, bool)
    median = np.full(rain.shape, np.nan)
    reporting = np.zeros(rain.shape, np.int64)
    for station, row in enumerate(linked):
        if row.any():
            median[station] = known_quantile(rain[row], 0.5)
            reporting[station] = np.count_nonzero(~np.isnan(rain[row]), axis=0)
    return median, reporting


def known_quantile(values: Array, share: float) -> Array:
    """Give a quantile along the first axis, missing values left out and ranks interpolated; NaN where all are missing.

    A sort and two picks: `numpy.nanquantile` takes a hundred times as long on many short columns.
    """
    ordered = np.sort(values, axis=0)
    rank = share * np.maximum(np.count_nonzero(~np.isnan(values), axis=0) - 1, 0)
    below = np.floor(rank).astype(np.int64)
    lower, upper = (np.take_along_axis(ordered, at[None], 0)[0] for at in (below, np.ceil(rank).astype(np.int64)))
    return np.asarray(lower + (upper - lower) * (rank - below), float)
