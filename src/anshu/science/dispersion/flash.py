# SPDX-License-Identifier: Apache-2.0
"""How much of a superheated liquid turns to vapour at once."""

from math import exp
from typing import Final

from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("丁烷球罐算例（selenized）",),
    valid_for="绝热闪蒸，物性取泄放温度",
)


def flash_fraction(
    *, heat_capacity_j_kg_k: float, latent_heat_j_kg: float, temperature_k: float, boiling_k: float
) -> float:
    """Give the mass fraction that flashes, c_p (T - T_b)/h_fg, between 0 and 1 (CCPS 1996, equation 4-14)."""
    share = heat_capacity_j_kg_k * (temperature_k - boiling_k) / latent_heat_j_kg
    return min(max(share, 0.0), 1.0)


def flash_fraction_integrated(
    *, heat_capacity_j_kg_k: float, latent_heat_j_kg: float, temperature_k: float, boiling_k: float
) -> float:
    """Give the fraction that flashes as the liquid cools step by step, 1 - exp(-c_p (T - T_b)/h_fg) (CCPS 1999)."""
    return 1.0 - exp(-max(heat_capacity_j_kg_k * (temperature_k - boiling_k) / latent_heat_j_kg, 0.0))
