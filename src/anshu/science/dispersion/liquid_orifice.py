# SPDX-License-Identifier: Apache-2.0
"""Liquid leaving a vessel through a hole."""

from dataclasses import dataclass
from math import pi, sqrt
from typing import Final

from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import ATMOSPHERE_PA, STANDARD_GRAVITY_M_S2

STANDING: Final = Standing(
    verified_by=("CCPS (1999) p40 算例（GasDispersion.jl）", "丁烷球罐算例（selenized）"),
    valid_for="孔口或短管（< 10 cm）的不可压缩液体；过热液体在孔内来不及闪蒸",
)
SHARP_EDGED: Final = 0.61


@dataclass(frozen=True, slots=True)
class Outflow:
    """Mass flow in kg/s and the mean speed over the hole's area, m/s."""

    mass_rate_kg_s: float
    velocity_m_s: float


@dataclass(frozen=True, slots=True)
class Hole:
    """A round hole: diameter in metres and discharge coefficient."""

    diameter_m: float
    coefficient: float = SHARP_EDGED

    @property
    def area_m2(self) -> float:
        """Area of the hole."""
        return pi / 4 * self.diameter_m**2


def liquid_release(
    hole: Hole,
    *,
    density_kg_m3: float,
    pressure_pa: float,
    ambient_pa: float = ATMOSPHERE_PA,
    head_m: float = 0.0,
    gravity_m_s2: float = STANDARD_GRAVITY_M_S2,
) -> Outflow:
    """Give the flow of a liquid by Bernoulli's equation.

    m = C_d A ρ √(2 (p - pₐ)/ρ + 2 g h).

    Parameters
    ----------
    hole
        The hole and its discharge coefficient.
    density_kg_m3
        Liquid density.
    pressure_pa, ambient_pa
        Absolute pressures above the liquid and outside.
    head_m
        Height of liquid above the hole.
    gravity_m_s2
        Local gravity.

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, p 27, equation 2.17.
    """
    require_positive(diameter_m=hole.diameter_m, coefficient=hole.coefficient, density_kg_m3=density_kg_m3)
    drive = 2.0 * (pressure_pa - ambient_pa) / density_kg_m3 + 2.0 * gravity_m_s2 * head_m
    if not drive >= 0:
        raise Refusal("no_outflow", pressure_pa=pressure_pa, head_m=head_m)
    speed = hole.coefficient * sqrt(drive)
    return Outflow(density_kg_m3 * hole.area_m2 * speed, speed)
