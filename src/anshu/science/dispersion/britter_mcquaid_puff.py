# SPDX-License-Identifier: Apache-2.0
"""Britter and McQuaid's cloud of a dense gas released at once at the ground."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion import britter_mcquaid as bm
from anshu.science.dispersion.air import Air
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Potchefstroom 1973 液氨事故（Britter & McQuaid 1988；GasDispersion.jl）",),
    valid_for="地面瞬时重气云，α ≤ 1；平坦地面；误差约 2 倍",
)
_SHARES: Final = (0.10, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001)
# β = log10(x/V^⅓) for each share: pieces (α up to, slope, intercept). CCPS (1999), table 2.16.
_CURVES: Final = (
    ((-0.44, 0.0, 0.70), (0.43, 0.26, 0.81), (1.0, 0.0, 0.93)),
    ((-0.56, 0.0, 0.85), (0.31, 0.26, 1.00), (1.0, -0.12, 1.12)),
    ((-0.66, 0.0, 0.95), (0.32, 0.36, 1.19), (1.0, -0.26, 1.38)),
    ((-0.71, 0.0, 1.15), (0.37, 0.34, 1.39), (1.0, -0.38, 1.66)),
    ((-0.52, 0.0, 1.48), (0.24, 0.26, 1.62), (1.0, -0.30, 1.75)),
    ((0.27, 0.0, 1.83), (1.0, -0.32, 1.92)),
    ((-0.10, 0.0, 2.075), (1.0, -0.27, 2.05)),
)
_NEAR_FACTOR: Final = 3.24
_DRIFT: Final = 0.4
_SPREAD: Final = 1.2


@dataclass(frozen=True, slots=True)
class DenseCloud:
    """A dense gas let go at once: volume and density of the first cloud, its gas share, wind at 10 m, and air."""

    volume_m3: float
    density_kg_m3: float
    wind_10m_m_s: float
    air: Air
    gas_fraction: float = 1.0
    temperature_k: float | None = None

    def __post_init__(self) -> None:
        require_positive(volume_m3=self.volume_m3, wind_10m_m_s=self.wind_10m_m_s, gas_fraction=self.gas_fraction)
        if self.density_kg_m3 <= self.air.density_kg_m3:
            raise Refusal("not_denser_than_air", density_kg_m3=self.density_kg_m3)

    @property
    def reduced_gravity_m_s2(self) -> float:
        """Reduced gravity g₀ of the first cloud."""
        return self.air.reduced_gravity_m_s2(self.density_kg_m3)

    @property
    def alpha(self) -> float:
        """Correlation parameter α = 0.5 log10(g₀ V^⅓ / u²)."""
        return bm.log_alpha(0.5, self.reduced_gravity_m_s2 * float(np.cbrt(self.volume_m3)) / self.wind_10m_m_s**2)

    @property
    def within_curves(self) -> bool:
        """Whether α lies where the curves were drawn; beyond, their last line is carried on."""
        return self.alpha <= 1.0

    def radius_m(self, after_s: ArrayLike) -> Array:
        """Radius of the slumping cloud, R² = R₀² + 1.2 √(g₀ V) t."""
        first = np.cbrt(3.0 * self.volume_m3 / (4.0 * np.pi))
        growth = _SPREAD * np.sqrt(self.reduced_gravity_m_s2 * self.volume_m3) * np.asarray(after_s, float)
        radius: Array = np.sqrt(first**2 + growth)
        return radius

    def centre_m(self, after_s: ArrayLike) -> Array:
        """Distance the centre has drifted, 0.4 u t."""
        return _DRIFT * self.wind_10m_m_s * np.asarray(after_s, float)


def volume_fraction(cloud: DenseCloud, x_m: ArrayLike, y_m: ArrayLike = 0.0, *, after_s: ArrayLike) -> Array:
    """Give the volume fraction of gas at a place and time: that of the whole cloud where the cloud is, else none.

    The cloud's share is read from the curves at the distance its leading edge has reached, 0.4 u t + R(t); nearer than
    the first curve it is 3.24/(3.24 + (x/V^⅓)²), not below 10 %; beyond 0.1 % it falls as x⁻².

    References
    ----------
    Britter, R. E. and McQuaid, J. (1988), Workbook on the Dispersion of Dense Gases, HSE report 17/1988, Potchefstroom
    example; CCPS (1999), pp 119-121.
    """
    along, across, elapsed = (np.asarray(one, float) for one in (x_m, y_m, after_s))
    centre, radius = cloud.centre_m(elapsed), cloud.radius_m(elapsed)
    share = share_at(cloud, centre + radius)
    inside = (along - centre) ** 2 + across**2 <= radius**2
    return np.where(inside & (elapsed >= 0), cloud.gas_fraction * share, 0.0)


def share_at(cloud: DenseCloud, edge_m: ArrayLike) -> Array:
    """Give the share of the first concentration left when the leading edge is at a distance."""
    scaled = np.asarray(edge_m, float) / np.cbrt(cloud.volume_m3)
    betas = [bm.curve(cloud.alpha, pieces) for pieces in _CURVES]
    near = np.maximum(_NEAR_FACTOR / (_NEAR_FACTOR + scaled**2), _SHARES[0])
    share = np.where(scaled <= 10.0 ** betas[0], near, bm.along_curves(scaled, betas, _SHARES))
    if cloud.temperature_k is None:
        return share
    return bm.warmed(share, cloud.air.temperature_k / cloud.temperature_k)


def distance_to(cloud: DenseCloud, fraction: float) -> float:
    """Find how far the leading edge has come when the cloud falls to a volume fraction, metres."""
    share = fraction / cloud.gas_fraction
    if cloud.temperature_k is not None:
        share = bm.isothermal(share, cloud.air.temperature_k / cloud.temperature_k)
    betas = [bm.curve(cloud.alpha, pieces) for pieces in _CURVES]
    if share > _SHARES[0]:
        scaled = float(np.sqrt(_NEAR_FACTOR * (1.0 - share) / share))
    else:
        scaled = bm.distance_at(share, betas, _SHARES)
    return scaled * float(np.cbrt(cloud.volume_m3))
