# SPDX-License-Identifier: Apache-2.0
"""晴雨准确率: the share of right answers to "will it rain", as the China Meteorological Administration counts it."""

from math import nan
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.verification.contingency import contingency

STANDING: Final = Standing(
    verified_by=(),
    valid_for="12 或 24 小时站点降水；有降水指 ≥ 0.1 mm；微量（0.0）不论报与不报均算正确",
)
RAIN_MM: Final = 0.1
_NOISE_MM: Final = 1e-6


def rain_or_shine_accuracy(forecast_mm: ArrayLike, observed_mm: ArrayLike, *, trace: ArrayLike = False) -> float:
    """Give the per cent of right rain-or-not forecasts, PC = (NA + ND)/(NA + NB + NC + ND) · 100.

    NA rain said and seen, NB said only, NC seen only, ND neither. A station that saw only a trace (0.0 mm with weather
    observed) counts as right either way.

    Parameters
    ----------
    forecast_mm, observed_mm
        Rain of one period at stations; NaN is missing and not counted.
    trace
        Where the station reported a trace.

    Returns
    -------
    float
        Per cent; NaN where nothing can be compared.

    References
    ----------
    中国气象局《中短期天气预报质量检验办法（试行）》（气发〔2005〕109 号）、《全国城镇天气预报质量检验方案》四（一）1.
    """
    said, seen = np.asarray(forecast_mm, float), np.asarray(observed_mm, float)
    traced = np.broadcast_to(np.asarray(trace, bool), np.broadcast_shapes(said.shape, seen.shape))
    credited = np.where(traced, said, seen)
    share = contingency(said, credited, threshold=RAIN_MM - _NOISE_MM).proportion_correct
    return 100.0 * share if share == share else nan


def skill(accuracy_pct: float, reference_pct: float) -> float:
    """Give the skill over a reference forecast in per cent, SPC = (PC_F - PC_N)/(1 - PC_N) with shares of one."""
    rest = 100.0 - reference_pct
    return 100.0 * (accuracy_pct - reference_pct) / rest if rest else nan
