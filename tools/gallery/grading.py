# SPDX-License-Identifier: Apache-2.0
"""Pictures of the scales by which risks, accidents, rain and fires are graded."""

from collections.abc import Callable
from typing import Any

import numpy as np

from anshu.science.grading import accident, fire_danger, forest_fire, lec, rain, risk_matrix
from tools.gallery.drawing import label
from tools.gallery.panels import Panels

panel = Panels()


def _steps(axes: Any, values: np.ndarray, rows: dict[str, Callable[[float], Any]], unit: str) -> None:
    """This will draw which grade each value falls in, a row for each criterion."""
    ranks = [[getattr(grade_of(float(one)), "rank", np.nan) for one in values] for grade_of in rows.values()]
    axes.pcolormesh(
        values, range(len(rows)), np.array(ranks, float), cmap="cividis", shading="nearest", rasterized=True
    )
    axes.set_yticks(range(len(rows)), list(rows))
    label(axes, unit, "", log="x")
    axes.grid(visible=False)


def _by(assess: Callable[..., Any], name: str, scale: float = 1.0) -> Callable[[float], Any]:
    return lambda value: assess(**{name: value * scale}).grade


@panel("lec", "LEC:D 值分级")
def _lec(axes: Any) -> None:
    rows = {"经典": lec.CLASSIC.grade, "四色": lec.FOUR_COLOURS.grade}
    _steps(axes, np.geomspace(1, 1000, 300), rows, "D = L·E·C(深色低,浅色高)")


@panel("risk_matrix", "LS 风险矩阵")
def _matrix(axes: Any) -> None:
    steps = risk_matrix.STEPS
    ranks = np.array([[risk_matrix.assess(one, other).grade.rank for other in steps] for one in steps])
    axes.pcolormesh(steps, steps, ranks, cmap="cividis", shading="nearest", edgecolors="white")
    for likelihood in steps:
        for severity in steps:
            rank = ranks[likelihood - 1][severity - 1]
            colour = "white" if rank < ranks.max() - 1 else "black"
            axes.text(severity, likelihood, likelihood * severity, ha="center", va="center", color=colour)
    label(axes, "严重性 S", "可能性 L")
    axes.grid(visible=False)


@panel("accident", "生产安全事故分级")
def _accident(axes: Any) -> None:
    rows = {
        "死亡": _by(accident.assess, "deaths"),
        "重伤": _by(accident.assess, "seriously_injured"),
        "损失\n百万元": _by(accident.assess, "direct_loss_yuan", 1e6),
    }
    _steps(axes, np.geomspace(1, 300, 300), rows, "人或百万元(深色一般,浅色特别重大)")


@panel("forest_fire", "森林火灾分级")
def _forest_fire(axes: Any) -> None:
    rows = {
        "面积\nhm²": _by(forest_fire.assess, "area_ha"),
        "死亡": _by(forest_fire.assess, "deaths"),
        "重伤": _by(forest_fire.assess, "seriously_injured"),
    }
    _steps(axes, np.geomspace(0.1, 3000, 300), rows, "hm² 或人(深色一般,浅色特别重大)")


@panel("rain", "降雨量等级")
def _rain(axes: Any) -> None:
    rows = {f"{hours} h": (lambda value, hours=hours: rain.grade(value, hours=hours)) for hours in (12, 24)}
    _steps(axes, np.geomspace(0.1, 500, 300), rows, "mm(深色小雨,浅色特大暴雨)")


@panel("fire_danger", "火险等级")
def _danger(axes: Any) -> None:
    rows = {"LY/T 1172": fire_danger.LY_T_1172.grade, "EFFIS": fire_danger.EFFIS_FWI.grade}
    _steps(axes, np.geomspace(1, 120, 300), rows, "指数(两者是不同量表)")
