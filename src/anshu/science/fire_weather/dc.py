# SPDX-License-Identifier: Apache-2.0
"""DC, the Drought Code of the Canadian fire weather index."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 DroughtCode.csv，4392 行，4 位有效数字",),
    valid_for="深层腐殖质（约 18 cm）；正午观测",
)
START: Final = 15.0

# Day-length adjustment by month: north of 20° N, within 20° of the equator, and from 20° S southwards.
_NORTH: Final = np.array([-1.6, -1.6, -1.6, 0.9, 3.8, 5.8, 6.4, 5.0, 2.4, 0.4, -1.6, -1.6])
_NEAR_EQUATOR: Final = 1.4
_SOUTH: Final = np.roll(_NORTH, 6)


def drought_code(
    previous: ArrayLike,
    temperature_c: ArrayLike,
    rain_mm: ArrayLike,
    *,
    latitude_deg: ArrayLike,
    month: ArrayLike,
    by_latitude: bool = True,
) -> Array:
    """Advance the Drought Code by one day from noon weather.

    Rain above 2.8 mm lowers the code by 400 ln(1 + 3.937 (0.83 r - 1.27)/Q), Q = 800 exp(-DC/400) (eqs. 18-21);
    the day adds V/2 with V = 0.36 (T + 2.8) + Lf, T not below -2.8 °C, V not below zero (eqs. 22-23).

    Parameters
    ----------
    previous
        Yesterday's code, 0 or more.
    temperature_c, rain_mm
        Noon temperature, and rain in the 24 hours to noon.
    latitude_deg, month
        For the day length; month is 1-12.
    by_latitude
        Whether day length follows latitude; otherwise the northern one is used.

    Returns
    -------
    Array
        Today's code, 0 or more; NaN where an input is missing.

    References
    ----------
    Van Wagner and Pickett (1985), Forestry Technical Report 33, equations 18-23.
    """
    before, temperature, rain = (np.asarray(one, float) for one in (previous, temperature_c, rain_mm))
    factor = _day_factor(np.asarray(latitude_deg, float), np.asarray(month, int), by_latitude)
    drying = np.maximum((0.36 * (np.maximum(temperature, -2.8) + 2.8) + factor) / 2.0, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        stored = 800.0 * np.exp(-before / 400.0)
        rained = np.maximum(before - 400.0 * np.log(1.0 + 3.937 * (0.83 * rain - 1.27) / stored), 0.0)
    today: Array = np.maximum(np.where(rain <= 2.8, before, rained) + drying, 0.0)
    return today


def _day_factor(latitude_deg: Array, month: np.ndarray, by_latitude: bool) -> Array:
    north, south = _NORTH[month - 1], _SOUTH[month - 1]
    by_band = np.where(latitude_deg > 20, north, np.where(latitude_deg > -20, _NEAR_EQUATOR, south))
    factor: Array = np.where(np.isnan(latitude_deg), np.nan, by_band if by_latitude else north)
    return factor
