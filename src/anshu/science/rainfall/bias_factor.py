# SPDX-License-Identifier: Apache-2.0
"""Bias factor: what a private gauge must be multiplied by to sum to its neighbours."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("pypwsqc 期望订正系数 ams16，18720 时次，最大相差 2e-15",),
    valid_for="已剔除错误的 5 分钟雨量；邻站中位数可信；窗内邻站全无雨时无系数",
)
# A running sum of dry steps is rounding, not rain.
_DRY_MM: Final = 1e-9


def factors(rain_mm: ArrayLike, reference_mm: ArrayLike, *, window: int = 8064) -> Array:
    """Give 1/(1 + bias) at every step, bias = mean(G - M)/mean(M) over the last window.

    Parameters
    ----------
    rain_mm, reference_mm
        Shape (stations, times): the gauge and its neighbours' median (`neighbours.reference`).
    window
        Steps, the present one included.

    Returns
    -------
    ndarray
        Factors; NaN within the first window of a station's series and where neighbours saw no rain.

    References
    ----------
    de Vos et al. (2019), doi:10.1029/2019GL083731, section 3.3 (dynamic bias correction), with the factor taken anew
    at every step as in pypwsqc.
    """
    rain, median = np.asarray(rain_mm, float), np.asarray(reference_mm, float)
    differ, level = _mean(rain - median, window), _mean(median, window)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = level / (level + differ)
    started = np.cumsum(~np.isnan(rain), axis=-1) > 0
    seasoned = np.zeros(rain.shape, bool)
    seasoned[..., window:] = started[..., :-window]
    return np.where(seasoned & (level > _DRY_MM) & np.isfinite(found), found, np.nan)


def _mean(values: Array, window: int) -> Array:
    known = ~np.isnan(values)
    sums, counts = np.cumsum(np.where(known, values, 0.0), axis=-1), np.cumsum(known, axis=-1)
    sums[..., window:] = sums[..., window:] - sums[..., :-window]
    counts[..., window:] = counts[..., window:] - counts[..., :-window]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Array = sums / counts
    return mean
