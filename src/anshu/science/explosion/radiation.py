# SPDX-License-Identifier: Apache-2.0
"""How heat reaches a target: the air's transmissivity and the share of sky a flame fills."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("黄皮书表 6.A.1（Raj）直立圆柱视角系数 80 格，末位 1", "圆柱视角系数与数值积分比对"),
    valid_for="透射率 p_w·X = 1e4–1e5 Pa·m；直立圆柱火焰，目标在底面高度",
)


def water_vapour_pa(*, humidity_fraction: float, temperature_k: float) -> float:
    """Give the partial pressure of water, 101325 RH exp(14.4114 - 5328/T) (Mudan & Croce 1988)."""
    return float(101325.0 * humidity_fraction * np.exp(14.4114 - 5328.0 / temperature_k))


def transmissivity(path_m: ArrayLike, *, water_pa: float) -> Array:
    """Give the share of heat that passes the air, τ = 2.02 (p_w X)^-0.09, at most one (Pietersen & Huerta 1985)."""
    return np.minimum(2.02 * (water_pa * np.asarray(path_m, float)) ** -0.09, 1.0)


def cylinder_view(distance_m: ArrayLike, *, diameter_m: float, length_m: float) -> tuple[Array, Array]:
    """Give the view factors of an upright cylinder for a vertical and a horizontal target at its base's height.

    Parameters
    ----------
    distance_m
        From the cylinder's axis, beyond its surface.
    diameter_m, length_m
        Of the flame.

    References
    ----------
    Beyler, C. L. (2002), SFPE Handbook of Fire Protection Engineering, 3rd ed., section 3-11, equations 20-21.
    """
    s = 2.0 * np.asarray(distance_m, float) / diameter_m
    h = 2.0 * length_m / diameter_m
    a, b = (h**2 + s**2 + 1.0) / (2.0 * s), (1.0 + s**2) / (2.0 * s)
    edge = np.sqrt((s - 1.0) / (s + 1.0))
    upper = np.arctan(np.sqrt((a + 1.0) / (a - 1.0)) * edge) / np.sqrt(a**2 - 1.0)
    lower = np.arctan(np.sqrt((b + 1.0) / (b - 1.0)) * edge) / np.sqrt(b**2 - 1.0)
    vertical = (np.arctan(h / np.sqrt(s**2 - 1.0)) - h * np.arctan(edge) + a * h * upper) / (np.pi * s)
    horizontal = ((b - 1.0 / s) * lower - (a - 1.0 / s) * upper) / np.pi
    return vertical, horizontal
