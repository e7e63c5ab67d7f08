# SPDX-License-Identifier: Apache-2.0
"""Pictures of merging and moving rain: a made storm, a made radar that errs, made gauges."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import shapely

from anshu.science.rainfall import (
    accumulation,
    advection,
    area,
    conditional_merging,
    elevation,
    external_drift,
    inverse_distance,
    kriging,
    mean_field_bias,
    probability_matching,
    registration,
    station_interpolation,
    variogram,
    zr,
)
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed
from tools.gallery.drawing import CYCLE, curves, field, label, outline
from tools.gallery.panels import Panels

panel = Panels()
NOON = datetime(2020, 7, 1, 12, tzinfo=UTC)
SIDE, CELL_M = 40, 1000.0
AROUND = "+proj=aeqd +lat_0=29 +lon_0=119 +datum=WGS84 +units=m"
CORES = np.random.default_rng(5).uniform(5, 35, (4, 2))
GAUGES_M = np.random.default_rng(6).uniform(2000, 38000, (2, 14))
EXTENT_KM = (0, 40, 0, 40)


def _grid(values: np.ndarray, step: int = 0) -> Grid:
    at = NOON + step * timedelta(minutes=5)
    return Grid(values, AROUND, 0.0, SIDE * CELL_M, CELL_M, CELL_M, at, "mm", 300.0)


def storm(east: float = 0.0) -> np.ndarray:
    """This will make a storm of four cores, so many cells east of where it began."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return sum(8 * np.exp(-((x - east - one) ** 2 + (y - other) ** 2) / 30) for one, other in CORES) + 0.2


@cache
def _pair() -> tuple[Grid, Observed]:
    """This will give a radar that reads a third of the rain, unevenly, and gauges that read it right."""
    truth = _grid(storm())
    uneven = np.linspace(0.2, 0.5, SIDE)[None, :]
    return truth.with_values(truth.values * uneven + 0.1), Observed(*GAUGES_M, truth.at(*GAUGES_M))


def on_the_map(axes: Any, values: np.ndarray, named: str = "mm", *, points: bool = True, **options: Any) -> None:
    """This will draw a field of 40 km by 40 km, with the gauges where asked."""
    field(axes, values, named=named, extent=EXTENT_KM, **options)
    if points:
        axes.plot(*(GAUGES_M / 1000), "o", color=CYCLE[1], markersize=2)


def _merged(axes: Any, grid: Grid) -> None:
    on_the_map(axes, grid.values, vmin=0, vmax=8.5)


@panel("mean_field_bias", "平均场偏差")
def _mean_field_bias(axes: Any) -> None:
    _merged(axes, mean_field_bias.merge(*_pair()))


@panel("inverse_distance", "残差反距离")
def _inverse_distance(axes: Any) -> None:
    _merged(axes, inverse_distance.merge(*_pair()))


@panel("external_drift", "外部漂移克里金")
def _external_drift(axes: Any) -> None:
    _merged(axes, external_drift.merge(*_pair()))


@panel("conditional_merging", "条件融合")
def _conditional_merging(axes: Any) -> None:
    _merged(axes, conditional_merging.merge(*_pair()))


@panel("kriging", "克里金(只用站)")
def _kriging(axes: Any) -> None:
    radar, observed = _pair()
    x, y = np.meshgrid(radar.x, radar.y)
    model = variogram.Exponential(8000.0, 4.0)
    said = kriging.estimate(observed, x.ravel(), y.ravel(), variogram=model)
    on_the_map(axes, np.asarray(said).reshape(SIDE, SIDE), vmin=0, vmax=8.5)


@panel("variogram", "变差函数")
def _variogram(axes: Any) -> None:
    model = variogram.of_field(_grid(storm()))
    away = np.arange(1, 15)
    values = storm()
    seen = [0.5 * float(np.mean((values[:, lag:] - values[:, :-lag]) ** 2)) for lag in away]
    fitted = model.nugget + model.sill * (1 - np.exp(-away * CELL_M / model.length_m))
    axes.plot(away, np.array(seen) / max(seen), "o", markersize=2, label="场的半方差(归一)")
    axes.plot(away, fitted / fitted.max(), label=f"指数,{model.length_m / 1000:.1f} km")
    label(axes, "间隔 km", "")
    axes.legend()


