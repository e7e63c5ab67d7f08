# SPDX-License-Identifier: Apache-2.0
"""Conditional merging: the gauges' smooth field with the radar's own detail put back."""

from typing import Final

from anshu.science.rainfall import kriging, mean_field_bias, variogram
from anshu.science.rainfall.grid import Grid
from anshu.science.rainfall.observed import Observed, paired
from anshu.science.rainfall.reach import REACH_M, faded
from anshu.science.rainfall.variogram import Exponential
from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("OpenMRG 2015-07-25、08-27 留一法：低于原始雷达与单用雨量站",),
    valid_for="站数不少于 3；雷达先作平均场偏差订正；站点处与雨量站一致",
)
LEAST_POINTS: Final = 3


def merge(
    radar: Grid,
    observed: Observed,
    *,
    bias: float | None = None,
    model: Exponential = variogram.OF_RESIDUALS,
    reach_m: float = REACH_M,
) -> Grid:
    """Give K(G) + R - K(R): kriged gauges plus what kriging loses of the radar when it sees it only at the gauges.

    Parameters
    ----------
    radar, observed
        An amount and gauges in the same unit.
    bias
        Factor taken out of the radar first; these pairs' own where not given, 1 for none.
    model
        Variogram for both krigings; exponential with 10 km where not given.
    reach_m
        Farther from every gauge the radar stays as it is.

    References
    ----------
    Sinclair, S. and Pegram, G. (2005), Atmospheric Science Letters 6, 19-22, doi:10.1002/asl.85.
    """
    level = mean_field_bias.merge(radar.require_metric(), observed, bias=bias)
    points, under = paired(level, observed)
    if len(points) < LEAST_POINTS:
        return level
    # Kriging is linear: the two fields differ by one kriging of the differences.
    residual = kriging.estimate(points.with_values(points.value - under), *level.centres(), variogram=model)
    return faded(level, level.values + residual, points, reach_m=reach_m)
