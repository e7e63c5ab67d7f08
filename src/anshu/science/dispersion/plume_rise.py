# SPDX-License-Identifier: Apache-2.0
"""Briggs' rise of a buoyant stack plume."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.air import Air
from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("锅炉烟囱算例（selenized，EPA-454/B-95-003b 公式）",),
    valid_for="烟囱热排放、浮力主导；风速 ≥ 1 m/s",
)
# Default gradients of potential temperature, K/m (EPA-454/B-95-003b, p 1-9).
LAPSE_K_M: Final = {"E": 0.020, "F": 0.035}


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack's mouth: diameter in metres, gas temperature in kelvin, and flow at that temperature in m³/s."""

    diameter_m: float
    gas_temperature_k: float
    flow_m3_s: float


def stability_parameter(air: Air, lapse_k_m: float) -> float:
    """Give s = g/Tₐ · ∂θ/∂z, per second squared (equation 1-17)."""
    return air.gravity_m_s2 / air.temperature_k * lapse_k_m


def buoyancy_flux(stack: Stack, air: Air) -> float:
    """Give F_b = g v d² (T_s - Tₐ)/(4 T_s), m⁴/s³ (equation 1-8)."""
    speed = stack.flow_m3_s / (np.pi / 4 * stack.diameter_m**2)
    excess = (stack.gas_temperature_k - air.temperature_k) / (4 * stack.gas_temperature_k)
    return float(air.gravity_m_s2 * speed * stack.diameter_m**2 * excess)


def distance_to_final_rise(flux_m4_s3: float, *, wind_m_s: float, stability_per_s2: float | None = None) -> float:
    """Give where the rise ends: 2.0715 u/√s in stable air (1-19), else 49 F^5/8 or 119 F^2/5 (1-13)."""
    if stability_per_s2 is not None:
        return float(2.0715 * wind_m_s / np.sqrt(stability_per_s2))
    return float(49.0 * flux_m4_s3**0.625 if flux_m4_s3 < 55.0 else 119.0 * flux_m4_s3**0.4)


def rise(x_m: ArrayLike, flux_m4_s3: float, *, wind_m_s: float, stability_per_s2: float | None = None) -> Array:
    """Give the height gained at a distance, metres.

    Rising: Δh = 1.60 (F x²/u³)^(1/3) (1-22). Final: 2.6 (F/(u s))^(1/3) in stable air (1-20), else the rising formula
    at the final distance.

    References
    ----------
    EPA-454/B-95-003b (1995), User's Guide for the ISC3 Dispersion Models, volume II, section 1.1.4.
    """
    require_positive(wind_m_s=wind_m_s)
    along = np.asarray(x_m, float)
    end = distance_to_final_rise(flux_m4_s3, wind_m_s=wind_m_s, stability_per_s2=stability_per_s2)
    rising: Array = 1.60 * np.cbrt(flux_m4_s3 * np.minimum(along, end) ** 2) / wind_m_s
    if stability_per_s2 is None:
        return rising
    final = 2.6 * float(np.cbrt(flux_m4_s3 / (wind_m_s * stability_per_s2)))
    return np.where(along < end, rising, final)
