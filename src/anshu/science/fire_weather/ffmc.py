# SPDX-License-Identifier: Apache-2.0
"""FFMC, the daily Fine Fuel Moisture Code of the Canadian fire weather index."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.fire_weather import moisture
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 FineFuelMoistureCode.csv，2996 行，4 位有效数字",),
    valid_for="北美短叶松林枯落物；正午观测；在浙江林型上只作相对比较",
)
START: Final = 85.0


def fine_fuel_moisture_code(
    previous: ArrayLike, temperature_c: ArrayLike, humidity_pct: ArrayLike, wind_km_h: ArrayLike, rain_mm: ArrayLike
) -> Array:
    """Advance the Fine Fuel Moisture Code by one day from noon weather.

    The previous code becomes moisture (eq. 1), rain above 0.5 mm wets it (eqs. 2-3), then it moves towards the drying
    or wetting equilibrium at a rate that grows with wind and temperature (eqs. 4-9) and becomes a code again (eq. 10).

    Parameters
    ----------
    previous
        Yesterday's code, 0-101.
    temperature_c, humidity_pct, wind_km_h
        Noon air temperature, relative humidity, and wind at 10 m.
    rain_mm
        Rain in the 24 hours to noon.

    Returns
    -------
    Array
        Today's code, 0-101; NaN where any input is missing or outside the formulas (humidity below zero).

    References
    ----------
    Van Wagner, C. E. and Pickett, T. L. (1985), Equations and FORTRAN Program for the Canadian Forest Fire Weather
    Index System, Forestry Technical Report 33, equations 1-10.
    """
    before, temperature, humidity, wind, rain = (
        np.asarray(one, float) for one in (previous, temperature_c, humidity_pct, wind_km_h, rain_mm)
    )
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        wet = moisture.after_rain(moisture.moisture_from_code(before), np.where(rain > 0.5, rain - 0.5, rain * 0))
        dry_to = moisture.drying_equilibrium(temperature, humidity)
        wet_to = moisture.wetting_equilibrium(temperature, humidity)
        warm = 0.581 * np.exp(0.0365 * temperature)
        drying = dry_to + (wet - dry_to) * 10.0 ** (-warm * moisture.exchange_rate(humidity / 100.0, wind))
        wetting = wet_to - (wet_to - wet) * 10.0 ** (-warm * moisture.exchange_rate(1.0 - humidity / 100.0, wind))
        rests = wet + 0 * (dry_to + wet_to)
        after = np.where(wet > dry_to, drying, np.where((wet < dry_to) & (wet < wet_to), wetting, rests))
        return np.clip(moisture.code_from_moisture(after), 0.0, 101.0)
