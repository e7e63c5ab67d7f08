# SPDX-License-Identifier: Apache-2.0
"""SCS curve number: how much of a storm runs off."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("TR-55（1986）表 2-1，117 格", "Ponce《Engineering Hydrology》习题答案 3 例"),
    valid_for="小流域单场降雨总量；CN 30–100，须有本地值；雨强不入式",
)
ABSTRACTION: Final = 0.2


def retention_mm(curve_number: float | None) -> float:
    """Give the potential retention S = 25400/CN - 254, mm.

    Raises
    ------
    Refusal
        `coefficients_missing` without a local curve number, `bad_curve_number` outside 1-100.
    """
    if curve_number is None:
        raise Refusal("coefficients_missing", names=("curve_number",))
    if not 1 <= curve_number <= 100:
        raise Refusal("bad_curve_number", value=curve_number)
    return 25400.0 / curve_number - 254.0


def runoff_mm(rain_mm: ArrayLike, *, curve_number: float | None, abstraction: float = ABSTRACTION) -> Array:
    """Give the runoff of accumulated rain, Q = (P - λS)²/(P + (1 - λ)S), nothing up to P = λS.

    References
    ----------
    USDA NRCS (2004), National Engineering Handbook, part 630, chapter 10, equation 10-11.
    """
    rain, retained = np.asarray(rain_mm, float), retention_mm(curve_number)
    effective = np.maximum(rain - abstraction * retained, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(effective > 0, effective / (effective + retained), 0.0 * effective)
    return effective * share


def rain_for_runoff_mm(runoff: ArrayLike, *, curve_number: float | None, abstraction: float = ABSTRACTION) -> Array:
    """Find the rain that gives a runoff, P = λS + (Q + √(Q² + 4QS))/2; the inverse of `runoff_mm` for Q above zero."""
    wanted, retained = np.asarray(runoff, float), retention_mm(curve_number)
    return abstraction * retained + (wanted + np.sqrt(wanted**2 + 4.0 * wanted * retained)) / 2.0


def curve_number_of(rain_mm: float, runoff: float) -> float:
    """Find the curve number of a measured storm, S = 5 [P + 2Q - √(4Q² + 5PQ)] (Hawkins 1973)."""
    if not 0 < runoff <= rain_mm:
        raise Refusal("bad_runoff", rain_mm=rain_mm, runoff_mm=runoff)
    retained = 5.0 * (rain_mm + 2.0 * runoff - float(np.sqrt(4.0 * runoff**2 + 5.0 * rain_mm * runoff)))
    return 25400.0 / (retained + 254.0)


def for_wetness(curve_number: float, *, wet: bool) -> float:
    """Move an average curve number to wet (III) or dry (I) ground (Chow, Maidment and Mays 1988, eqs. 5.5.5-5.5.6)."""
    if wet:
        return 23.0 * curve_number / (10.0 + 0.13 * curve_number)
    return 4.2 * curve_number / (10.0 - 0.058 * curve_number)
