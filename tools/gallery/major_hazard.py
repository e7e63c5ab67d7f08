# SPDX-License-Identifier: Apache-2.0
"""Picture of major-hazard identification and levels."""

from typing import Any

import numpy as np

from anshu.science.major_hazard import gb18218
from tools.gallery.drawing import curves
from tools.gallery.panels import Panels

panel = Panels()


@panel("gb18218", "GB 18218:液氯的 S 与 R")
def _chlorine(axes: Any) -> None:
    tonnes = np.geomspace(1, 500, 80)
    lines: dict[str, list[float]] = {}
    for people in (0, 40, 100):
        found = [gb18218.assess([gb18218.holding("氯", float(one))], people_within_500_m=people) for one in tonnes]
        lines[f"R,周边 {people} 人"] = [np.nan if one.r is None else one.r for one in found]
        lines["S"] = [one.s for one in found]
    curves(axes, tonnes, lines, x_label="液氯 t", y_label="", log="xy")
    for level in (10, 50, 100):
        axes.axhline(level, color="#888888", linewidth=0.6, linestyle=":")
