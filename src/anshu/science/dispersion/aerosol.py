# SPDX-License-Identifier: Apache-2.0
"""How much of the unflashed liquid stays aloft as droplets: the RELEASE model."""

from dataclasses import dataclass
from math import erf, exp, log, radians, sqrt, tan
from typing import Final

from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=("丁烷球罐算例（selenized）",),
    valid_for="过热液体射流；不计液滴蒸发；参数由氯、甲胺等大型试验拟合",
)
# Defaults fitted by the authors (RELEASE, pp 58-64).
_JET_HALF_ANGLE_RAD: Final = radians(4.46)
_SPREAD: Final = 1.8
_CRITICAL_WEBER: Final = 12.0


@dataclass(frozen=True, slots=True)
class Spray:
    """A jet at its boiling point: speed, superheat, tension, liquid, vapour and air densities, and air viscosity."""

    velocity_m_s: float
    superheat_k: float
    surface_tension_n_m: float
    liquid_density_kg_m3: float
    vapour_density_kg_m3: float
    air_density_kg_m3: float
    viscosity_pa_s: float

    @property
    def droplet_m(self) -> float:
        """Mean droplet, the smaller of break-up by the air (We = 12) and by boiling, 0.03/(10 + 4 ΔT)."""
        by_air = self.surface_tension_n_m * _CRITICAL_WEBER / (self.air_density_kg_m3 * self.velocity_m_s**2)
        return min(by_air, 0.03 / (10.0 + 4.0 * self.superheat_k))


def aerosol_fraction(spray: Spray, *, gravity_m_s2: float = 9.80665) -> float:
    """Give the share of the unflashed liquid whose droplets do not rain out.

    Droplets above a critical size fall: (ρ_l - ρ_v) g d = ¾ C_D ρ_v (u tan 4.46°)². Sizes are log-normal by mass with
    geometric deviation 1.8, so f = ½[1 - erf((3 ln²σ - ln(d_c/d_p))/(√2 ln σ))].

    References
    ----------
    Johnson, D. W. and Woodward, J. L. (1999), RELEASE: A Model with Data to Predict Aerosol Rainout, CCPS, pp 58-64;
    Woodward (1998), equation 4.30; White (1974) for C_D.
    """
    require_positive(velocity_m_s=spray.velocity_m_s, liquid_density_kg_m3=spray.liquid_density_kg_m3)
    mean, critical = spray.droplet_m, critical_droplet_m(spray, gravity_m_s2)
    if mean / critical >= exp(_SPREAD):
        return 0.0
    if critical / mean >= 15.0 * exp(_SPREAD):
        return 1.0
    width = log(_SPREAD)
    return 0.5 * (1.0 - erf((3.0 * width**2 - log(critical / mean)) / (sqrt(2.0) * width)))


def critical_droplet_m(spray: Spray, gravity_m_s2: float) -> float:
    """Find the droplet that just falls, by halving between a tenth and ten times the mean size."""
    speed = spray.velocity_m_s * tan(_JET_HALF_ANGLE_RAD)
    weight = (spray.liquid_density_kg_m3 - spray.vapour_density_kg_m3) * gravity_m_s2

    def excess(size: float) -> float:
        reynolds = spray.vapour_density_kg_m3 * speed * size / spray.viscosity_pa_s
        # The sign before the root is that of the source's text; White's own law has a plus.
        drag = 0.4 + 24.0 / reynolds + 6.0 / (1.0 - sqrt(reynolds))
        return weight * size - 0.75 * drag * spray.vapour_density_kg_m3 * speed**2

    low, high = 0.1 * spray.droplet_m, 10.0 * spray.droplet_m
    if excess(low) * excess(high) > 0:
        raise Refusal("no_critical_droplet", droplet_m=spray.droplet_m)
    for _ in range(200):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(middle) * excess(low) > 0 else (low, middle)
    return (low + high) / 2.0
