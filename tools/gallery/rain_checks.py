# SPDX-License-Identifier: Apache-2.0
"""Pictures of checking gauges: a fortnight of made rain at eight that mostly agree, and each fault put into one."""

from functools import cache
from typing import Any

import numpy as np

from anshu.science.rainfall import (
    bias_factor,
    faulty_zeros,
    gauges,
    high_influx,
    neighbour_check,
    neighbours,
    range_check,
    station_outlier,
    step_check,
)
from tools.gallery.drawing import CYCLE, curves, label
from tools.gallery.panels import Panels

panel = Panels()


@cache
def _network() -> np.ndarray:
    """This will make a fortnight of 5-minute rain at eight gauges that mostly agree."""
    rng = np.random.default_rng(9)
    steps = 14 * 288
    wet = np.convolve(rng.random(steps) < 0.003, np.ones(40), "same") > 0
    shared = np.where(wet, rng.gamma(0.9, 0.4, steps), 0.0)
    return shared[None] * rng.uniform(0.7, 1.3, (8, steps))


NEAR = ~np.eye(8, dtype=bool)


def _marked(axes: Any, rain: np.ndarray, flags: np.ndarray, span: slice, named: str = "mm") -> None:
    at = np.arange(rain.size)[span] / 288
    axes.plot(at, rain[span], color=CYCLE[6], linewidth=0.6)
    bad = flags[span] == 1
    axes.plot(at[bad], rain[span][bad], "o", color=CYCLE[1], markersize=2.5)
    label(axes, "日(点为判坏)", named)


def _first_wet() -> int:
    return int(np.argmax(_network()[0] > 0.5))


@panel("faulty_zeros", "假零")
def _faulty_zeros(axes: Any) -> None:
    rain, begins = _network().copy(), _first_wet()
    rain[0, begins : begins + 300] = 0.0
    flags = faulty_zeros.flags(rain, *neighbours.reference(rain, NEAR))
    axes.plot(
        np.arange(rain.shape[1])[begins - 40 : begins + 300] / 288,
        rain[1, begins - 40 : begins + 300],
        ":",
        linewidth=0.6,
    )
    _marked(axes, rain[0], flags[0], slice(begins - 40, begins + 300))


@panel("high_influx", "过高")
def _high_influx(axes: Any) -> None:
    rain, begins = _network().copy(), _first_wet()
    rain[0, begins - 100 : begins - 97] = 15.0
    flags = high_influx.flags(rain, *neighbours.reference(rain, NEAR))
    _marked(axes, rain[0], flags[0], slice(begins - 140, begins + 60))


@panel("station_outlier", "站点离群")
def _station_outlier(axes: Any) -> None:
    rain = _network().copy()
    rain[0] = np.roll(rain[0], 900)
    flags = station_outlier.flags(rain, NEAR, window=1500, more_wet_than=40)
    good = station_outlier.flags(_network(), NEAR, window=1500, more_wet_than=40)
    days = np.arange(rain.shape[1])[::24] / 288
    curves(
        axes, days, {"错位的站": flags[0][::24], "正常的站": good[0][::24]}, x_label="日", y_label="1 坏,0 好,−1 未判"
    )


@panel("bias_factor", "偏差系数")
def _bias_factor(axes: Any) -> None:
    rain = _network()
    found = bias_factor.factors(0.6 * rain[0], np.median(rain[1:], axis=0), window=600)
    curves(axes, np.arange(found.size)[::12] / 288, {"": found[::12]}, x_label="日", y_label="系数(站读数为六成)")


@panel("neighbours", "邻站中位数")
def _neighbours(axes: Any) -> None:
    rain, begins = _network(), _first_wet()
    median, _ = neighbours.reference(rain, NEAR)
    span = slice(begins - 20, begins + 60)
    at = np.arange(rain.shape[1])[span] / 288
    axes.plot(at, rain[:, span].T, color="#bbbbbb", linewidth=0.5)
    axes.plot(at, median[0, span], label="中位数")
    label(axes, "日", "mm")
    axes.legend()


@panel("range_check", "范围(世界纪录包络)")
def _range(axes: Any) -> None:
    hours = np.geomspace(1 / 60, 24, 60)
    curves(
        axes,
        hours,
        {"": [range_check.envelope_mm(float(one) * 3600) for one in hours]},
        x_label="历时 h",
        y_label="上限 mm",
        log="xy",
    )


@panel("step_check", "突变与僵值")
def _step(axes: Any) -> None:
    rain = np.abs(np.sin(np.arange(120) / 9)) * 2
    rain[30], rain[70:100] = 40.0, 1.3
    flags = step_check.flags(rain[None])[0]
    axes.plot(rain, color=CYCLE[6], linewidth=0.8)
    axes.plot(np.flatnonzero(flags == 1), rain[flags == 1], "o", color=CYCLE[1], markersize=2.5)
    label(axes, "时次(点为存疑)", "mm")


@panel("neighbour_check", "邻站离散")
def _neighbour(axes: Any) -> None:
    rain = np.array([4.8, 5.1, 5.3, 4.9, 5.6, 5.0, 14.0, 5.2])[:, None]
    flags = neighbour_check.flags(rain, NEAR)[:, 0]
    axes.bar(range(8), rain[:, 0], color=[CYCLE[1] if one == 1 else CYCLE[0] for one in flags])
    label(axes, "站(橙红为存疑)", "mm")


@panel("gauges", "雨量站表")
def _gauges(axes: Any) -> None:
    rows = "\n".join(
        f"2024-06-20 {hour:02d}:00,{station},{'-9999' if hour == 5 else hour * (1 + place) / 4}"
        for hour in range(12)
        for place, station in enumerate(("甲站", "乙站"))
    )
    table = gauges.decode_csv(f"time,station,rain\n{rows}\n")
    for name, rain in zip(table.ids, table.rain_mm, strict=True):
        axes.plot(range(12), rain, "o-", markersize=2, label=name)
    label(axes, "时(−9999 读作缺测)", "mm")
    axes.legend()
