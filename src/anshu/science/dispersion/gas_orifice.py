# SPDX-License-Identifier: Apache-2.0
"""Gas leaving a vessel through a hole, choked or not."""

from dataclasses import dataclass
from math import sqrt
from typing import Final

from anshu.science.dispersion.liquid_orifice import Hole
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import ATMOSPHERE_PA

STANDING: Final = Standing(
    verified_by=("CCPS (1999) p47 壅塞气体算例（GasDispersion.jl）",),
    valid_for="理想气体等熵流出；孔口，无管道摩擦",
)


@dataclass(frozen=True, slots=True)
class Jet:
    """A gas at the hole: mass flow, mean speed, pressure and temperature there, and whether the flow is choked."""

    mass_rate_kg_s: float
    velocity_m_s: float
    pressure_pa: float
    temperature_k: float
    choked: bool


def gas_release(
    hole: Hole,
    *,
    density_kg_m3: float,
    heat_capacity_ratio: float,
    pressure_pa: float,
    temperature_k: float,
    ambient_pa: float = ATMOSPHERE_PA,
) -> Jet:
    """Give the flow of an ideal gas through a hole.

    Choked where pₐ/p ≤ (2/(k+1))^(k/(k-1)); the pressure ratio r over the hole is then that limit, else pₐ/p.
    m = C_d A √(2 k/(k-1) p ρ (r^(2/k) - r^((k+1)/k))).

    Parameters
    ----------
    hole
        The hole and its discharge coefficient.
    density_kg_m3, pressure_pa, temperature_k
        State in the vessel, pressure absolute.
    heat_capacity_ratio
        k = c_p/c_v.
    ambient_pa
        Pressure outside.

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, p 31, equations 2.23-2.25.
    """
    require_positive(density_kg_m3=density_kg_m3, pressure_pa=pressure_pa, temperature_k=temperature_k)
    k = heat_capacity_ratio
    if not k > 1:
        raise Refusal("bad_heat_capacity_ratio", value=k)
    if pressure_pa < ambient_pa:
        raise Refusal("no_outflow", pressure_pa=pressure_pa)
    limit = (2.0 / (k + 1.0)) ** (k / (k - 1.0))
    ratio = max(ambient_pa / pressure_pa, limit)
    speed = sqrt(2.0 * k / (k - 1.0) * pressure_pa / density_kg_m3 * (1.0 - ratio ** ((k - 1.0) / k)))
    mass = hole.coefficient * hole.area_m2 * density_kg_m3 * ratio ** (1.0 / k) * speed
    return Jet(
        mass_rate_kg_s=mass,
        velocity_m_s=hole.coefficient * speed,
        pressure_pa=pressure_pa * ratio,
        temperature_k=temperature_k * ratio ** ((k - 1.0) / k),
        choked=ambient_pa / pressure_pa <= limit,
    )
