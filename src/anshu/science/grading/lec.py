# SPDX-License-Identifier: Apache-2.0
"""LEC: the danger of a work condition as likelihood × exposure × consequence (作业条件危险性评价)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Bands, Grade

STANDING: Final = Standing(
    verified_by=("加油站 LEC 实例表（aqrzj.com 348231）7 例", "冲床实例（360docs 895219538）2 例"),
    valid_for="一个作业条件的相对比较；L、E、C 只取规定分值",
)

# Graham & Kinney 1976, Practical Risk Analysis for Safety Management; scale as used in China (standards.md C2).
LIKELIHOOD: Final = (10.0, 6.0, 3.0, 1.0, 0.5, 0.2, 0.1)
EXPOSURE: Final = (10.0, 6.0, 3.0, 2.0, 1.0, 0.5)
CONSEQUENCE: Final = (100.0, 40.0, 15.0, 7.0, 3.0, 1.0)

CLASSIC: Final = Bands(
    source="LEC 法通行分级：>320、160–320、70–160、20–70、<20；实例表将 D=20 归最低一级，边界归下",
    edges=(20, 70, 160, 320),
    grades=(
        Grade("slight", 1, "稍有危险，可以接受"),
        Grade("possible", 2, "可能危险，需要注意"),
        Grade("marked", 3, "显著危险，需要整改"),
        Grade("high", 4, "高度危险，需立即整改"),
        Grade("extreme", 5, "极其危险，不能继续作业"),
    ),
    edge_belongs_above=False,
)

# Colours differ by province; this reading owns each boundary upwards. A county sets its own as data.
FOUR_COLOURS: Final = Bands(
    source="DB37/T 2882-2016 一类：D≥320 红、160≤D<320 橙、70≤D<160 黄、D<70 蓝（各省不同，按本地规定配置）",
    edges=(70, 160, 320),
    grades=(
        Grade("blue", 1, "低风险"),
        Grade("yellow", 2, "一般风险"),
        Grade("orange", 3, "较大风险"),
        Grade("red", 4, "重大风险"),
    ),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A LEC score with its grade."""

    score: float
    grade: Grade


def assess(likelihood: float, exposure: float, consequence: float, *, bands: Bands = CLASSIC) -> Assessment | None:
    """Score a work condition by LEC and grade it; None where a factor is missing (NaN).

    D = L · E · C

    Parameters
    ----------
    likelihood, exposure, consequence
        Values of the scales LIKELIHOOD, EXPOSURE and CONSEQUENCE.
    bands
        The grading to apply; boundaries differ by province.

    Raises
    ------
    Refusal
        `off_scale` where a factor is not one of its scale's values.

    References
    ----------
    Graham, K. J. and Kinney, G. F. (1976), Practical Risk Analysis for Safety Management, NWC TP 5865.
    """
    score = likelihood * exposure * consequence
    grade = bands.grade(score)
    if grade is None:
        return None
    _check("likelihood", likelihood, LIKELIHOOD)
    _check("exposure", exposure, EXPOSURE)
    _check("consequence", consequence, CONSEQUENCE)
    return Assessment(score, grade)


def scales() -> Mapping[str, tuple[float, ...]]:
    """Give the three scales by name, for a form to offer."""
    return {"likelihood": LIKELIHOOD, "exposure": EXPOSURE, "consequence": CONSEQUENCE}


def _check(name: str, value: float, scale: tuple[float, ...]) -> None:
    if value not in scale:
        raise Refusal("off_scale", name=name, value=value)
