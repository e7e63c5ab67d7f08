# SPDX-License-Identifier: Apache-2.0
"""Grades of rain by GB/T 28592-2012 (降雨量等级)."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Bands, Grade

STANDING: Final = Standing(
    verified_by=("GB/T 28592-2012 表 1 各级上下限（12 h、24 h）",),
    valid_for="12 小时或 24 小时累计降雨量，mm；记到 0.1 mm",
)

NONE: Final = Grade("none", 0, "无降雨")
GRADES: Final = (
    Grade("trace", 1, "微量降雨（零星小雨）"),
    Grade("light", 2, "小雨"),
    Grade("moderate", 3, "中雨"),
    Grade("heavy", 4, "大雨"),
    Grade("rainstorm", 5, "暴雨"),
    Grade("severe_rainstorm", 6, "大暴雨"),
    Grade("extraordinary_rainstorm", 7, "特大暴雨"),
)
_STANDARD: Final = "GB/T 28592-2012 降水量等级 表 1"
_SINCE: Final = date(2012, 8, 1)
BANDS_BY_HOURS: Final[Mapping[int, Bands]] = MappingProxyType(
    {
        12: Bands(_STANDARD, (0.1, 5.0, 15.0, 30.0, 70.0, 140.0), GRADES, since=_SINCE),
        24: Bands(_STANDARD, (0.1, 10.0, 25.0, 50.0, 100.0, 250.0), GRADES, since=_SINCE),
    }
)
# Sums of tenths carry binary noise (ten times 0.1 falls just short of 1); the table is written in tenths.
_NOISE_MM: Final = 1e-6


def grade(rain_mm: float, *, hours: int) -> Grade | None:
    """Grade rain accumulated over 12 or 24 hours; None where the amount is missing (NaN).

    Raises
    ------
    Refusal
        `no_table_for_hours` for another duration, `negative` for an amount below zero.
    """
    bands = BANDS_BY_HOURS.get(hours)
    if bands is None:
        raise Refusal("no_table_for_hours", hours=hours)
    if rain_mm < 0:
        raise Refusal("negative", name="rain_mm", value=rain_mm)
    return NONE if rain_mm == 0 else bands.grade(rain_mm + _NOISE_MM)
