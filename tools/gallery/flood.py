# SPDX-License-Identifier: Apache-2.0
"""Pictures of small-catchment floods: textbook catchments, made rivers, a published rating."""

from functools import cache
from typing import Any

import numpy as np

from anshu.science.flood import (
    antecedent,
    curve_number,
    dam_break,
    delineation,
    guidance,
    lag_route,
    muskingum,
    rating_curve,
    rating_table,
    unit_hydrograph,
)
from tools.gallery.drawing import CYCLE, curves, field, label, outline
from tools.gallery.panels import Panels

panel = Panels()
# V. M. Ponce, Engineering Hydrology, chapter 5.
PONCE = unit_hydrograph.Catchment(area_km2=11.2, flow_path_m=4200.0, slope=0.02, curve_number=82)
# Chow, Maidment and Mays (1988), example 8.4.1: inflow in ft³/s by hours.
CHOW = np.array([93, 137, 208, 320, 442, 546, 630, 678, 691, 675, 634, 571, 477, 390, 329, 247, 184, 134, 108, 90.0])


@panel("antecedent", "前期影响雨量")
def _antecedent(axes: Any) -> None:
    days = np.arange(40)
    rain = np.where(np.isin(days, (4, 5, 18, 19, 20)), 30.0, 0.0)
    lines = {f"K = {k}": antecedent.antecedent_rain_mm(rain, recession=k, capacity_mm=100) for k in (0.8, 0.9)}
    curves(axes, np.arange(days.size + 1), lines, x_label="日", y_label="Pa mm")


@panel("curve_number", "SCS 曲线数")
def _curve_number(axes: Any) -> None:
    rain = np.linspace(0, 200, 60)
    lines = {f"CN {cn}": curve_number.runoff_mm(rain, curve_number=cn) for cn in (60, 75, 90)}
    curves(axes, rain, lines, x_label="雨 mm", y_label="径流 mm")


@panel("unit_hydrograph", "单位线(Ponce 算例)")
def _unit(axes: Any) -> None:
    peak = unit_hydrograph.time_to_peak_h(unit_hydrograph.lag_h(PONCE))
    flow = unit_hydrograph.unit_hydrograph(PONCE.area_km2, time_to_peak=peak, step_h=0.1)
    curves(axes, np.arange(flow.size) * 0.1, {"": flow}, x_label="h", y_label="m³/s(1 mm)")


@panel("guidance", "临界雨量")
def _guidance(axes: Any) -> None:
    village = guidance.Village(PONCE, critical_flow_m3_s=60.0, base_flow_m3_s=1.0)
    hours = np.array([0.5, 1, 2, 3, 6, 12, 24])
    names = {"dry": "前期干", "average": "一般", "wet": "前期湿"}
    lines = {
        names.get(ground, ground): [
            guidance.critical_rain_mm(village, duration_h=float(one), ground=ground) for one in hours
        ]
        for ground in guidance.GROUND
    }
    curves(axes, hours, lines, x_label="历时 h", y_label="mm")


@panel("muskingum", "马斯京根演进(Chow 例 8.4.1)")
def _muskingum(axes: Any) -> None:
    out = muskingum.route_m3_s(CHOW, travel_h=2.3, weight=0.15, step_h=1.0, first_outflow_m3_s=85.0)
    curves(axes, np.arange(CHOW.size), {"入流": CHOW, "出流": out}, x_label="h", y_label="ft³/s")


@panel("dam_break", "溃坝峰值")
def _dam(axes: Any) -> None:
    water = np.geomspace(1e4, 1e8, 60)
    for place, head in enumerate((5.0, 15.0, 40.0)):
        peak = [dam_break.peak_outflow_m3_s(water_m3=float(one), head_m=head) for one in water]
        likely = np.array([dam_break.likely_range_m3_s(water_m3=float(one), head_m=head) for one in water])
        axes.plot(water, peak, color=CYCLE[place], label=f"水深 {head:g} m")
        axes.fill_between(water, likely[:, 0], likely[:, 1], color=CYCLE[place], alpha=0.15, linewidth=0)
    label(axes, "蓄水 m³", "m³/s", log="xy")
    axes.legend()


