# SPDX-License-Identifier: Apache-2.0
"""Scores of yes/no forecasts from a 2×2 contingency table."""

from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("Finley 1884 龙卷预报表及 Wilks (2011) 第 8 章的评分",),
    valid_for="是/否事件；缺测对不计入",
)


@dataclass(frozen=True, slots=True)
class Contingency:
    """Counts of hits, false alarms, misses and correct rejections; a score without its denominator is NaN."""

    hits: int
    false_alarms: int
    misses: int
    correct_rejections: int

    @property
    def total(self) -> int:
        """All pairs counted."""
        return self.hits + self.false_alarms + self.misses + self.correct_rejections

    @property
    def detection(self) -> float:
        """Probability of detection, H/(H+M) (命中率)."""
        return _ratio(self.hits, self.hits + self.misses)

    @property
    def false_alarm_ratio(self) -> float:
        """False alarms among forecasts, F/(H+F) (空报率)."""
        return _ratio(self.false_alarms, self.hits + self.false_alarms)

    @property
    def miss_ratio(self) -> float:
        """Misses among events, M/(H+M) (漏报率)."""
        return _ratio(self.misses, self.hits + self.misses)

    @property
    def false_alarm_rate(self) -> float:
        """False alarms among non-events, F/(F+C)."""
        return _ratio(self.false_alarms, self.false_alarms + self.correct_rejections)

    @property
    def threat_score(self) -> float:
        """Critical success index, H/(H+F+M) (TS 评分)."""
        return _ratio(self.hits, self.hits + self.false_alarms + self.misses)

    @property
    def equitable_threat_score(self) -> float:
        """Threat score less the hits expected by chance (ETS, Gilbert skill score)."""
        chance = _ratio((self.hits + self.misses) * (self.hits + self.false_alarms), self.total)
        return _ratio(self.hits - chance, self.hits + self.false_alarms + self.misses - chance)

    @property
    def frequency_bias(self) -> float:
        """Forecasts per event, (H+F)/(H+M) (预报偏差)."""
        return _ratio(self.hits + self.false_alarms, self.hits + self.misses)

    @property
    def proportion_correct(self) -> float:
        """Correct answers of all, (H+C)/n."""
        return _ratio(self.hits + self.correct_rejections, self.total)

    @property
    def heidke(self) -> float:
        """Heidke skill score: proportion correct against chance."""
        h, f, m, c = self.hits, self.false_alarms, self.misses, self.correct_rejections
        return _ratio(2 * (h * c - f * m), (h + m) * (m + c) + (h + f) * (f + c))

    @property
    def peirce(self) -> float:
        """Peirce (Hanssen-Kuipers) skill score: detection less false alarm rate."""
        return self.detection - self.false_alarm_rate


def contingency(forecast: ArrayLike, observed: ArrayLike, *, threshold: float) -> Contingency:
    """Count the 2×2 table of values reaching a threshold (≥); pairs with a missing value do not count.

    References
    ----------
    Wilks, D. S. (2011), Statistical Methods in the Atmospheric Sciences, 3rd ed., section 8.2.
    """
    said, seen = np.broadcast_arrays(np.asarray(forecast, float), np.asarray(observed, float))
    known = ~(np.isnan(said) | np.isnan(seen))
    yes, came = said[known] >= threshold, seen[known] >= threshold
    return Contingency(
        hits=int(np.sum(yes & came)),
        false_alarms=int(np.sum(yes & ~came)),
        misses=int(np.sum(~yes & came)),
        correct_rejections=int(np.sum(~yes & ~came)),
    )


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else nan
