# SPDX-License-Identifier: Apache-2.0
"""Wind at the flame from wind at ten metres, over open fuel."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing, require_positive
from anshu.science.units import FOOT_M, Array

STANDING: Final = Standing(
    verified_by=("美国林务局 Behave 核心（pyrothermel 0.1.4）",),
    valid_for="无林冠遮蔽的可燃物；林下风须另给折减",
)
_TEN_METRES_OVER_TWENTY_FEET: Final = 1.15


def midflame_wind_m_s(wind_10m_m_s: ArrayLike, *, depth_m: float) -> Array:
    """Give the mean wind from the top of the fuel to twice its depth, U₂₀ · 1.83/ln((20 + 0.36 H)/(0.13 H)), H in ft.

    References
    ----------
    Albini, F. A. and Baughman, R. G. (1979), USDA Forest Service INT-221, as in Andrews, P. L. (2012), RMRS-GTR-266;
    wind at 20 ft from 10 m by Turner, J. A. and Lawson, B. D. (1978), 1/1.15.
    """
    require_positive(depth_m=depth_m)
    depth = depth_m / FOOT_M
    factor = 1.83 / np.log((20 + 0.36 * depth) / (0.13 * depth))
    wind: Array = np.asarray(wind_10m_m_s, float) / _TEN_METRES_OVER_TWENTY_FEET * factor
    return wind
