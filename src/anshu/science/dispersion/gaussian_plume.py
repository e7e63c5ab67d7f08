# SPDX-License-Identifier: Apache-2.0
"""The Gaussian plume of a steady release."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.spread import Scheme, plume_sigmas
from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("CCPS (1999) p97 算例（GasDispersion.jl）",),
    valid_for="与空气密度相近、稳定连续泄漏；风速 ≥ 1 m/s；100 m–10 km；平坦地面，10 分钟平均",
)
_IMAGES: Final = np.arange(-4, 5)


@dataclass(frozen=True, slots=True)
class Plume:
    """A steady release: rate in kg/s, wind at release height in m/s, height in metres, and the air's stability."""

    rate_kg_s: float
    wind_m_s: float
    stability: str
    height_m: float = 0.0
    scheme: Scheme = "pasquill_gifford"
    mixing_height_m: float | None = None

    def __post_init__(self) -> None:
        require_positive(rate_kg_s=self.rate_kg_s, wind_m_s=self.wind_m_s)


def concentration(plume: Plume, x_m: ArrayLike, y_m: ArrayLike = 0.0, z_m: ArrayLike = 0.0) -> Array:
    """Give the gas in the air of a plume, kg/m³.

    C = Q/(2π u σy σz) exp(-y²/2σy²) [exp(-(z-h)²/2σz²) + exp(-(z+h)²/2σz²)], with further images under a lid.

    Parameters
    ----------
    plume
        The release and the weather.
    x_m, y_m, z_m
        Metres downwind, across and above ground; upwind there is none.

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, equation 2.50; Turner (1970), equation 3.1.
    """
    along, across, above = np.broadcast_arrays(*(np.asarray(one, float) for one in (x_m, y_m, z_m)))
    downwind = along > 0
    sigma_y, sigma_z = plume_sigmas(np.where(downwind, along, 1.0), plume.stability, plume.scheme)
    across_part = np.exp(-0.5 * (across / sigma_y) ** 2) / (np.sqrt(2 * np.pi) * sigma_y)
    value = plume.rate_kg_s / plume.wind_m_s * across_part * _vertical(plume, above, sigma_z)
    return np.where(downwind | np.isnan(along), np.where(np.isnan(along), np.nan, value), 0.0)


def _vertical(plume: Plume, above: Array, sigma_z: Array) -> Array:
    # Images of the source below ground and, where there is a lid, above it.
    lids = (0.0,) if plume.mixing_height_m is None else tuple(2.0 * plume.mixing_height_m * _IMAGES)
    sources = [lid + side * plume.height_m for lid in lids for side in (1.0, -1.0)]
    parts = [np.exp(-0.5 * ((above - source) / sigma_z) ** 2) for source in sources]
    total: Array = np.sum(parts, axis=0) / (np.sqrt(2 * np.pi) * sigma_z)
    return total


def crosswind_half_width(plume: Plume, x_m: ArrayLike, *, threshold_kg_m3: float, z_m: float = 0.0) -> Array:
    """Give how far from the axis the plume reaches a concentration, metres; NaN where the axis itself does not."""
    along = np.asarray(x_m, float)
    axis = concentration(plume, along, 0.0, z_m)
    sigma_y, _ = plume_sigmas(np.where(along > 0, along, 1.0), plume.stability, plume.scheme)
    with np.errstate(divide="ignore", invalid="ignore"):
        return sigma_y * np.sqrt(2.0 * np.log(axis / threshold_kg_m3))
