# SPDX-License-Identifier: Apache-2.0
"""Britter and McQuaid's plume of a dense gas released steadily at the ground."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion import britter_mcquaid as bm
from anshu.science.dispersion.air import Air
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("CCPS (1999) p122 LNG 算例（GasDispersion.jl）", "丁烷球罐算例（selenized）"),
    valid_for="地面连续重气泄漏，(g₀V/(u³D))^(1/3) ≥ 0.15，α ≤ 1；平坦地面；10 分钟平均，误差约 2 倍",
)
_SHARES: Final = (0.10, 0.05, 0.02, 0.01, 0.005, 0.002)
# β = log10(x/D) for each share: pieces (α up to, slope, intercept). CCPS (1999), table 2.15; EPA TSCREEN (1994).
_CURVES: Final = (
    ((-0.55, 0.0, 1.75), (-0.14, 0.24, 1.88), (1.0, -0.50, 1.78)),
    ((-0.68, 0.0, 1.92), (-0.29, 0.36, 2.16), (-0.18, 0.0, 2.06), (1.0, -0.56, 1.96)),
    ((-0.69, 0.0, 2.08), (-0.31, 0.45, 2.39), (-0.16, 0.0, 2.25), (1.0, -0.54, 2.16)),
    ((-0.70, 0.0, 2.25), (-0.29, 0.49, 2.59), (-0.20, 0.0, 2.45), (1.0, -0.52, 2.35)),
    ((-0.67, 0.0, 2.40), (-0.28, 0.59, 2.80), (-0.15, 0.0, 2.63), (1.0, -0.49, 2.56)),
    ((-0.69, 0.0, 2.60), (-0.25, 0.39, 2.87), (-0.13, 0.0, 2.77), (1.0, -0.50, 2.71)),
)
_NEAR: Final = 30.0
_NEAR_FACTOR: Final = 306.0
_DENSE_AT_LEAST: Final = 0.15


@dataclass(frozen=True, slots=True)
class DensePlume:
    """A dense gas leaving steadily: volume flow, density and temperature at release, wind at 10 m, and air."""

    flow_m3_s: float
    density_kg_m3: float
    temperature_k: float
    wind_10m_m_s: float
    air: Air

    def __post_init__(self) -> None:
        require_positive(flow_m3_s=self.flow_m3_s, wind_10m_m_s=self.wind_10m_m_s)
        if self.density_kg_m3 <= self.air.density_kg_m3:
            raise Refusal("not_denser_than_air", density_kg_m3=self.density_kg_m3)

    @property
    def length_m(self) -> float:
        """Source length D = √(V/u)."""
        return float(np.sqrt(self.flow_m3_s / self.wind_10m_m_s))

    @property
    def reduced_gravity_m_s2(self) -> float:
        """Reduced gravity g₀ of the released gas."""
        return self.air.reduced_gravity_m_s2(self.density_kg_m3)

    @property
    def alpha(self) -> float:
        """Correlation parameter α = 0.2 log10(g₀² V / u⁵)."""
        return bm.log_alpha(0.2, self.reduced_gravity_m_s2**2 * self.flow_m3_s / self.wind_10m_m_s**5)

    @property
    def is_dense(self) -> bool:
        """Whether the workbook's test for a dense plume holds, (g₀ V/(u³ D))^(1/3) ≥ 0.15."""
        group = self.reduced_gravity_m_s2 * self.flow_m3_s / (self.wind_10m_m_s**3 * self.length_m)
        return bool(np.cbrt(group) >= _DENSE_AT_LEAST)

    @property
    def within_curves(self) -> bool:
        """Whether α lies where the curves were drawn; beyond, their last line is carried on."""
        return self.alpha <= 1.0


def volume_fraction(plume: DensePlume, x_m: ArrayLike) -> Array:
    """Give the largest volume fraction of gas at a distance downwind.

    Nearer than 30 D: c = 306 (x/D)⁻²/(1 + 306 (x/D)⁻²); farther by the curves β(α), linear in log distance; beyond
    0.2 % as x⁻². A release colder than the air is corrected for its expansion.

    References
    ----------
    Britter, R. E. and McQuaid, J. (1988), Workbook on the Dispersion of Dense Gases, HSE report 17/1988; CCPS (1999),
    p 122.
    """
    scaled = np.maximum(np.asarray(x_m, float), 0.0) / plume.length_m
    betas, shares = _points(plume.alpha)
    far = bm.along_curves(scaled, betas, shares)
    near = _NEAR_FACTOR / (_NEAR_FACTOR + scaled**2)
    share = np.where(scaled < _NEAR, near, far)
    return bm.warmed(share, plume.air.temperature_k / plume.temperature_k)


def distance_to(plume: DensePlume, fraction: float) -> float:
    """Find how far downwind the gas falls to a volume fraction, metres."""
    share = bm.isothermal(fraction, plume.air.temperature_k / plume.temperature_k)
    betas, shares = _points(plume.alpha)
    if share > shares[0]:
        return float(plume.length_m * np.sqrt(_NEAR_FACTOR * (1.0 - share) / share))
    return plume.length_m * bm.distance_at(share, betas, shares)


def half_width(plume: DensePlume, x_m: ArrayLike) -> Array:
    """Give the half width of the plume, metres: L_h = L_h0 + 2.5 (l_b x²)^(1/3), L_h0 = D + 8 l_b (workbook, §3.5)."""
    buoyancy = plume.flow_m3_s * plume.reduced_gravity_m_s2 / plume.wind_10m_m_s**3
    along = np.maximum(np.asarray(x_m, float), 0.0)
    width: Array = plume.length_m + 8.0 * buoyancy + 2.5 * np.cbrt(buoyancy * along**2)
    return width


def release_richardson(plume: DensePlume, *, height_m: float, friction_velocity_m_s: float) -> float:
    """Give the Richardson number of a release, g₀ V/(h u*); above about 50 it acts as dense (CCPS 1996, p 50)."""
    return plume.reduced_gravity_m_s2 * plume.flow_m3_s / (height_m * friction_velocity_m_s)


def _points(alpha: float) -> tuple[list[float], list[float]]:
    betas = [bm.curve(alpha, pieces) for pieces in _CURVES]
    start = _NEAR_FACTOR / (_NEAR_FACTOR + _NEAR**2)
    return [float(np.log10(_NEAR)), *betas], [start, *_SHARES]