@panel("advection", "两次扫描之间的雨")
def _between(axes: Any) -> None:
    first, second = _grid(storm()), _grid(storm(6.0), 1)
    moved = advection.motion(first, second)
    on_the_map(axes, advection.between(first, second, moved, 0.5), f"半程,移动 {moved[0]:g} 格", points=False)


@panel("accumulation", "沿途累计")
def _accumulation(axes: Any) -> None:
    scans = [_grid(storm(6.0 * step), step) for step in range(4)]
    total = accumulation.total(accumulation.along_the_way(scans), since=NOON, until=NOON + timedelta(minutes=15))
    on_the_map(axes, total.values, "15 分钟 mm", points=False)


@panel("registration", "对准")
def _registration(axes: Any) -> None:
    shifted = [_grid(np.roll(storm(2.0 * step), 3, axis=1), step) for step in range(6)]
    observed = [Observed(*GAUGES_M, _grid(storm(2.0 * step)).at(*GAUGES_M)) for step in range(6)]
    found = registration.find(shifted, observed)
    axes.bar([0, 1], [found.before, found.after], color=CYCLE[:2])
    axes.set_xticks([0, 1], ["对准前", f"移 {found.east}, {found.south} 格后"])
    label(axes, "", "与站相关")


@panel("area", "面雨量")
def _area(axes: Any) -> None:
    shapes = [shapely.Point(x, y).buffer(5500, quad_segs=3) for x, y in ((10e3, 28e3), (27e3, 30e3), (22e3, 12e3))]
    grid = _grid(storm())
    on_the_map(axes, grid.values, points=False)
    degrees = [shapely.transform(one, lambda at: np.column_stack(grid.unproject(*at.T))) for one in shapes]
    for shape, rain in zip(shapes, area.rain(grid, area.areas(grid, degrees)), strict=True):
        outline(axes, shapely.affinity.scale(shape, 1e-3, 1e-3, origin=(0, 0)), color="white")
        axes.text(shape.centroid.x / 1e3, shape.centroid.y / 1e3, f"{rain.mean:.1f}", color="white", ha="center")


@panel("zr", "Z–R 互换")
def _zr(axes: Any) -> None:
    dbz = np.linspace(0, 60, 120)
    curves(axes, dbz, {"": zr.rain_mm_h(dbz)}, x_label="dBZ", y_label="mm/h", log="y")


@panel("probability_matching", "概率密度匹配")
def _matching(axes: Any) -> None:
    rng = np.random.default_rng(1)
    source, reference = rng.gamma(1.2, 2.0, 3000), rng.gamma(0.8, 6.0, 3000)
    at = np.linspace(0.1, 12, 80)
    curves(axes, at, {"": probability_matching.fit(source, reference).apply(at)}, x_label="源 mm", y_label="匹配后 mm")


@panel("elevation", "海拔订正系数")
def _elevation(axes: Any) -> None:
    height = np.linspace(0, 1500, 60)
    lines = {f"χ = {1000 * chi:g} /km": elevation.factor(height, 300.0, gradient_per_m=chi) for chi in (2e-4, 3.5e-4)}
    curves(axes, height, lines, x_label="海拔 m(站 300 m)", y_label="系数")


@panel("station_interpolation", "顾及高程的插值")
def _interpolation(axes: Any) -> None:
    y, x = np.mgrid[:SIDE, :SIDE]
    hill = _grid(1000 * np.exp(-((x - 20) ** 2 + (y - 20) ** 2) / 120))
    dem = Grid(hill.values, hill.crs, hill.west, hill.north, CELL_M, CELL_M, None, "m")
    observed = Observed(*GAUGES_M, np.full(14, 20.0))
    said = station_interpolation.interpolate(dem, observed, dem.at(*GAUGES_M), gradient_per_m=3e-4)
    on_the_map(axes, said.values)
