# SPDX-License-Identifier: Apache-2.0
"""Intensity-duration thresholds of rain that triggers landslides, with the wetness before it, as dated local data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Bands, Grade
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Caine (1980) 原式及图示数值",),
    valid_for="浅层滑坡与泥石流；阈值、前期雨量系数、分级比须为本地率定值，未给出即拒绝；结果只作研判",
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """I = a D^-b, mm/h over hours, for an area, from a source, between dates; hours it was drawn for.

    `wetness` lowers the threshold by the antecedent index in mm over a reference, where calibrated.
    """

    source: str
    scale: float
    exponent: float
    shortest_h: float
    longest_h: float
    since: date | None = None
    until: date | None = None
    wetness_reference_mm: float | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether this threshold is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def intensity_mm_h(self, duration_h: ArrayLike) -> Array:
        """Give the triggering intensity over a duration; NaN outside the hours it was drawn for."""
        hours = np.asarray(duration_h, float)
        within = (hours >= self.shortest_h) & (hours <= self.longest_h)
        return np.where(within, self.scale * np.where(within, hours, 1.0) ** -self.exponent, np.nan)


# A lower bound of 73 recorded slides and debris flows worldwide; a reference to compare with, never a local threshold.
CAINE: Final = Threshold(
    source="Caine, N. (1980), Geografiska Annaler 62A, 23-27",
    scale=14.82,
    exponent=0.39,
    shortest_h=0.167,
    longest_h=500.0,
)

# Classes as the meteorological and natural-resource services name them; the ratios that part them are local data.
CLASSES: Final = (
    Grade("low", 1, "一般及以下"),
    Grade("3", 3, "三级，风险较高（黄）"),
    Grade("4", 4, "四级，风险高（橙）"),
    Grade("5", 5, "五级，风险很高（红）"),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The largest share of a threshold reached, over which hours, and the class where ratios are given."""

    ratio: float
    duration_h: float
    grade: Grade | None


def class_bands(source: str, ratios: tuple[float, float, float], *, since: date | None = None) -> Bands:
    """Make the bands of classes 3, 4 and 5 from a county's own ratios to its threshold."""
    return Bands(source, ratios, CLASSES, since=since)


def assess(
    rain_mm_by_hours: Mapping[float, float],
    *,
    thresholds: Sequence[Threshold],
    day: date,
    antecedent_mm: float = 0.0,
    bands: Bands | None = None,
) -> Assessment | None:
    """Set the rain of several durations against the threshold in force.

    The ratio is the largest of (P/D)/I(D), I lowered by (1 + Pₐ/P_ref)⁻¹ where the threshold names a reference.

    Parameters
    ----------
    rain_mm_by_hours
        Accumulated rain by duration in hours; a missing one (NaN) is passed over.
    thresholds
        The county's thresholds; just one must hold on the day.
    day
        Day of the assessment.
    antecedent_mm
        Antecedent rain index before the storm.
    bands
        Classes by ratio, as `class_bands` makes them.

    Returns
    -------
    Assessment or None
        None where no duration can be judged.

    Raises
    ------
    Refusal
        `coefficients_missing` where no local threshold holds on the day, `no_edition_in_force` where several do.
    """
    holding = [one for one in thresholds if one.holds_on(day)]
    if not holding:
        raise Refusal("coefficients_missing", names=("threshold",))
    if len(holding) > 1:
        raise Refusal("no_edition_in_force", day=day.isoformat(), found=len(holding))
    threshold = holding[0]
    hours = np.array(sorted(rain_mm_by_hours))
    rain = np.array([rain_mm_by_hours[one] for one in hours])
    ratios = rain / hours / (threshold.intensity_mm_h(hours) * _lowered(threshold, antecedent_mm))
    if not np.isfinite(ratios).any():
        return None
    place = int(np.nanargmax(ratios))
    ratio = float(ratios[place])
    return Assessment(ratio, float(hours[place]), None if bands is None else bands.grade(ratio))


def _lowered(threshold: Threshold, antecedent_mm: float) -> float:
    reference = threshold.wetness_reference_mm
    return 1.0 if reference is None else 1.0 / (1.0 + antecedent_mm / reference)
