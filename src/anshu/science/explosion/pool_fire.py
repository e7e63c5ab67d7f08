# SPDX-License-Identifier: Apache-2.0
"""A burning pool: flame size, heat released, and heat at a distance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.explosion.radiation import cylinder_view
from anshu.science.standing import Standing
from anshu.science.units import STANDARD_GRAVITY_M_S2, Array

STANDING: Final = Standing(
    verified_by=(
        "NUREG-1805 第 5 章热释放率算例",
        "黄皮书 6.6.3 苯池火算例：火焰长 1.5 %、表面辐射 0.1 %",
        "五组大型池火表面辐射实测（Mudan 1984、Raj 2005），1.5 倍以内",
    ),
    valid_for="圆形液池，直径 1–40 m；大池烟遮取 Mudan 式；不计火焰倾斜对视角的影响",
)
AIR_KG_M3: Final = 1.2
# Mudan (1984): the clear flame and the smoke of a sooty fuel, and how soot hides it with diameter.
_CLEAR_W_M2, _SMOKE_W_M2, _HIDING_PER_M = 140e3, 20e3, 0.12


@dataclass(frozen=True, slots=True)
class PoolFire:
    """A pool on fire: diameter, burning rate per area, heat of combustion, and the share of heat radiated."""

    diameter_m: float
    burning_kg_m2_s: float
    heat_of_combustion_j_kg: float
    radiant_fraction: float = 0.3

    @property
    def area_m2(self) -> float:
        """Area of the pool."""
        return float(np.pi / 4 * self.diameter_m**2)


def heat_release_w(fire: PoolFire, *, absorption_per_m: float | None = None) -> float:
    """Give the heat released, m'' ΔH A (1 - exp(-kβ D)) (Babrauskas 1983; NUREG-1805, equation 3-4)."""
    grown = 1.0 if absorption_per_m is None else 1.0 - float(np.exp(-absorption_per_m * fire.diameter_m))
    return fire.burning_kg_m2_s * fire.heat_of_combustion_j_kg * fire.area_m2 * grown


def flame_length_m(fire: PoolFire, *, wind_m_s: float | None = None, vapour_kg_m3: float = AIR_KG_M3) -> float:
    """Give the flame's length by Thomas (1963).

    Calm: L/D = 42 (m''/(ρ √(g D)))^0.61. Wind: 55 (…)^0.67 u*^-0.21, u* = u/(g m'' D/ρ_v)^(1/3), at least one.
    """
    burning = fire.burning_kg_m2_s / (AIR_KG_M3 * np.sqrt(STANDARD_GRAVITY_M_S2 * fire.diameter_m))
    if wind_m_s is None:
        return float(fire.diameter_m * 42.0 * burning**0.61)
    rising = np.cbrt(STANDARD_GRAVITY_M_S2 * fire.burning_kg_m2_s * fire.diameter_m / vapour_kg_m3)
    return float(fire.diameter_m * 55.0 * burning**0.67 * max(wind_m_s / rising, 1.0) ** -0.21)


def emissive_power_w_m2(fire: PoolFire, *, length_m: float) -> float:
    """Give the heat leaving the flame's surface, χ m'' ΔH/(1 + 4 L/D): radiated heat over side and top."""
    radiated = fire.radiant_fraction * fire.burning_kg_m2_s * fire.heat_of_combustion_j_kg
    return radiated / (1.0 + 4.0 * length_m / fire.diameter_m)


def smoky_emissive_power_w_m2(diameter_m: float) -> float:
    """Give the surface power of a sooty fuel, 140 exp(-0.12 D) + 20 (1 - exp(-0.12 D)) kW/m² (Mudan 1984)."""
    clear = float(np.exp(-_HIDING_PER_M * diameter_m))
    return _CLEAR_W_M2 * clear + _SMOKE_W_M2 * (1.0 - clear)


def heat_flux_w_m2(
    fire: PoolFire, distance_m: ArrayLike, *, length_m: float, emissive_w_m2: float, transmissivity: ArrayLike = 1.0
) -> Array:
    """Give the most heat a target at ground level receives at a distance from the pool's centre, τ E √(F_v² + F_h²)."""
    vertical, horizontal = cylinder_view(distance_m, diameter_m=fire.diameter_m, length_m=length_m)
    value: Array = np.asarray(transmissivity, float) * emissive_w_m2 * np.hypot(vertical, horizontal)
    return value


def point_source_w_m2(
    fire: PoolFire, distance_m: ArrayLike, *, heat_w: float, transmissivity: ArrayLike = 1.0
) -> Array:
    """Give the heat from the flame taken as a point at the pool's centre, τ χ Q/(4π R²) (NUREG-1805, equation 5-1)."""
    sphere = 4.0 * np.pi * np.asarray(distance_m, float) ** 2
    value: Array = np.asarray(transmissivity, float) * fire.radiant_fraction * heat_w / sphere
    return value
