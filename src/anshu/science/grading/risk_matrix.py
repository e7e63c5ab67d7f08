# SPDX-License-Identifier: Apache-2.0
"""LS: a 5×5 matrix of likelihood and severity (风险矩阵法)."""

import math
from dataclasses import dataclass
from typing import Final

from anshu.science.standing import Refusal, Standing
from anshu.science.tables import Bands, Grade

STANDING: Final = Standing(
    verified_by=(),
    valid_for="1–5 整数的可能性与严重性；分级界限各地不同，按本地规定配置",
)

STEPS: Final = (1, 2, 3, 4, 5)
FOUR_COLOURS: Final = Bands(
    source="5×5 LS 矩阵：R=L×S，20–25 重大、15–16 较大、9–12 一般、1–8 低（standards.md C2，各地不同）",
    edges=(9, 15, 20),
    grades=(
        Grade("blue", 1, "低风险"),
        Grade("yellow", 2, "一般风险"),
        Grade("orange", 3, "较大风险"),
        Grade("red", 4, "重大风险"),
    ),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A matrix product with its grade."""

    score: float
    grade: Grade


def assess(likelihood: float, severity: float, *, bands: Bands = FOUR_COLOURS) -> Assessment | None:
    """Grade a risk by the product of likelihood and severity; None where either is missing (NaN).

    R = L · S, both whole numbers from 1 to 5.

    Raises
    ------
    Refusal
        `off_scale` where either is not a whole number from 1 to 5.
    """
    if math.isnan(likelihood) or math.isnan(severity):
        return None
    for name, value in (("likelihood", likelihood), ("severity", severity)):
        if value not in STEPS:
            raise Refusal("off_scale", name=name, value=value)
    score = float(likelihood * severity)
    grade = bands.grade(score)
    return None if grade is None else Assessment(score, grade)
