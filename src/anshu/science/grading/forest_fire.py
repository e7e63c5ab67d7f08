# SPDX-License-Identifier: Apache-2.0
"""Grades of forest fires by loss (森林火灾等级)."""

from datetime import date
from math import nan
from typing import Final

from anshu.science.grading.accident import Assessment, worst_of
from anshu.science.standing import Standing
from anshu.science.tables import Bands, Grade

STANDING: Final = Standing(
    verified_by=("《森林防火条例》第四十条条文界限",),
    valid_for="森林火灾；“以上”含本数，“以下”不含",
)

GRADES: Final = (
    Grade("general", 1, "一般森林火灾"),
    Grade("larger", 2, "较大森林火灾"),
    Grade("major", 3, "重大森林火灾"),
    Grade("extraordinary", 4, "特别重大森林火灾"),
)
_DECREE: Final = "《森林防火条例》（国务院令第 541 号）第四十条"
_SINCE: Final = date(2009, 1, 1)
AREA_HA: Final = Bands(_DECREE, (1, 100, 1000), GRADES, since=_SINCE)
DEATHS: Final = Bands(_DECREE, (3, 10, 30), GRADES, since=_SINCE)
SERIOUSLY_INJURED: Final = Bands(_DECREE, (10, 50, 100), GRADES, since=_SINCE)


def assess(*, area_ha: float = nan, deaths: float = nan, seriously_injured: float = nan) -> Assessment | None:
    """Grade a forest fire by the worst of burnt forest, deaths and serious injuries; None where none is known.

    Raises
    ------
    Refusal
        `negative` where a criterion is below zero.
    """
    return worst_of(
        {
            "area_ha": (area_ha, AREA_HA),
            "deaths": (deaths, DEATHS),
            "seriously_injured": (seriously_injured, SERIOUSLY_INJURED),
        }
    )
