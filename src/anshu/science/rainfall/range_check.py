# SPDX-License-Identifier: Apache-2.0
"""Range: no rain is negative, and none is more than has ever fallen in the time."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.rainfall.grid import HOUR_S
from anshu.science.standing import Standing, require_positive

STANDING: Final = Standing(
    verified_by=("世界极值包络线 425·D^0.47 对 1 分钟–24 小时纪录",),
    valid_for="任意时段；本地极值更低时用 most_mm 收紧",
)


def envelope_mm(step_s: float) -> float:
    """Give the most rain ever measured in a time, 425 D^0.47 with D in hours.

    References
    ----------
    WMO (1994), Guide to Hydrological Practices, 5th edition, no. 168, section 28.3 (world record point rainfalls).
    """
    require_positive(step_s=step_s)
    return float(425.0 * (step_s / HOUR_S) ** 0.47)


def flags(rain_mm: ArrayLike, *, step_s: float, most_mm: float | None = None) -> NDArray[np.int8]:
    """Flag amounts that are negative or above the limit: 1 out of range, 0 within, -1 missing.

    Parameters
    ----------
    rain_mm
        Amounts of steps of `step_s` seconds.
    most_mm
        A local limit; the world's record where not given. A value equal to it is within.
    """
    rain = np.asarray(rain_mm, float)
    most = envelope_mm(step_s) if most_mm is None else most_mm
    beyond = (rain < 0) | (rain > most)
    return np.asarray(np.where(np.isnan(rain), -1, beyond).astype(np.int8))
