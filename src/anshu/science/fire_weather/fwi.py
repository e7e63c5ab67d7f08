# SPDX-License-Identifier: Apache-2.0
"""FWI, the Fire Weather Index itself, and the Daily Severity Rating."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 FireWeatherIndex.csv，1668 行，4 位有效数字",),
    valid_for="火线强度的相对指标；与中国火险等级是不同量表，不可互换",
)


def fire_weather_index(spread_index: ArrayLike, buildup_index: ArrayLike) -> Array:
    """Combine spread and fuel into the Fire Weather Index.

    B = 0.1 R f(D), f(D) = 0.626 U^0.809 + 2 for U ≤ 80, else 1000/(25 + 108.64 exp(-0.023 U)) (eqs. 28-29);
    S = exp(2.72 (0.434 ln B)^0.647) for B > 1, else B (eq. 30).

    References
    ----------
    Van Wagner and Pickett (1985), Forestry Technical Report 33, equations 28-30.
    """
    spread, buildup = np.asarray(spread_index, float), np.asarray(buildup_index, float)
    fuel = np.where(buildup > 80.0, 1000.0 / (25.0 + 108.64 * np.exp(-0.023 * buildup)), 0.626 * buildup**0.809 + 2.0)
    basic = 0.1 * spread * fuel
    scaled = np.exp(2.72 * (0.434 * np.log(np.maximum(basic, 1.0))) ** 0.647)
    return np.where(basic > 1.0, scaled, basic)


def daily_severity(fire_weather: ArrayLike) -> Array:
    """Turn the index into the Daily Severity Rating, DSR = 0.0272 FWI^1.77 (eq. 31)."""
    return 0.0272 * np.asarray(fire_weather, float) ** 1.77
