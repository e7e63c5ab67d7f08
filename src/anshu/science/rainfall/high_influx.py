# SPDX-License-Identifier: Apache-2.0
"""High influx: more rain than the neighbours make believable."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("pypwsqc 期望标志 ams11，4608 时次逐值",),
    valid_for="5 分钟自动雨量站，10 km 内不少于 5 个邻站报数；门限 0.4 mm / 10 mm 按荷兰站网标定",
)


def flags(
    rain_mm: ArrayLike,
    reference_mm: ArrayLike,
    reporting: ArrayLike,
    *,
    calm_mm: float = 0.4,
    limit_mm: float = 10.0,
    window: int = 8064,
    least_neighbours: int = 5,
) -> NDArray[np.int8]:
    """Flag steps above a limit that is fixed in calm weather and grows with the neighbours' median.

    High where R > φB for a median below φA, or R > median · φB/φA otherwise.

    Parameters
    ----------
    rain_mm, reference_mm, reporting
        Shape (stations, times), as for `faulty_zeros.flags`.
    calm_mm, limit_mm
        φA and φB in mm per step.
    window
        Steps around the present one within which the gauge must have reported at all.
    least_neighbours
        Fewer reporting leave a step unjudged.

    Returns
    -------
    ndarray
        1 too high, 0 not, -1 not judged.

    References
    ----------
    de Vos et al. (2019), doi:10.1029/2019GL083731, section 3.2, high influx filter.
    """
    rain, median = np.asarray(rain_mm, float), np.asarray(reference_mm, float)
    limit = np.where(median >= calm_mm, median * (limit_mm / calm_mm), limit_mm)
    # Without a median there is nothing to compare with.
    high = (rain > limit) & ~np.isnan(median)
    judged = (np.asarray(reporting) >= least_neighbours) & _reports_around(~np.isnan(rain), window)
    return np.asarray(np.where(judged, high, -1).astype(np.int8))


def _reports_around(known: NDArray[np.bool_], window: int) -> NDArray[np.bool_]:
    steps = known.shape[-1]
    total = np.concatenate([np.zeros((*known.shape[:-1], 1), np.int64), np.cumsum(known, axis=-1)], axis=-1)
    at = np.arange(steps)
    first, last = np.maximum(at - window // 2, 0), np.minimum(at + (window - 1) // 2 + 1, steps)
    return np.asarray(total[..., last] > total[..., first])
