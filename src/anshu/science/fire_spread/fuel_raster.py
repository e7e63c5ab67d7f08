# SPDX-License-Identifier: Apache-2.0
"""How fire spreads in each cell of a raster of fuel, slope, aspect and wind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.fire_spread.fuels import ANDERSON, Fuel, Moisture
from anshu.science.fire_spread.rothermel import surface_spread
from anshu.science.fire_spread.travel_time import Ground
from anshu.science.fire_spread.wind import midflame_wind_m_s
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("逐格与 rothermel.surface_spread 一致（后者对照 Behave）",),
    valid_for="无林冠遮蔽的可燃物；坡度、坡向、风按格或全域给出；不可燃格为屏障；可燃物模型须由林业部门核对",
)
NOT_BURNABLE: Final = 0


@dataclass(frozen=True, slots=True)
class Landscape:
    """A raster of fuel models and terrain, rows from north to south.

    Parameters
    ----------
    fuel
        Number of the fuel model by cell; 0 (water, road, bare ground) does not burn.
    slope, aspect_deg
        Rise over run, and bearing the slope faces, downhill; by cell or one for all; NaN does not burn.
    cell_m, west_m, north_m
        Side of a cell, and outer corner of the first, in metres of a projection.
    """

    fuel: ArrayLike
    cell_m: float
    slope: ArrayLike = 0.0
    aspect_deg: ArrayLike = 0.0
    west_m: float = 0.0
    north_m: float = 0.0


def ground_of(
    landscape: Landscape,
    moisture: Moisture,
    *,
    wind_10m_m_s: ArrayLike,
    wind_from_deg: ArrayLike,
    fuels: Mapping[int, Fuel] | None = None,
) -> Ground:
    """Give speed, heading and effective wind at the head of a fire in each cell.

    Parameters
    ----------
    wind_10m_m_s, wind_from_deg
        Wind over open ground and the bearing it comes from; by cell or one for all; NaN does not burn.
    fuels
        Models by their number; Anderson's thirteen unless given.

    Raises
    ------
    Refusal
        `unknown_fuel` naming the numbers without a model, `not_a_raster`, `shapes_differ`, and those of
        `rothermel.surface_spread`.
    """
    models = {int(code): fuel for code, fuel in ANDERSON.items()} if fuels is None else fuels
    numbers = np.asarray(landscape.fuel, np.int64)
    if numbers.ndim != 2:
        raise Refusal("not_a_raster", shape=numbers.shape)
    present = [int(number) for number in np.unique(numbers) if number != NOT_BURNABLE]
    unknown = tuple(number for number in present if number not in models)
    if unknown:
        raise Refusal("unknown_fuel", numbers=unknown)
    slope, aspect, wind, wind_from = (
        _by_cell(name, given, numbers.shape)
        for name, given in (
            ("slope", landscape.slope),
            ("aspect_deg", landscape.aspect_deg),
            ("wind_10m_m_s", wind_10m_m_s),
            ("wind_from_deg", wind_from_deg),
        )
    )
    speed, heading, effective = np.zeros((3, *numbers.shape))
    for number in present:
        here, fuel = numbers == number, models[number]
        found = surface_spread(
            fuel,
            moisture,
            midflame_wind_m_s=midflame_wind_m_s(wind[here], depth_m=fuel.depth_m),
            wind_from_deg=wind_from[here],
            slope=slope[here],
            aspect_deg=aspect[here],
        )
        speed[here], heading[here], effective[here] = found.speed_m_s, found.heading_deg, found.effective_wind_m_s
    return Ground(speed, heading, effective, landscape.cell_m, landscape.west_m, landscape.north_m)


def _by_cell(name: str, given: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    values = np.asarray(given, float)
    if values.ndim and values.shape != shape:
        raise Refusal("shapes_differ", name=name, expected=shape, found=values.shape)
    return np.broadcast_to(values, shape)
