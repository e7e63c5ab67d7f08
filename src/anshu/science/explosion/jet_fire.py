# SPDX-License-Identifier: Apache-2.0
"""A burning jet of gas: flame length and heat at a distance."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import AIR_MOLAR_MASS_KG_MOL, Array

STANDING: Final = Standing(
    verified_by=("CCPS (2000) 甲烷射流火 L/d ≈ 200",),
    valid_for="湍流直立射流、静风；点源辐射在一个火焰长度以内偏大",
)


@dataclass(frozen=True, slots=True)
class JetFire:
    """A burning jet: hole, mass flow, heat of combustion, molar mass, gas temperature, and stoichiometric fraction."""

    diameter_m: float
    mass_rate_kg_s: float
    heat_of_combustion_j_kg: float
    molar_mass_kg_mol: float
    temperature_k: float
    stoichiometric_fraction: float
    flame_temperature_k: float = 2200.0


def flame_length_m(jet: JetFire, *, reactant_ratio: float = 1.0) -> float:
    """Give the flame's length, L/d = 5.3/C_T √[T_f/(α T_j) (C_T + (1 - C_T) Mₐ/M_f)].

    References
    ----------
    Mudan, K. S. and Croce, P. A. (1988), SFPE Handbook of Fire Protection Engineering, section 2-4; CCPS (2000),
    Guidelines for Chemical Process Quantitative Risk Analysis, equation 2.2.51.
    """
    share = jet.stoichiometric_fraction
    masses = share + (1.0 - share) * AIR_MOLAR_MASS_KG_MOL / jet.molar_mass_kg_mol
    heating = jet.flame_temperature_k / (reactant_ratio * jet.temperature_k)
    return float(jet.diameter_m * 5.3 / share * np.sqrt(heating * masses))


def heat_flux_w_m2(
    jet: JetFire,
    distance_m: ArrayLike,
    *,
    radiant_fraction: float,
    height_m: float = 0.0,
    transmissivity: ArrayLike = 1.0,
) -> Array:
    """Give the heat at a distance along the ground from a point at half the flame's length, τ χ m H/(4π r²)."""
    middle = height_m + flame_length_m(jet) / 2.0
    slant = np.asarray(distance_m, float) ** 2 + middle**2
    radiated = radiant_fraction * jet.mass_rate_kg_s * jet.heat_of_combustion_j_kg
    value: Array = np.asarray(transmissivity, float) * radiated / (4.0 * np.pi * slant)
    return value
