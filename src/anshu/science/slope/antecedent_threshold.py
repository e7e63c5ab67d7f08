# SPDX-License-Identifier: Apache-2.0
"""Thresholds of recent rain that fall as the rain before it rises, as dated local data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.slope.rain_threshold import Assessment
from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Bands
from anshu.science.units import INCH_M

STANDING: Final = Standing(
    verified_by=("Chleborad (2003) 原式数值",),
    valid_for="以日雨量判断的浅层滑坡；截距、斜率、天数、分级比须为本地率定值，未给出即拒绝；结果只作研判",
)
_INCH_MM: Final = INCH_M * 1000


@dataclass(frozen=True, slots=True)
class AntecedentThreshold:
    """P_recent = intercept - slope · P_before, not below the least, from a source, between dates.

    Parameters
    ----------
    source
        Study or decision that laid it down.
    intercept_mm, slope
        Of the line; a slope of 0 leaves a plain threshold of recent rain.
    recent_days, before_days
        Days summed as recent, up to the day judged, and as before, up to the first of those.
    least_mm
        Recent rain below which nothing is expected however wet the ground.
    since, until
        First day in force and first day no longer in force; None where unknown or open.
    """

    source: str
    intercept_mm: float
    slope: float
    recent_days: int
    before_days: int
    least_mm: float
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether this threshold is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def recent_mm(self, before_mm: float) -> float:
        """Give the recent rain that triggers after so much rain before."""
        return max(self.intercept_mm - self.slope * before_mm, self.least_mm)


# Rain of three days against that of the fifteen before, for Seattle; to compare with, never a local threshold. The
# least rain is not of the report: it keeps the line from reaching nothing after very wet weeks.
CHLEBORAD: Final = AntecedentThreshold(
    source="Chleborad, A. F. (2003), USGS Open-File Report 03-463",
    intercept_mm=3.5 * _INCH_MM,
    slope=0.67,
    recent_days=3,
    before_days=15,
    least_mm=0.5 * _INCH_MM,
)


def assess_antecedent(
    daily_rain_mm: ArrayLike,
    *,
    thresholds: Sequence[AntecedentThreshold],
    day: date,
    bands: Bands | None = None,
) -> Assessment | None:
    """Set recent rain against the threshold in force, lowered by the rain before; None where a day is missing.

    Parameters
    ----------
    daily_rain_mm
        Rain by day, the last being the day judged.
    thresholds
        The county's thresholds; just one must hold on the day.
    day
        Day of the assessment.
    bands
        Classes by ratio, as `rain_threshold.class_bands` makes them.

    Raises
    ------
    Refusal
        `coefficients_missing` where no local threshold holds on the day, `no_edition_in_force` where several do,
        `too_few_days` where the series is shorter than the threshold looks back.
    """
    holding = [one for one in thresholds if one.holds_on(day)]
    if not holding:
        raise Refusal("coefficients_missing", names=("antecedent_threshold",))
    if len(holding) > 1:
        raise Refusal("no_edition_in_force", day=day.isoformat(), found=len(holding))
    threshold, rain = holding[0], np.atleast_1d(np.asarray(daily_rain_mm, float))
    needed = threshold.recent_days + threshold.before_days
    if rain.size < needed:
        raise Refusal("too_few_days", found=int(rain.size), needed=needed)
    recent = float(rain[-threshold.recent_days :].sum())
    before = float(rain[-needed : -threshold.recent_days].sum())
    if np.isnan(recent + before):
        return None
    ratio = recent / threshold.recent_mm(before)
    return Assessment(ratio, 24.0 * threshold.recent_days, None if bands is None else bands.grade(ratio))
