# SPDX-License-Identifier: Apache-2.0
"""地形海拔订正 elevation correction: how rain grows with height between a station and a place."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="日及以上累计；高差 1 km 以内；系数须由本地站网求得，对单场对流雨不可靠",
)
# One plus and one minus this, divided: the correction never passes a factor of three.
_MOST_SHARE: Final = 0.5
LEAST_STATIONS: Final = 8


def factor(height_m: ArrayLike, station_m: ArrayLike, *, gradient_per_m: float | None) -> Array:
    """Give what rain is multiplied by from a station's height to another, (1 + χΔz)/(1 - χΔz).

    Parameters
    ----------
    height_m, station_m
        Heights above sea level; NaN stays missing.
    gradient_per_m
        χ of the place and season, 1/m; about 0.0002 to 0.00035 where it was published, but it must be local.

    References
    ----------
    Liston, G. E. and Elder, K. (2006), Journal of Hydrometeorology 7, 217-234, equation 33, table 1.

    Raises
    ------
    Refusal
        `coefficients_missing` without a gradient.
    """
    if gradient_per_m is None:
        raise Refusal("coefficients_missing", names=("gradient_per_m",))
    rise = np.asarray(height_m, float) - np.asarray(station_m, float)
    share = np.clip(gradient_per_m * rise, -_MOST_SHARE, _MOST_SHARE)
    return np.asarray((1.0 + share) / (1.0 - share), float)


def gradient_of(rain_mm: ArrayLike, height_m: ArrayLike) -> float:
    """Find χ from stations: (P₁ - P₂)/(P₁ + P₂) = χ(z₁ - z₂) over every pair, by least squares.

    Parameters
    ----------
    rain_mm, height_m
        Totals of a season or of many days, and heights; missing ones are left out.

    Raises
    ------
    Refusal
        `too_few_stations`, or `heights_alike` where they differ by less than 50 m in all.
    """
    rain, height = np.asarray(rain_mm, float), np.asarray(height_m, float)
    known = ~(np.isnan(rain) | np.isnan(height)) & (rain > 0)
    if np.count_nonzero(known) < LEAST_STATIONS:
        raise Refusal("too_few_stations", found=int(np.count_nonzero(known)), least=LEAST_STATIONS)
    rain, height = rain[known], height[known]
    if np.ptp(height) < 50.0:
        raise Refusal("heights_alike", spread_m=float(np.ptp(height)))
    one, other = np.triu_indices(rain.size, 1)
    rise = height[one] - height[other]
    differ = (rain[one] - rain[other]) / (rain[one] + rain[other])
    return float((rise * differ).sum() / (rise**2).sum())
