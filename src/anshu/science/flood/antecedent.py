# SPDX-License-Identifier: Apache-2.0
"""Antecedent rain index: how wet the ground already is (前期影响雨量)."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="逐日雨量；衰减系数 K 与最大蓄水量须有本地率定值，未给出即拒绝",
)


def antecedent_rain_mm(
    daily_rain_mm: ArrayLike, *, recession: float | None, start_mm: float = 0.0, capacity_mm: float | None = None
) -> Array:
    """Give the index at the beginning of each day and after the last, from daily rain.

    Paₜ₊₁ = K (Paₜ + Pₜ), not above the capacity; without a capacity this is Σ Kⁱ Pₜ₋ᵢ.

    Parameters
    ----------
    daily_rain_mm
        One value a day in order; a missing day (NaN) leaves the index missing from then on.
    recession
        Daily recession K, 0 to 1, of the place.
    start_mm
        Index at the beginning.
    capacity_mm
        Most the ground holds, Iₘ.

    Raises
    ------
    Refusal
        `coefficients_missing` without a local K.

    References
    ----------
    Kohler, M. A. and Linsley, R. K. (1951), US Weather Bureau Research Paper 34; SL 250-2000 水文情报预报规范.
    """
    if recession is None:
        raise Refusal("coefficients_missing", names=("recession",))
    if not 0 < recession < 1:
        raise Refusal("bad_recession", value=recession)
    rain = np.asarray(daily_rain_mm, float)
    index = np.empty(rain.size + 1)
    index[0] = start_mm
    for day, fallen in enumerate(rain):
        held = recession * (index[day] + fallen)
        index[day + 1] = held if capacity_mm is None else np.minimum(held, capacity_mm)
    return index
