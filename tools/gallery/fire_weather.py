# SPDX-License-Identifier: Apache-2.0
"""Pictures of the Canadian fire weather system: one made season, and each code's answer to its weather."""

from typing import Any

import numpy as np

from anshu.science.fire_weather import bui, daily, dc, dmc, ffmc, fwi, hourly_ffmc, isi
from tools.gallery.drawing import CYCLE, curves, label
from tools.gallery.panels import Panels

panel = Panels()
RAIN_MM = np.linspace(0, 30, 80)
DAYS = np.arange(90)
SEASON = {"latitude_deg": 29.0, "month": 8}


def _season() -> daily.Outcome:
    rng = np.random.default_rng(4)
    rain = np.where(rng.random(DAYS.size) < 0.2, rng.exponential(12, DAYS.size), 0.0)
    humidity = np.clip(55 + 10 * rng.standard_normal(DAYS.size) + rain, 20, 95)
    month = 8 + DAYS // 31
    return daily.run(daily.NoonWeather(28 - DAYS / 9, humidity, 8.0 + 3 * rng.random(DAYS.size), rain, month, 29.0))


@panel("daily", "逐日整串运行(模拟一季)")
def _daily(axes: Any) -> None:
    run = _season()
    curves(axes, DAYS, {"FFMC": run.ffmc, "DMC": run.dmc, "FWI": run.fwi}, x_label="日", y_label="")


@panel("ffmc", "FFMC 随雨")
def _ffmc(axes: Any) -> None:
    lines = {
        f"昨日 {before}": ffmc.fine_fuel_moisture_code(before, 25.0, 50.0, 10.0, RAIN_MM) for before in (60, 85, 95)
    }
    curves(axes, RAIN_MM, lines, x_label="雨 mm", y_label="今日 FFMC")


@panel("hourly_ffmc", "逐时 FFMC")
def _hourly(axes: Any) -> None:
    hours = np.arange(72)
    heat = 25 + 7 * np.sin((hours - 8) / 24 * 2 * np.pi)
    rain = np.where((hours > 30) & (hours < 34), 2.0, 0.0)
    codes, *_ = daily.run_hourly(daily.HourlyWeather(heat, 105 - 2.2 * heat, 8.0, rain))
    curves(axes, hours, {"": codes}, x_label="时", y_label="FFMC")
    first = hourly_ffmc.hourly_fine_fuel_moisture_code(ffmc.START, heat[0], 105 - 2.2 * heat[0], 8.0, 0.0)
    axes.plot(0, first, "o", color=CYCLE[1], markersize=3)


@panel("dmc", "DMC 随雨")
def _dmc(axes: Any) -> None:
    lines = {
        f"昨日 {before}": dmc.duff_moisture_code(before, 25.0, 50.0, RAIN_MM, **SEASON) for before in (20, 60, 120)
    }
    curves(axes, RAIN_MM, lines, x_label="雨 mm", y_label="今日 DMC")


@panel("dc", "DC 随雨")
def _dc(axes: Any) -> None:
    lines = {f"昨日 {before}": dc.drought_code(before, 25.0, RAIN_MM, **SEASON) for before in (100, 300, 600)}
    curves(axes, RAIN_MM, lines, x_label="雨 mm", y_label="今日 DC")


@panel("isi", "ISI 随风")
def _isi(axes: Any) -> None:
    wind = np.linspace(0, 60, 80)
    lines = {f"FFMC {code}": isi.initial_spread_index(code, wind) for code in (80, 88, 94)}
    curves(axes, wind, lines, x_label="风 km/h", y_label="ISI")


@panel("bui", "BUI")
def _bui(axes: Any) -> None:
    duff = np.linspace(0, 200, 80)
    curves(
        axes,
        duff,
        {f"DC {deep}": bui.buildup_index(duff, deep) for deep in (50, 200, 600)},
        x_label="DMC",
        y_label="BUI",
    )


@panel("fwi", "FWI")
def _fwi(axes: Any) -> None:
    spread, fuel = np.meshgrid(np.linspace(0, 40, 60), np.linspace(0, 200, 60))
    drawn = axes.contour(spread, fuel, fwi.fire_weather_index(spread, fuel), levels=[5, 11, 21, 38, 50], cmap="cividis")
    axes.clabel(drawn, fontsize=6)
    label(axes, "ISI", "BUI")
