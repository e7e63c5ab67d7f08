# SPDX-License-Identifier: Apache-2.0
"""ISI, the Initial Spread Index of the Canadian fire weather index."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.fire_weather import moisture
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 InitialSpreadIndex.csv，2921 行，4 位有效数字",),
    valid_for="起火初期相对蔓延速度；不含可燃物差异",
)


def initial_spread_index(fine_fuel_code: ArrayLike, wind_km_h: ArrayLike, *, for_behaviour: bool = False) -> Array:
    """Combine wind and fine fuel moisture into the expected rate of spread.

    ISI = 0.208 f(W) f(F), f(W) = exp(0.05039 W), f(F) = 91.9 exp(-0.1386 m)(1 + m^5.31/4.93e7) (eqs. 24-26).

    Parameters
    ----------
    fine_fuel_code
        FFMC, 0-101.
    wind_km_h
        Wind at 10 m.
    for_behaviour
        Whether winds of 40 km/h and more are damped as the Fire Behaviour Prediction System does (its eq. 53a).

    Returns
    -------
    Array
        The index; NaN where an input is missing.

    References
    ----------
    Van Wagner and Pickett (1985), equations 24-26; Forestry Canada Fire Danger Group (1992), ST-X-3, equation 53a.
    """
    wet = moisture.moisture_from_code(np.asarray(fine_fuel_code, float))
    wind = np.asarray(wind_km_h, float)
    blown = np.exp(0.05039 * wind)
    if for_behaviour:
        blown = np.where(wind >= 40.0, 12.0 * (1.0 - np.exp(-0.0818 * (wind - 28.0))), blown)
    return 0.208 * blown * 91.9 * np.exp(-0.1386 * wet) * (1.0 + wet**5.31 / 4.93e7)
