# SPDX-License-Identifier: Apache-2.0
"""A spilt liquid: how far the pool spreads and how fast it evaporates."""

from math import pi, sqrt
from typing import Final

import numpy as np

from anshu.science.standing import Standing, require_positive
from anshu.science.units import GAS_CONSTANT_J_MOL_K

STANDING: Final = Standing(
    verified_by=("丁烷球罐算例（selenized）：10 min 气载量（含池蒸发）", "黄皮书式 3.24 的水蒸气传质系数，1 %"),
    valid_for="平整地面；低温液体以地面导热为主；常温液体以风吹蒸发为主",
)


def spread_area_m2(inflow_kg_s: float, *, density_kg_m3: float, after_s: float, at_most_m2: float) -> float:
    """Give the area of a pool fed at a steady rate, up to its bund.

    A = π/4 √(2048/81 · q/ρ · t³), the release mass flow q into the pool (Woodward 1998, equation 4.38).
    """
    return min(pi / 4 * sqrt(2048 / 81 * inflow_kg_s / density_kg_m3 * after_s**3), at_most_m2)


def boiling_flux_kg_m2_s(
    *,
    ground_k: float,
    boiling_k: float,
    conductivity_w_m_k: float,
    diffusivity_m2_s: float,
    latent_heat_j_kg: float,
    after_s: float,
) -> float:
    """Give the boil-off of a cold liquid on ground that cools under it, k (T_g - T_b)/(h_fg √(π α t)).

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, equations 2.38-2.39, p 63.
    """
    require_positive(after_s=after_s, latent_heat_j_kg=latent_heat_j_kg)
    flux = conductivity_w_m_k * (ground_k - boiling_k) / sqrt(pi * diffusivity_m2_s * after_s)
    return max(flux, 0.0) / latent_heat_j_kg


def evaporation_rate_kg_s(
    *, area_m2: float, wind_m_s: float, molar_mass_kg_mol: float, vapour_pressure_pa: float, temperature_k: float
) -> float:
    """Give the evaporation of a liquid below its boiling point, E = k_m A M p_v/(R T).

    k_m is Mackay and Matsugu's 0.0292 u^0.78 d^-0.11 Sc^-0.67 (m/h) for water, Sc = 0.62, scaled by (18/M)^(1/3).

    References
    ----------
    Mackay, D. and Matsugu, R. S. (1973), Canadian Journal of Chemical Engineering 51, 434-439; CCPS (1999), eq. 2.42.
    """
    require_positive(area_m2=area_m2, wind_m_s=wind_m_s, molar_mass_kg_mol=molar_mass_kg_mol)
    diameter = sqrt(4.0 * area_m2 / pi)
    # 0.0292 u^0.78 d^-0.11 Sc^-0.67 in metres an hour; Sc of water vapour in air is 0.62.
    water: float = 0.0292 * (wind_m_s * 3600.0) ** 0.78 * diameter**-0.11 * 0.62**-0.67 / 3600.0
    transfer: float = water * float(np.cbrt(0.018015 / molar_mass_kg_mol))
    return transfer * area_m2 * molar_mass_kg_mol * vapour_pressure_pa / (GAS_CONSTANT_J_MOL_K * temperature_k)
