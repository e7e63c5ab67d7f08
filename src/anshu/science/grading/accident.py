# SPDX-License-Identifier: Apache-2.0
"""Grades of work-safety accidents by the State Council's decree 493 (生产安全事故等级)."""

from dataclasses import dataclass
from datetime import date
from math import isnan, nan
from typing import Final

from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Bands, Grade, worst

STANDING: Final = Standing(
    verified_by=("国务院令第 493 号第三条条文界限（6 处转载一致）",),
    valid_for="生产经营活动中的生产安全事故；“以上”含本数，“以下”不含",
)

GRADES: Final = (
    Grade("general", 1, "一般事故"),
    Grade("larger", 2, "较大事故"),
    Grade("major", 3, "重大事故"),
    Grade("extraordinary", 4, "特别重大事故"),
)
_DECREE: Final = "《生产安全事故报告和调查处理条例》（国务院令第 493 号）第三条"
_SINCE: Final = date(2007, 6, 1)
DEATHS: Final = Bands(_DECREE, (3, 10, 30), GRADES, since=_SINCE)
SERIOUSLY_INJURED: Final = Bands(_DECREE, (10, 50, 100), GRADES, since=_SINCE)
DIRECT_LOSS_YUAN: Final = Bands(_DECREE, (1e7, 5e7, 1e8), GRADES, since=_SINCE)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A grade, the criteria that reach it, and those not known yet."""

    grade: Grade
    decided_by: tuple[str, ...]
    missing: tuple[str, ...]


def assess(*, deaths: float = nan, seriously_injured: float = nan, direct_loss_yuan: float = nan) -> Assessment | None:
    """Grade an accident by the worst of its three criteria; None where none of them is known (NaN).

    Acute industrial poisoning counts among the seriously injured (article 3).

    Raises
    ------
    Refusal
        `negative` where a criterion is below zero.
    """
    criteria = {
        "deaths": (deaths, DEATHS),
        "seriously_injured": (seriously_injured, SERIOUSLY_INJURED),
        "direct_loss_yuan": (direct_loss_yuan, DIRECT_LOSS_YUAN),
    }
    return worst_of(criteria)


def worst_of(criteria: dict[str, tuple[float, Bands]]) -> Assessment | None:
    """Grade each known criterion by its own bands and keep the worst."""
    for name, (value, _) in criteria.items():
        if value < 0:
            raise Refusal("negative", name=name, value=value)
    grades = {name: bands.grade(value) for name, (value, bands) in criteria.items()}
    grade = worst(list(grades.values()))
    if grade is None:
        return None
    return Assessment(
        grade=grade,
        decided_by=tuple(name for name, one in grades.items() if one == grade),
        missing=tuple(name for name, (value, _) in criteria.items() if isnan(value)),
    )
