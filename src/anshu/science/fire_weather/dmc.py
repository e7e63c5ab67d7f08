# SPDX-License-Identifier: Apache-2.0
"""DMC, the Duff Moisture Code of the Canadian fire weather index."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 DuffMoistureCode.csv，4392 行，4 位有效数字",),
    valid_for="松林上层腐殖质（约 7 cm）；正午观测",
)
START: Final = 6.0

# Effective day length by month for bands of latitude (Lawson & Armitage 2008, appendix), from north to south.
_BANDS_NORTH_OF: Final = (-90.0, -30.0, -10.0, 10.0, 30.0)
_DAY_LENGTHS: Final = np.array(
    [
        [11.5, 10.5, 9.2, 7.9, 6.8, 6.2, 6.5, 7.4, 8.7, 10.0, 11.2, 11.8],
        [10.1, 9.6, 9.1, 8.5, 8.1, 7.8, 7.9, 8.3, 8.9, 9.4, 9.9, 10.2],
        [9.0] * 12,
        [7.9, 8.4, 8.9, 9.5, 9.9, 10.2, 10.1, 9.7, 9.1, 8.6, 8.1, 7.8],
        [6.5, 7.5, 9.0, 12.8, 13.9, 13.9, 12.4, 10.9, 9.4, 8.0, 7.0, 6.0],
    ]
)


def duff_moisture_code(
    previous: ArrayLike,
    temperature_c: ArrayLike,
    humidity_pct: ArrayLike,
    rain_mm: ArrayLike,
    *,
    latitude_deg: ArrayLike,
    month: ArrayLike,
    by_latitude: bool = True,
) -> Array:
    """Advance the Duff Moisture Code by one day from noon weather.

    Rain above 1.5 mm wets the duff (eqs. 11-15); the day then dries it by
    K = 1.894 (T + 1.1)(100 - H) L 1e-4 with T not below -1.1 °C and day length L (eq. 16).

    Parameters
    ----------
    previous
        Yesterday's code, 0 or more.
    temperature_c, humidity_pct, rain_mm
        Noon temperature and relative humidity, and rain in the 24 hours to noon.
    latitude_deg, month
        For the day length; month is 1-12.
    by_latitude
        Whether day length follows latitude; otherwise that of 46° N is used.

    Returns
    -------
    Array
        Today's code, 0 or more; NaN where an input is missing.

    References
    ----------
    Van Wagner and Pickett (1985), Forestry Technical Report 33, equations 11-17; Van Wagner (1987), report 35.
    """
    before, temperature, humidity, rain = (
        np.asarray(one, float) for one in (previous, temperature_c, humidity_pct, rain_mm)
    )
    length = _day_length(np.asarray(latitude_deg, float), np.asarray(month, int), by_latitude)
    drying = 1.894e-4 * (np.maximum(temperature, -1.1) + 1.1) * (100.0 - humidity) * length
    wet = np.where(rain <= 1.5, before, _after_rain(before, rain))
    today: Array = np.maximum(np.maximum(wet, 0.0) + drying, 0.0)
    return today


def _after_rain(before: Array, rain_mm: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(
            before <= 33.0,
            100.0 / (0.5 + 0.3 * before),
            np.where(before <= 65.0, 14.0 - 1.3 * np.log(before), 6.2 * np.log(before) - 17.2),
        )
        net = 0.92 * rain_mm - 1.27
        moisture = 20.0 + 280.0 * np.exp(-0.023 * before) + 1000.0 * net / (48.77 + slope * net)
        return 43.43 * (5.6348 - np.log(moisture - 20.0))


def _day_length(latitude_deg: Array, month: np.ndarray, by_latitude: bool) -> Array:
    band = np.searchsorted(_BANDS_NORTH_OF, latitude_deg, side="left") - 1 if by_latitude else np.int64(4)
    length: Array = np.where(np.isnan(latitude_deg), np.nan, _DAY_LENGTHS[np.clip(band, 0, 4), month - 1])
    return length
