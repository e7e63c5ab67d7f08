# SPDX-License-Identifier: Apache-2.0
"""Superheated liquid that flashes on its way out: the equilibrium rate model."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from anshu.science.dispersion.liquid_orifice import Hole
from anshu.science.standing import Standing, require_positive

STANDING: Final = Standing(
    verified_by=("KOSHA GUIDE P-92-2023 附 3：液氯槽车 38 mm 开口，11.6 kg/s",),
    valid_for="饱和液体经 10 cm 以上管段流出；更短时按非平衡修正，趋近液体孔口流",
)
# Fauske (1985): over about 10 cm of path the flow reaches equilibrium.
_RELAXATION_M: Final = 0.1


@dataclass(frozen=True, slots=True)
class Saturated:
    """A liquid at its boiling point: temperature, latent heat, liquid heat capacity, and both specific volumes."""

    temperature_k: float
    latent_heat_j_kg: float
    heat_capacity_j_kg_k: float
    liquid_density_kg_m3: float
    vapour_density_kg_m3: float


def flashing_release(hole: Hole, liquid: Saturated, *, path_m: float, pressure_pa: float, ambient_pa: float) -> float:
    """Give the mass flow of a saturated liquid that flashes along a short path, kg/s.

    G_erm = h_fg/v_fg · 1/√(c_p T) at equilibrium; for a path L under 0.1 m, G = h_fg/v_fg / √(N c_p T) with
    N = h_fg²/(2 Δp ρ_l C_d² v_fg² c_p T) + L/0.1 m.

    References
    ----------
    Fauske, H. K. (1985), Plant/Operations Progress 4, 132-134; CCPS (1999), p 37, equations 2.30-2.31.
    """
    require_positive(path_m=path_m + 1e-12, latent_heat_j_kg=liquid.latent_heat_j_kg)
    expansion = 1.0 / liquid.vapour_density_kg_m3 - 1.0 / liquid.liquid_density_kg_m3
    heat = liquid.heat_capacity_j_kg_k * liquid.temperature_k
    equilibrium = liquid.latent_heat_j_kg / expansion / sqrt(heat)
    if path_m >= _RELAXATION_M:
        return hole.area_m2 * equilibrium
    drive = 2.0 * (pressure_pa - ambient_pa) * liquid.liquid_density_kg_m3 * hole.coefficient**2
    lag = (liquid.latent_heat_j_kg / expansion) ** 2 / (drive * heat) + path_m / _RELAXATION_M
    return hole.area_m2 * equilibrium / sqrt(lag)
