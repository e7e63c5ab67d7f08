# SPDX-License-Identifier: Apache-2.0
"""Stations spread over the ground with its height in mind."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.rainfall import elevation, inverse_distance, kriging, variogram
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=(),
    valid_for="同 elevation；站点处与雨量站一致；高程缺测处为缺测",
)


def interpolate(
    dem: Grid,
    observed: Observed,
    station_m: ArrayLike,
    *,
    gradient_per_m: float | None,
    method: Literal["inverse_distance", "kriging"] = "inverse_distance",
    length_m: float = 10_000.0,
) -> Grid:
    """Bring stations to one level, spread them there, and take every cell to its own height.

    Parameters
    ----------
    dem
        Heights in metres (unit `m`) on the cells wanted.
    observed
        Stations' amounts in the plane of the heights.
    station_m
        Their heights; a station without one takes its cell's.
    gradient_per_m
        χ of `elevation.factor`; zero leaves height out.
    method, length_m
        How the amounts are spread, and the kriging's length.

    References
    ----------
    Liston and Elder (2006), section 2d: precipitation adjusted to a common level, spread, and adjusted back.

    Raises
    ------
    Refusal
        `not_heights`, `no_stations` or `coefficients_missing`.
    """
    if dem.unit != "m":
        raise Refusal("not_heights", unit=dem.unit)
    given = np.asarray(station_m, float)
    heights = np.where(np.isnan(given), dem.at(observed.x, observed.y), given)
    level = observed.value / elevation.factor(heights, _level(dem), gradient_per_m=gradient_per_m)
    points = observed.with_values(level).known()
    if len(points) == 0:
        raise Refusal("no_stations")
    if method == "kriging":
        flat = kriging.estimate(points, *dem.centres(), variogram=variogram.Exponential(length_m))
    else:
        flat = inverse_distance.interpolate(points, *dem.centres())
    raised = flat * elevation.factor(dem.values, _level(dem), gradient_per_m=gradient_per_m)
    return dem.with_values(np.maximum(raised, 0.0), "mm")


def _level(dem: Grid) -> float:
    """This will give the common level: the middle height, from which no cell is far."""
    return float(np.nanmedian(dem.values))
