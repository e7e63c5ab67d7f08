# SPDX-License-Identifier: Apache-2.0
"""The hourly Fine Fuel Moisture Code, for weather that changes within the day."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.fire_weather import moisture
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 HourlyFineFuelMoistureCode.csv 中 11 行，1e-6",),
    valid_for="步长约一小时；步长内天气不变",
)


def hourly_fine_fuel_moisture_code(
    previous: ArrayLike,
    temperature_c: ArrayLike,
    humidity_pct: ArrayLike,
    wind_km_h: ArrayLike,
    rain_mm: ArrayLike,
    *,
    step_h: ArrayLike = 1.0,
) -> Array:
    """Advance the Fine Fuel Moisture Code by one step of about an hour.

    As the daily code, but every rain counts and moisture moves towards its equilibrium m_e by
    m = m_e + (m₀ - m_e) 10^(-k t), k = 0.0579 exp(0.0365 T) k₀ per hour.

    Parameters
    ----------
    previous
        The code one step ago, 0-101.
    temperature_c, humidity_pct, wind_km_h
        Air temperature, relative humidity, and wind at 10 m.
    rain_mm
        Rain within the step.
    step_h
        Length of the step in hours.

    Returns
    -------
    Array
        The code, 0 or more; NaN where an input is missing.

    References
    ----------
    Van Wagner, C. E. (1977), A Method of Computing Fine Fuel Moisture Content throughout the Diurnal Cycle, PS-X-69,
    with the constants of Van Wagner and Pickett (1985).
    """
    before, temperature, humidity, wind, rain, step = (
        np.asarray(one, float) for one in (previous, temperature_c, humidity_pct, wind_km_h, rain_mm, step_h)
    )
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        wet = moisture.after_rain(moisture.moisture_from_code(before), rain)
        dry_to = moisture.drying_equilibrium(temperature, humidity)
        wet_to = moisture.wetting_equilibrium(temperature, humidity)
        warm = 0.0579 * np.exp(0.0365 * temperature) * step
        drying = dry_to + (wet - dry_to) * 10.0 ** (-warm * moisture.exchange_rate(humidity / 100.0, wind))
        wetting = wet_to - (wet_to - wet) * 10.0 ** (-warm * moisture.exchange_rate(1.0 - humidity / 100.0, wind))
        rests = (dry_to >= wet) & (wet >= wet_to)
        after = np.where(rests, wet, np.where(wet > dry_to, drying, wetting))
        return np.maximum(moisture.code_from_moisture(after), 0.0)
