# SPDX-License-Identifier: Apache-2.0
"""Pictures of surface fire: speed by wind and slope, and where it may be, on even ground and over a raster."""

from typing import Any

import numpy as np

from anshu.science.fire_spread import ellipse, fuel_raster, isochrones, rothermel, travel_time, wind
from anshu.science.fire_spread.fuels import ANDERSON, Moisture
from tools.gallery.drawing import CYCLE, curves, field, label, outline
from tools.gallery.panels import Panels

panel = Panels()
DRY = Moisture(0.06, 0.07, 0.08)
SIDE, CELL_M = 80, 10.0
IGNITION = (155.0, 305.0)


@panel("rothermel", "Rothermel 蔓延速度")
def _rothermel(axes: Any) -> None:
    speeds = np.linspace(0, 6, 60)
    lines = {
        f"模型 {code}": rothermel.surface_spread(ANDERSON[code], DRY, midflame_wind_m_s=speeds).speed_m_s * 60
        for code in ("1", "2", "9", "10")
    }
    curves(axes, speeds, lines, x_label="中焰风 m/s", y_label="m/min", log="y")


@panel("wind", "10 m 风到中焰风")
def _wind(axes: Any) -> None:
    above = np.linspace(0, 20, 40)
    lines = {f"床深 {depth} m": wind.midflame_wind_m_s(above, depth_m=depth) for depth in (0.06, 0.3, 1.8)}
    curves(axes, above, lines, x_label="10 m 风 m/s", y_label="中焰风 m/s")


@panel("ellipse", "逐时可能到达的范围")
def _ellipse(axes: Any) -> None:
    spread = rothermel.surface_spread(ANDERSON["9"], DRY, midflame_wind_m_s=2.0, wind_from_deg=250.0, slope=0.2)
    period = ellipse.Period(60.0, float(spread.speed_m_s), float(spread.heading_deg), float(spread.effective_wind_m_s))
    for place, shape in enumerate(ellipse.perimeters((0.0, 0.0), [period] * 3)):
        outline(axes, shape, color=CYCLE[place], label=f"{place + 1} h")
    axes.set_aspect("equal", adjustable="datalim")
    label(axes, "东 m", "北 m")
    axes.legend()


def _valley() -> travel_time.Ground:
    """This will make a square of grass and litter with a river that a fire can only pass at its ford."""
    row, column = np.mgrid[:SIDE, :SIDE]
    fuel = np.where(row + 0.4 * column < 50, 9, 2)
    bank = 42 + 6 * np.sin(row / 12)
    fuel[(np.abs(column - bank) < 1.6) & (np.abs(row - 63) > 3)] = fuel_raster.NOT_BURNABLE
    landscape = fuel_raster.Landscape(fuel, CELL_M, north_m=SIDE * CELL_M)
    return fuel_raster.ground_of(landscape, DRY, wind_10m_m_s=7.0, wind_from_deg=270.0)


def _on_raster(axes: Any, values: Any, named: str) -> None:
    edge = SIDE * CELL_M
    field(axes, values, named=named, extent=(0, edge, 0, edge))
    axes.plot(*IGNITION, "*", color=CYCLE[1], markersize=6)


@panel("fuel_raster", "逐格蔓延速度(白为河)")
def _fuel_raster(axes: Any) -> None:
    speed = _valley().speed_m_s * 60
    _on_raster(axes, np.where(speed > 0, speed, np.nan), "0.8 km 见方,西风(m/min)")


@panel("travel_time", "栅格到达时间")
def _travel_time(axes: Any) -> None:
    minutes = travel_time.arrival_s(_valley(), [IGNITION], horizon_s=2 * 3600.0) / 60
    _on_raster(axes, np.where(np.isfinite(minutes), minutes, np.nan), "过河只有浅滩一处(min)")


@panel("isochrones", "等时线")
def _isochrones(axes: Any) -> None:
    ground = _valley()
    arrival = travel_time.arrival_s(ground, [IGNITION], horizon_s=2 * 3600.0)
    wanted = (20.0, 40.0, 60.0, 90.0)
    axes.imshow(ground.speed_m_s == 0, cmap="Blues", extent=(0, SIDE * CELL_M) * 2, vmax=2, interpolation="nearest")
    for place, shape in enumerate(isochrones.isochrones(ground, arrival, minutes=wanted)):
        outline(axes, shape, color=CYCLE[place])
        axes.plot([], color=CYCLE[place], label=f"{wanted[place]:.0f} min")
    axes.plot(*IGNITION, "*", color=CYCLE[1], markersize=6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.legend(loc="upper left")