@cache
def _river() -> tuple[np.ndarray, np.ndarray]:
    """This will make hourly levels of two stations: storms upstream, and their lagged, lowered waves below."""
    rng = np.random.default_rng(11)
    rain = np.where(rng.random(2500) < 0.02, rng.exponential(1.5, 2500), 0.0)
    above = 2.0 + np.convolve(rain, np.exp(-np.arange(200) / 15.0) - np.exp(-np.arange(200) / 4.0))[:2500]
    below, state = np.empty(above.size), above[0]
    for step, now in enumerate(above):
        state += (now - state) / 6.0
        below[step] = state
    return above, 1.0 + 0.8 * np.roll(below, 5) + 0.02 * rng.standard_normal(above.size)


@panel("lag_route", "水位预报(模拟河段)")
def _lag_route(axes: Any) -> None:
    above, below = _river()
    reach = lag_route.calibrate(above[5:2000], below[5:2000], step_h=1.0, leads=8)
    now = 2000 + int(np.argmax(above[2000:2400])) + 2
    said = lag_route.forecast(reach, above[: now + 1], below[: now + 1])
    hours = np.arange(-24, 9)
    axes.plot(hours, above[now - 24 : now + 9], color=CYCLE[6], linewidth=0.8, label="上游")
    axes.plot(hours, below[now - 24 : now + 9], color=CYCLE[0], label="下游实测")
    axes.plot(said.lead_h, said.level, color=CYCLE[1], label="预报")
    axes.fill_between(said.lead_h, said.low, said.high, color=CYCLE[1], alpha=0.2, linewidth=0)
    label(axes, "h(0 为此刻)", "m")
    axes.legend()


@panel("delineation", "流域提取(解析谷地)")
def _delineation(axes: Any) -> None:
    row, column = np.indices((60, 41))
    ground = (60 - row) * 30 * 0.02 + abs(column - 20) * 30 * 0.10
    extent = (0.0, 41 * 30.0, -60 * 30.0, 0.0)
    basin = delineation.delineate(delineation.Terrain(ground, 0.0, 0.0, 30.0), outlet=(20.5 * 30, -45.5 * 30))
    field(axes, ground, named="高程 m,框为出口以上流域", extent=extent)
    outline(axes, basin.outline, color=CYCLE[1], linewidth=1.2)
    axes.plot(*basin.outlet, "o", color=CYCLE[1], markersize=3)


@panel("rating_curve", "水位流量关系")
def _rating(axes: Any) -> None:
    rng = np.random.default_rng(8)
    stage = np.sort(rng.uniform(0.9, 4.0, 24))
    measured = 12.0 * (stage - 0.4) ** 1.8 * np.exp(0.08 * rng.standard_normal(24))
    curve = rating_curve.fit(stage, measured)
    at = np.linspace(0.8, 4.5, 60)
    low, high = curve.interval(at)
    axes.plot(measured, stage, "o", color=CYCLE[6], markersize=2, label="实测(模拟)")
    axes.plot(curve.discharge(at), at, color=CYCLE[0], label="定线")
    axes.fill_betweenx(at, low, high, color=CYCLE[0], alpha=0.15, linewidth=0, label="95 %")
    label(axes, "m³/s", "水位 m")
    axes.legend()


@panel("rating_table", "率定表(USGS 01594440)")
def _rating_table(axes: Any) -> None:
    # Six printed points of the Patuxent near Bowie (U.S. Geological Survey, public domain): feet and ft³/s.
    points = ((2.99, 30), (4.0, 110), (5.0, 225), (7.0, 600), (13.0, 4350), (27.9, 31100))
    rows = "".join(f"{feet}\t{flow}\t*\n" for feet, flow in points)
    head = '# //RATING EXPANSION="logarithmic"\n# //RATING OFFSET1=2.00\n'
    text = f"{head}INDEP\tDEP\tSTOR\n16N\t16N\t1S\n{rows}"
    table = rating_table.parse_usgs_rating(text)
    stage = np.linspace(table.stage_m[0], table.stage_m[-1], 80)
    axes.plot(table.discharge(stage), stage)
    axes.plot(table.discharge_m3_s, table.stage_m, "o", markersize=3)
    label(axes, "m³/s", "水位 m", log="x")
