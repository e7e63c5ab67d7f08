# SPDX-License-Identifier: Apache-2.0
"""Pictures of landslide rain thresholds; the published lines are references, not local thresholds."""

from typing import Any

import numpy as np

from anshu.science.slope.antecedent_threshold import CHLEBORAD
from anshu.science.slope.rain_threshold import CAINE
from tools.gallery.drawing import curves
from tools.gallery.panels import Panels

panel = Panels()


@panel("rain_threshold", "雨强—历时(Caine,参照)")
def _caine(axes: Any) -> None:
    hours = np.geomspace(0.2, 480, 60)
    curves(axes, hours, {"": CAINE.intensity_mm_h(hours)}, x_label="历时 h", y_label="临界雨强 mm/h", log="xy")


@panel("antecedent_threshold", "近期—前期雨量(Chleborad,参照)")
def _chleborad(axes: Any) -> None:
    before = np.linspace(0, 150, 60)
    recent = [CHLEBORAD.recent_mm(float(one)) for one in before]
    curves(axes, before, {"": recent}, x_label="之前 15 天 mm", y_label="近 3 天临界 mm")
