# SPDX-License-Identifier: Apache-2.0
"""A plume from near the ground, spread by measured turbulence rather than by class (van Ulden 1978)."""

from math import gamma
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.surface_layer import VON_KARMAN, SurfaceLayer, wind_speed
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Prairie Grass 1956 奇数次试验 77 个弧最大浓度：FAC2 0.96、FB 0.22、NMSE 0.55；横风积分 FB 0.04",),
    valid_for="近地（≤ 1 m）连续泄漏，平坦草地，50–800 m，u* 与 L 已知；10 分钟平均",
    supersedes="按稳定度级别的高斯烟羽（同一资料 ISCST2：FAC2 0.55）",
)
# Shape of the vertical profile, and heights that stand for transport and mixing (van Ulden 1978, section 3).
_SHAPE: Final = 1.5
_TRANSPORT_AT: Final = 0.6
_MIXING_AT: Final = 1.55
# Businger et al. (1971), Journal of the Atmospheric Sciences 28, 181-189: mixing of heat, for that of matter.
_BUSINGER_KARMAN: Final = 0.35
_A: Final = _SHAPE * gamma(2 / _SHAPE) / gamma(1 / _SHAPE) ** 2
_B: Final = gamma(2 / _SHAPE) / gamma(1 / _SHAPE)
# Draxler (1976), surface sources.
_DRAXLER_S: Final = 300.0
_LOWEST_M: Final = 0.02
_HIGHEST_M: Final = 400.0


def concentration_per_rate(
    layer: SurfaceLayer, x_m: ArrayLike, y_m: ArrayLike = 0.0, *, receptor_m: float = 1.5
) -> Array:
    """Give concentration over emission rate, C/Q, s/m³.

    The mean height z̄ of the plume grows by dz̄/dx = k²/{[ln(0.6 z̄/z₀) - ψ] φ_h(1.55 z̄/L)} with k = 0.35 and
    φ_h = 0.74 + 4.7 z/L in stable, 0.74 (1 - 9 z/L)^-1/2 in unstable air; the crosswind-integrated concentration
    is A/(z̄ u) exp(-(B z/z̄)^1.5) with u taken at 0.6 z̄; across the wind the plume is Gaussian with
    σy = σ_v t /(1 + 0.9 √(t/300 s)), t = x/u, σ_v = u* (12 + 0.5 z_i/|L|)^(1/3) in unstable and 1.3 u* in other air.

    Parameters
    ----------
    layer
        Friction velocity, Obukhov length, roughness and mixing height.
    x_m, y_m
        Metres downwind (above zero) and across.
    receptor_m
        Height of the receptor.

    References
    ----------
    van Ulden, A. P. (1978), Atmospheric Environment 12, 2125-2129; Hanna, S. R. (1982) in Atmospheric Turbulence and
    Air Pollution Modelling, ch. 7; Draxler, R. R. (1976), Atmospheric Environment 10, 99-105.
    """
    along, across = np.asarray(x_m, float), np.asarray(y_m, float)
    sigma_y = crosswind_spread(layer, along)
    level = np.exp(-0.5 * (across / sigma_y) ** 2) / (np.sqrt(2 * np.pi) * sigma_y)
    value: Array = crosswind_integrated_per_rate(layer, along, receptor_m=receptor_m) * level
    return value


def crosswind_integrated_per_rate(layer: SurfaceLayer, x_m: ArrayLike, *, receptor_m: float = 1.5) -> Array:
    """Give the crosswind-integrated concentration over emission rate, s/m²."""
    mean = mean_height(layer, x_m)
    speed = wind_speed(layer, _TRANSPORT_AT * mean)
    value: Array = _A / (mean * speed) * np.exp(-((_B * receptor_m / mean) ** _SHAPE))
    return value


def crosswind_spread(layer: SurfaceLayer, x_m: ArrayLike) -> Array:
    """Give σy, metres."""
    along = np.asarray(x_m, float)
    if layer.obukhov_length_m < 0:
        ratio = (12.0 + 0.5 * layer.mixing_height_m / -layer.obukhov_length_m) ** (1 / 3)
    else:
        ratio = 1.3
    travel = along / wind_speed(layer, _TRANSPORT_AT * mean_height(layer, along))
    spread: Array = ratio * layer.friction_velocity_m_s * travel / (1.0 + 0.9 * np.sqrt(travel / _DRAXLER_S))
    return spread


def mean_height(layer: SurfaceLayer, x_m: ArrayLike) -> Array:
    """Give the plume's mean height z̄, metres."""
    low = max(_LOWEST_M, 4.0 * layer.roughness_m)
    heights = np.geomspace(low, _HIGHEST_M, 400)
    speed_scale = wind_speed(layer, _TRANSPORT_AT * heights) * VON_KARMAN / layer.friction_velocity_m_s
    # Above the layer where the formulas hold the unstable wind scale may fall to nothing; the plume is then mixed out.
    slope = _BUSINGER_KARMAN**2 / (np.maximum(speed_scale, 0.1) * _mixing_gradient(layer, _MIXING_AT * heights))
    steps = np.diff(heights) * 2.0 / (slope[1:] + slope[:-1])
    reached = np.concatenate([[0.0], np.cumsum(steps)])
    mean: Array = np.interp(np.asarray(x_m, float), reached, heights)
    return mean


def _mixing_gradient(layer: SurfaceLayer, height_m: Array) -> Array:
    ratio = height_m / layer.obukhov_length_m
    return np.where(ratio >= 0, 0.74 + 4.7 * ratio, 0.74 / np.sqrt(1.0 - 9.0 * np.minimum(ratio, 0.0)))
