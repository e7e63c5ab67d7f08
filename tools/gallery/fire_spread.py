# SPDX-License-Identifier: Apache-2.0
"""Pictures of surface fire: speed by wind and slope, and where it may be hour by hour."""

from typing import Any

import numpy as np

from anshu.science.fire_spread import ellipse, rothermel, wind
from anshu.science.fire_spread.fuels import ANDERSON, Moisture
from tools.gallery.drawing import CYCLE, curves, label, outline
from tools.gallery.panels import Panels

panel = Panels()
DRY = Moisture(0.06, 0.07, 0.08)


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
