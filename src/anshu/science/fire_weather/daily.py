# SPDX-License-Identifier: Apache-2.0
"""The whole system run day by day, or hour by hour, over a station's weather."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.fire_weather import bui, dc, dmc, ffmc, fwi, hourly_ffmc, isi
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 fwi_01.csv，48 天，4 位有效数字",),
    valid_for="连续的逐日正午观测；缺一天则其后各日缺测，须先补观测或重设起始值",
)
# Saturated air would stop the formulas; the reference program stops just short of it.
_MOST_HUMID_PCT: Final = 99.9999


@dataclass(frozen=True, slots=True)
class NoonWeather:
    """Noon weather by day: °C, %, km/h at 10 m, mm in 24 hours, month 1-12; latitude is the station's."""

    temperature_c: ArrayLike
    humidity_pct: ArrayLike
    wind_km_h: ArrayLike
    rain_mm: ArrayLike
    month: ArrayLike
    latitude_deg: float


@dataclass(frozen=True, slots=True)
class HourlyWeather:
    """Weather by step: °C, %, km/h at 10 m, mm within the step."""

    temperature_c: ArrayLike
    humidity_pct: ArrayLike
    wind_km_h: ArrayLike
    rain_mm: ArrayLike


@dataclass(frozen=True, slots=True)
class Codes:
    """The three moisture codes a run starts from."""

    ffmc: float = ffmc.START
    dmc: float = dmc.START
    dc: float = dc.START


@dataclass(frozen=True, slots=True)
class Outcome:
    """Codes and indices by day."""

    ffmc: Array
    dmc: Array
    dc: Array
    isi: Array
    bui: Array
    fwi: Array
    dsr: Array


def run(weather: NoonWeather, *, start: Codes | None = None) -> Outcome:
    """Run the daily system from its start codes.

    Raises
    ------
    Refusal
        `negative` where humidity, wind or rain is below zero.
    """
    temperature, humidity, wind, rain = _checked(weather)
    humidity = np.minimum(humidity, _MOST_HUMID_PCT)
    month = np.broadcast_to(np.asarray(weather.month, int), temperature.shape)
    fine, duff, deep = np.empty((3, temperature.size))
    last = start or Codes()
    fine_before, duff_before, deep_before = np.float64(last.ffmc), np.float64(last.dmc), np.float64(last.dc)
    for day in range(temperature.size):
        season = {"latitude_deg": weather.latitude_deg, "month": month[day]}
        fine[day] = ffmc.fine_fuel_moisture_code(fine_before, temperature[day], humidity[day], wind[day], rain[day])
        duff[day] = dmc.duff_moisture_code(duff_before, temperature[day], humidity[day], rain[day], **season)
        deep[day] = dc.drought_code(deep_before, temperature[day], rain[day], **season)
        fine_before, duff_before, deep_before = fine[day], duff[day], deep[day]
    spread, fuel = isi.initial_spread_index(fine, wind), bui.buildup_index(duff, deep)
    index = fwi.fire_weather_index(spread, fuel)
    return Outcome(fine, duff, deep, spread, fuel, index, fwi.daily_severity(index))


def run_hourly(
    weather: HourlyWeather, *, steps_h: ArrayLike = 1.0, start: float = ffmc.START, buildup: ArrayLike | None = None
) -> tuple[Array, Array, Array | None]:
    """Run the hourly code over a series and give FFMC, ISI and, where the day's BUI is given, FWI.

    Raises
    ------
    Refusal
        `negative` where humidity, wind or rain is below zero.
    """
    temperature, humidity, wind, rain = _checked(weather)
    steps = np.broadcast_to(np.asarray(steps_h, float), temperature.shape)
    codes = np.empty(temperature.size)
    before = np.float64(start)
    for at in range(temperature.size):
        codes[at] = hourly_ffmc.hourly_fine_fuel_moisture_code(
            before, temperature[at], humidity[at], wind[at], rain[at], step_h=steps[at]
        )
        before = codes[at]
    spread = isi.initial_spread_index(codes, wind)
    return codes, spread, None if buildup is None else fwi.fire_weather_index(spread, buildup)


def _checked(weather: NoonWeather | HourlyWeather) -> tuple[Array, Array, Array, Array]:
    temperature, humidity, wind, rain = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(one, float))
            for one in (weather.temperature_c, weather.humidity_pct, weather.wind_km_h, weather.rain_mm)
        )
    )
    for name, values in (("humidity_pct", humidity), ("wind_km_h", wind), ("rain_mm", rain)):
        if np.any(values < 0):
            raise Refusal("negative", name=name, value=float(np.nanmin(values)))
    return temperature, humidity, wind, rain
