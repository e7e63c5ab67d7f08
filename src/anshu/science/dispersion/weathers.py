# SPDX-License-Identifier: Apache-2.0
"""What a release reaches when the weather is not known for certain: many draws, their footprints, who is inside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from shapely import contains_xy
from shapely.geometry.base import BaseGeometry

from anshu.science.dispersion.footprint import Weather
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="风速对数正态、风向正态、稳定度按给定概率，三者独立；离散由调用者给出；结果是这些抽样中的占比，不是年频率",
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far the weather may be from what was measured or forecast.

    Parameters
    ----------
    wind_ratio
        Standard deviation of the logarithm of wind speed.
    direction_deg
        Standard deviation of direction.
    stabilities
        Probability of each stability class; empty keeps the class given.
    """

    wind_ratio: float
    direction_deg: float
    stabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Places:
    """Places in metres east and north of the release, and the persons at each (NaN where not known)."""

    east_m: Array
    north_m: Array
    persons: Array


@dataclass(frozen=True, slots=True)
class Reach:
    """For each weather its footprint and the persons inside; for each place the share of weathers that reach it."""

    footprints: tuple[BaseGeometry, ...]
    persons: Array
    share: Array


def draw(measured: Weather, doubt: Doubt, *, count: int, rng: np.random.Generator) -> tuple[Weather, ...]:
    """Draw weathers about the one measured.

    Raises
    ------
    Refusal
        `bad_probabilities` where those of the stability classes do not add up to one.
    """
    require_positive(wind_m_s=measured.wind_m_s, count=count)
    classes = dict(doubt.stabilities) or {measured.stability: 1.0}
    chances = np.array(list(classes.values()))
    if (chances < 0).any() or abs(chances.sum() - 1.0) > 1e-9:
        raise Refusal("bad_probabilities", stabilities=classes)
    winds = measured.wind_m_s * np.exp(rng.normal(0.0, doubt.wind_ratio, count))
    directions = (measured.wind_from_deg + rng.normal(0.0, doubt.direction_deg, count)) % 360.0
    picked = rng.choice(list(classes), count, p=chances)
    return tuple(Weather(float(w), float(d), str(s)) for w, d, s in zip(winds, directions, picked, strict=True))


def reach(weathers: Sequence[Weather], places: Places, *, footprint_of: Callable[[Weather], BaseGeometry]) -> Reach:
    """Draw the footprint of every weather and count the places and persons it holds.

    A place inside whose persons are not known makes the persons of that weather unknown (NaN).
    """
    footprints = tuple(footprint_of(weather) for weather in weathers)
    inside = np.array([contains_xy(one, places.east_m, places.north_m) for one in footprints])
    held = np.array([places.persons[row].sum() for row in inside], float)
    return Reach(footprints, held, inside.mean(axis=0))
