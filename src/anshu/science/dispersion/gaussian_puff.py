# SPDX-License-Identifier: Apache-2.0
"""The Gaussian puff of a sudden release."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.spread import puff_sigmas
from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("CCPS (1999) p101 算例（GasDispersion.jl；书中 σy=6.1 系误印）",),
    valid_for="瞬时泄漏，与空气密度相近；100 m–数公里；稀薄试验资料，误差可达数倍",
)


@dataclass(frozen=True, slots=True)
class Puff:
    """A sudden release: mass in kg, wind in m/s, stability class and release height in metres."""

    mass_kg: float
    wind_m_s: float
    stability: str
    height_m: float = 0.0

    def __post_init__(self) -> None:
        require_positive(mass_kg=self.mass_kg, wind_m_s=self.wind_m_s)


def concentration(
    puff: Puff, x_m: ArrayLike, y_m: ArrayLike = 0.0, z_m: ArrayLike = 0.0, *, after_s: ArrayLike
) -> Array:
    """Give the gas in the air of a drifting puff, kg/m³.

    C = m/((2π)^1.5 σx σy σz) exp(-(x-ut)²/2σx²) exp(-y²/2σy²) [exp(-(z-h)²/2σz²) + exp(-(z+h)²/2σz²)], spreads taken at
    the centre's distance ut; before the release there is none.

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, equation 2.57, p 101.
    """
    along, across, above, elapsed = np.broadcast_arrays(*(np.asarray(one, float) for one in (x_m, y_m, z_m, after_s)))
    began = elapsed > 0
    centre = np.where(began, elapsed, 1.0) * puff.wind_m_s
    sigma_h, sigma_z = puff_sigmas(centre, puff.stability)
    level = np.exp(-0.5 * (((along - centre) / sigma_h) ** 2 + (across / sigma_h) ** 2))
    below, image = above - puff.height_m, above + puff.height_m
    vertical = np.exp(-0.5 * (below / sigma_z) ** 2) + np.exp(-0.5 * (image / sigma_z) ** 2)
    value = puff.mass_kg * level * vertical / ((2 * np.pi) ** 1.5 * sigma_h**2 * sigma_z)
    return np.where(began, value, 0.0)


def dose(puff: Puff, x_m: float, y_m: float = 0.0, z_m: float = 0.0, *, exponent: float = 1.0) -> float:
    """Sum a puff's passage over a place, ∫ Cⁿ dt, in (kg/m³)ⁿ s."""
    passes = max(x_m, 1.0) / puff.wind_m_s
    sigma_h, _ = puff_sigmas(max(x_m, 1.0), puff.stability)
    reach = 6.0 * float(sigma_h) / puff.wind_m_s
    times = np.linspace(max(passes - reach, 1e-3), passes + 1.5 * reach, 801)
    return float(np.trapezoid(concentration(puff, x_m, y_m, z_m, after_s=times) ** exponent, times))
