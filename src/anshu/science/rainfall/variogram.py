# SPDX-License-Identifier: Apache-2.0
"""How rain's difference grows with distance: an exponential variogram, from points or from a radar field."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.rainfall.grid import Grid
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="各向同性二阶平稳场；半变差由雷达场逐格差估计，网格需为米制平面",
)
_RANGES_PER_FIT: Final = 60
_LAGS: Final = 12
# With less variance than this the field is dry, and any length will do.
_DRY: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Exponential:
    """γ(h) = nugget + (sill - nugget)(1 - exp(-h/length)); three lengths are the practical range."""

    length_m: float
    sill: float = 1.0
    nugget: float = 0.0

    def __post_init__(self) -> None:
        if not (self.length_m > 0 and 0 <= self.nugget < self.sill):
            raise Refusal("bad_variogram", length_m=self.length_m, sill=self.sill, nugget=self.nugget)

    def __call__(self, distance_m: ArrayLike) -> Array:
        """Give the semivariance at a distance; zero at none."""
        away = np.asarray(distance_m, float)
        grown = self.nugget + (self.sill - self.nugget) * -np.expm1(-away / self.length_m)
        return np.where(away > 0, grown, 0.0)


# What gauges and radar differ by is smoother than rain itself; on OpenMRG 10 km beats the radar's own length.
OF_RESIDUALS: Final = Exponential(10_000.0)


def of_field(field: Grid, *, fallback_m: float = 10_000.0) -> Exponential:
    """Fit the length of decay to a field's own differences along rows and columns.

    Parameters
    ----------
    field
        A radar amount on metric cells.
    fallback_m
        The length where the field is dry or too small.

    References
    ----------
    Velasco-Forero, C. A. et al. (2009), Advances in Water Resources 32, 986-1002,
    doi:10.1016/j.advwatres.2008.10.004 (variograms of gauges taken from the radar).
    """
    most = max(2, min(field.values.shape) // 2)
    lags = np.unique(np.geomspace(1, most, _LAGS).astype(int))
    half = np.array([_semivariance(field.values, int(lag)) for lag in lags])
    cell = (field.cell_x + field.cell_y) / 2.0
    known = ~np.isnan(half)
    if np.count_nonzero(known) < 3 or np.nanmax(half) < _DRY:
        return Exponential(fallback_m)
    return Exponential(_best_length(lags[known] * cell, half[known]))


def _semivariance(values: Array, lag: int) -> float:
    pairs = (values[lag:] - values[:-lag], values[:, lag:] - values[:, :-lag])
    squared = np.concatenate([one.reshape(-1) for one in pairs]) ** 2
    return float(np.nanmean(squared) / 2.0) if not np.isnan(squared).all() else float("nan")


def _best_length(away_m: Array, half: Array) -> float:
    lengths = np.geomspace(away_m[0] / 2.0, away_m[-1] * 2.0, _RANGES_PER_FIT)
    shapes = -np.expm1(-away_m / lengths[:, None])
    # The sill of each length follows by least squares; near lags weigh more, as in Cressie (1985).
    weight = 1.0 / away_m
    sill = (shapes * half * weight).sum(1) / (shapes**2 * weight).sum(1)
    error = ((half - sill[:, None] * shapes) ** 2 * weight).sum(1)
    return float(lengths[np.argmin(error)])
