# SPDX-License-Identifier: Apache-2.0
"""Station outlier: a gauge whose series does not follow its neighbours'."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.rainfall.neighbours import known_quantile
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("pypwsqc 期望标志 ams16，18720 时次逐值",),
    valid_for="5 分钟自动雨量站，窗长 28 天（8064 时次），至少 5 个邻站各有 200 个以上有雨时次",
)
# Below this share of its own mean square a variance is rounding, and the series constant.
_CONSTANT: Final = 1e-12


def flags(
    rain_mm: ArrayLike,
    near: ArrayLike,
    *,
    window: int = 8064,
    more_wet_than: int = 200,
    least_correlation: float = 0.15,
    least_neighbours: int = 5,
    only: Sequence[int] | None = None,
) -> NDArray[np.int8]:
    """Flag steps at which the median correlation with the neighbours over the last window is too low.

    Parameters
    ----------
    rain_mm
        Shape (stations, times).
    near
        Shape (stations, stations), from `neighbours.within`.
    window
        Steps of the window, the present one included.
    more_wet_than
        A neighbour counts where it was wet in more steps of the window than this.
    least_correlation
        γ: a lower median of Pearson's correlation is an outlier.
    least_neighbours
        Fewer counting leave a step unjudged.
    only
        Rows to judge; the others stay -1. All where not given.

    Returns
    -------
    ndarray
        1 outlier, 0 not, -1 not judged (too few neighbours or within the first window of the series).

    References
    ----------
    de Vos et al. (2019), doi:10.1029/2019GL083731, section 3.3, station outlier filter; fixed window as in pypwsqc.
    """
    rain, linked = np.asarray(rain_mm, float), np.asarray(near, bool)
    found = np.full(rain.shape, -1, np.int8)
    enough_wet = _rolling(np.where(rain > 0, 1.0, 0.0), window) > more_wet_than
    for station in range(len(rain)) if only is None else only:
        others = np.flatnonzero(linked[station])
        if others.size == 0:
            continue
        correlation = np.array([_correlation(rain[station], rain[other], window) for other in others])
        low = known_quantile(correlation, 0.5) < least_correlation
        judged = np.count_nonzero(enough_wet[others], axis=0) >= least_neighbours
        judged[: int(np.argmax(~np.isnan(rain[station]))) + window] = False
        found[station] = np.where(judged, low, -1)
    return found


def _rolling(values: Array, window: int) -> Array:
    total = np.cumsum(values, axis=-1)
    total[..., window:] = total[..., window:] - total[..., :-window]
    return total


def _correlation(ours: Array, theirs: Array, window: int) -> Array:
    both = ~(np.isnan(ours) | np.isnan(theirs))
    x, y = np.where(both, ours, 0.0), np.where(both, theirs, 0.0)
    count = _rolling(both.astype(float), window)
    sums = _rolling(np.array([x, y, x * x, y * y, x * y]), window)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y, square_x, square_y, product = sums / count
        spread_x, spread_y = square_x - mean_x**2, square_y - mean_y**2
        varies = (spread_x > _CONSTANT * square_x) & (spread_y > _CONSTANT * square_y)
        found = (product - mean_x * mean_y) / np.sqrt(spread_x * spread_y)
    return np.where(varies, found, np.nan)
