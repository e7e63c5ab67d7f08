# SPDX-License-Identifier: Apache-2.0
"""The fireball of a bursting vessel of liquefied gas (BLEVE)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("丙烷槽车算例 22.7 m³（CCPS 公式，A. Srivastava）",),
    valid_for="液化烃类容器整体破裂；辐射份额 0.3–0.4；不含爆破与碎片",
)
# Above 30 t the fireball rises before it is burnt out.
_LARGE_KG: Final = 30_000.0


@dataclass(frozen=True, slots=True)
class Fireball:
    """A fireball: greatest diameter, duration, and height of its centre."""

    diameter_m: float
    duration_s: float
    centre_height_m: float


def fireball(fuel_kg: float) -> Fireball:
    """Size a fireball: D = 5.8 m^(1/3); t = 0.45 m^(1/3), above 30 t 2.6 m^(1/6); centre at 0.75 D.

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, equations 4.31-4.34; CCPS (2010), ch. 6.
    """
    require_positive(fuel_kg=fuel_kg)
    diameter = 5.8 * fuel_kg ** (1 / 3)
    duration = 0.45 * fuel_kg ** (1 / 3) if fuel_kg < _LARGE_KG else 2.6 * fuel_kg ** (1 / 6)
    return Fireball(diameter, duration, 0.75 * diameter)


def emissive_power_w_m2(ball: Fireball, fuel_kg: float, *, heat_of_combustion_j_kg: float, fraction: float) -> float:
    """Give the heat leaving the surface, E = R m H_c/(π D² t), with R the share radiated (0.3 or 0.4; Roberts 1981)."""
    return fraction * fuel_kg * heat_of_combustion_j_kg / (np.pi * ball.diameter_m**2 * ball.duration_s)


def view_factor(ball: Fireball, distance_m: ArrayLike, *, facing: bool = True) -> Array:
    """Give the view factor of the ball at a distance along the ground from under its centre.

    A target facing the ball sees (D/2)²/(x² + H²); an upright one x (D/2)²/(x² + H²)^1.5.
    """
    along = np.asarray(distance_m, float)
    slant = along**2 + ball.centre_height_m**2
    seen: Array = (ball.diameter_m / 2.0) ** 2 / slant
    return seen if facing else seen * along / np.sqrt(slant)


def heat_flux_w_m2(
    ball: Fireball, distance_m: ArrayLike, *, emissive_w_m2: float, transmissivity: ArrayLike = 1.0
) -> Array:
    """Give the heat on a target facing the ball, τ E F."""
    return np.asarray(transmissivity, float) * emissive_w_m2 * view_factor(ball, distance_m)
