# SPDX-License-Identifier: Apache-2.0
"""Monin-Obukhov profiles of wind and mixing near the ground, and their parameters from a Pasquill class."""

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.stability import check_class
from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Prairie Grass 试验间接检验（surface_layer_plume）",),
    valid_for="平坦均一地面，z < |L| 的近地层",
)
VON_KARMAN: Final = 0.4
# 1/L = a log10(z0) + b by class: Golder (1972), as fitted by Myrup & Ranzieri (1976) and used by EPA and CCPS.
_GOLDER: Final = {
    "A": (0.0355, -0.08),
    "B": (0.0193, -0.0385),
    "C": (0.0135, -0.0081),
    "D": (0.0, 0.0),
    "E": (-0.0135, 0.0081),
    "F": (-0.0193, 0.0385),
}


@dataclass(frozen=True, slots=True)
class SurfaceLayer:
    """Friction velocity in m/s, Obukhov length in metres (infinite when neutral), roughness and mixing height in m."""

    friction_velocity_m_s: float
    obukhov_length_m: float
    roughness_m: float
    mixing_height_m: float = 1000.0

    def __post_init__(self) -> None:
        require_positive(friction_velocity_m_s=self.friction_velocity_m_s, roughness_m=self.roughness_m)


def wind_speed(layer: SurfaceLayer, height_m: ArrayLike) -> Array:
    """Give the wind at a height, u = u*/k [ln(z/z₀) - ψ(z/L) + ψ(z₀/L)], m/s (Dyer 1974, k = 0.4)."""
    z = np.asarray(height_m, float)
    scaled = np.log(z / layer.roughness_m) - _psi(z, layer) + _psi(np.asarray(layer.roughness_m), layer)
    return layer.friction_velocity_m_s / VON_KARMAN * scaled


def obukhov_length(stability: str, roughness_m: float) -> float:
    """Estimate the Obukhov length from a Pasquill class and the roughness, metres (Golder 1972)."""
    slope, offset = _GOLDER[check_class(stability)]
    inverse = slope * float(np.log10(roughness_m)) + offset
    return inf if inverse == 0 else 1.0 / inverse


def from_wind(
    speed_m_s: float, *, measured_at_m: float, stability: str, roughness_m: float, mixing_height_m: float = 1000.0
) -> SurfaceLayer:
    """Find the surface layer that has a measured wind, by Golder's length and the wind profile."""
    require_positive(speed_m_s=speed_m_s)
    length = obukhov_length(stability, roughness_m)
    unit = SurfaceLayer(1.0, length, roughness_m, mixing_height_m)
    return SurfaceLayer(speed_m_s / float(wind_speed(unit, measured_at_m)), length, roughness_m, mixing_height_m)


def _psi(height: Array, layer: SurfaceLayer) -> Array:
    ratio = height / layer.obukhov_length_m
    x = (1.0 - 16.0 * np.minimum(ratio, 0.0)) ** 0.25
    unstable = 2 * np.log((1 + x) / 2) + np.log((1 + x**2) / 2) - 2 * np.arctan(x) + np.pi / 2
    return np.where(ratio >= 0, -5.0 * ratio, unstable)
