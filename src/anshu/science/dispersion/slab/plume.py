# SPDX-License-Identifier: Apache-2.0
"""The steady plume of gas given off by the ground, as one shallow layer (Ermak 1990)."""

from dataclasses import dataclass
from math import acos, cos, sqrt
from typing import Any, Final

import numpy as np

from anshu.science.dispersion.slab.ambient import Ambient
from anshu.science.dispersion.slab.gas import Gas, Mixture
from anshu.science.dispersion.slab.mixing import Layer, Stirring, stir
from anshu.science.dispersion.slab.trajectory import Blend, Step
from anshu.science.extra import library
from anshu.science.standing import Refusal, require_positive
from anshu.science.units import STANDARD_GRAVITY_M_S2, Array

# Pressure of the layer's own weight along and across the wind (UCRL-MA-105607, equations 4-5).
_ALONG: Final = 0.25
ACROSS: Final = 0.75
CORE: Final = 0.9
_NO_SPEED: Final = 4.0 / 27.0
_FIRST_STEP: Final = 1e-3
_CLOSE: Final = 1.01
_TRIES: Final = 30
# Solver settings that leave errors far below those of the closure.
TOLERANCE: Final = {"rtol": 1e-5, "atol": 1e-9}


@dataclass(frozen=True, slots=True)
class Source:
    """A square of ground giving off gas: rate, area, how long, its temperature and the share of it that is droplets."""

    gas: Gas
    rate_kg_s: float
    area_m2: float
    lasting_s: float
    temperature_k: float
    liquid_share: float = 0.0

    def __post_init__(self) -> None:
        require_positive(rate_kg_s=self.rate_kg_s, area_m2=self.area_m2, lasting_s=self.lasting_s)
        require_positive(temperature_k=self.temperature_k)

    @property
    def half_width_m(self) -> float:
        """Half the side of the square."""
        return 0.5 * sqrt(self.area_m2)

    def rise_m_s(self, air: Ambient) -> float:
        """Give the speed at which the gas leaves the ground."""
        density = Mixture(self.gas, 1.0, 0.0, air.pressure_pa).density_kg_m3(self.temperature_k)
        return self.rate_kg_s / (density * self.area_m2)


@dataclass(frozen=True, slots=True)
class Plume:
    """The balances of a plume from a source widened to a half width.

    The state is half the mass flux R = ρ U B h, the momentum R U - R (1 - m) Ū + ⅛ g (ρ - ρₐ) B h² gained by drag, the
    flux of crosswind momentum, the heat taken from the ground, half width, core, and mass of gas passed so far.
    """

    source: Source
    air: Ambient
    half_m: float

    def released_kg_s(self, x_m: float) -> float:
        """Give the rate of gas in the half plume, growing over the length of the source."""
        share = min(max((x_m + self.half_m) / (2.0 * self.half_m), 0.0), 1.0)
        return 0.5 * self.source.rate_kg_s * share

    def layer(self, x_m: float, state: Array) -> tuple[Layer, float, float]:
        """Give the cloud of a state, its share of gas, and the need: above one the wind cannot carry it away."""
        flux, momentum, front, heat, half = (float(one) for one in state[:5])
        share = min(self.released_kg_s(x_m) / flux, 1.0)
        blend = Blend(self.source.gas, self.source.temperature_k, self.source.liquid_share, self.air)
        temperature, density, capacity = blend.state(share, heat / flux)
        speed, need = self._speed(flux / (density * half), momentum / flux, share, density)
        cloud = Layer(
            flux / (density * speed * half),
            half,
            speed,
            max(front / flux, 0.0),
            density,
            temperature,
            capacity,
            source_rise_m_s=self.source.rise_m_s(self.air) if abs(x_m) <= self.half_m else 0.0,
        )
        return cloud, share, need

    def _speed(self, section: float, momentum: float, share: float, density: float) -> tuple[float, float]:
        # The momentum balance is a cubic in speed; its larger root is the cloud that the wind can carry.
        heavy = STANDARD_GRAVITY_M_S2 * (density - self.air.density_kg_m3) / density
        push = max(0.5 * _ALONG * heavy * section, 0.0)
        speed, need = self.air.mean_wind_m_s(1.0), 0.0
        for _ in range(60):
            free = self.air.mean_wind_m_s(section / speed) * (1.0 - share) + momentum
            need = push / free**3 / _NO_SPEED
            root = free * (1.0 + 2.0 * cos(acos(1.0 - 2.0 * min(need, 1.0)) / 3.0)) / 3.0
            following = float((speed * root**2) ** (1.0 / 3.0))
            if abs(following - speed) < 1e-7 * speed:
                break
            speed = following
        return speed, need

    def slope(self, x_m: float, state: Array) -> list[float]:
        """Give how the state changes along the wind."""
        cloud, _, _ = self.layer(x_m, state)
        mixing = stir(cloud, self.air)
        source = self.source.rate_kg_s / (4.0 * self.half_m) if x_m < self.half_m else 0.0
        half, core = float(state[4]), float(state[5])
        return [
            self.air.density_kg_m3 * (mixing.side_m_s * cloud.depth_m + mixing.top_m_s * half) + source,
            -cloud.density_kg_m3 * mixing.drag_along,
            ACROSS * weight(cloud, self.air) * cloud.depth_m**2 - cloud.density_kg_m3 * mixing.drag_across,
            half * warming(cloud, self.air, mixing),
            (self.air.density_kg_m3 / cloud.density_kg_m3 * mixing.side_m_s + cloud.front_m_s) / cloud.speed_m_s,
            cloud.front_m_s * core / (cloud.speed_m_s * half),
            2.0 * self.released_kg_s(x_m) / cloud.speed_m_s,
        ]

    def over_source(self) -> Any:
        """Follow the cloud across the source."""
        x = self.half_m * (2.0 * _FIRST_STEP - 1.0)
        depth = max(0.01 * self.half_m, 10.0 * self.air.layer.roughness_m)
        flux = self.air.density_kg_m3 * self.air.mean_wind_m_s(depth) * depth * self.half_m + self.released_kg_s(x)
        state = np.array([flux, 0.0, 0.0, 0.0, self.half_m, CORE * self.half_m, 0.0])
        return _solve(self.slope, (x, self.half_m), state, max_step=self.half_m / 4.0, dense_output=True)

    def beyond(self, state: Array, upto_m: float) -> Any:
        """Follow the cloud from the downwind edge of the source until the source has given off all of it."""
        spent = 0.5 * self.source.rate_kg_s * self.source.lasting_s

        def ended(_: float, at: Array) -> float:
            return float(at[6]) - spent

        ended.terminal = True  # type: ignore[attr-defined]
        return _solve(self.slope, (self.half_m, upto_m), state, events=ended, dense_output=True)

    def steps(self, solved: Any) -> list[Step]:
        """Turn what the solver found into steps."""
        return [self.step(float(x), state) for x, state in zip(solved.t, solved.y.T, strict=True)]

    def step(self, x_m: float, state: Array) -> Step:
        """Describe the cloud of one state."""
        cloud, share, _ = self.layer(x_m, state)
        passed = 2.0 * float(state[6]) / self.source.rate_kg_s
        return Step(
            x_m,
            passed,
            share,
            cloud.depth_m,
            cloud.half_width_m,
            float(state[5]),
            cloud.speed_m_s,
            cloud.density_kg_m3,
            cloud.temperature_k,
        )


def widened(source: Source, air: Ambient) -> tuple[Plume, Any]:
    """Widen a source until the wind carries its gas away, as heavy gas does by running out upwind (equation 4d).

    Raises
    ------
    Refusal
        `too_little_wind` where no width is found.
    """
    half = source.half_width_m
    for _ in range(_TRIES):
        plume = Plume(source, air, half)
        solved = plume.over_source()
        need = max(plume.layer(float(x), state)[2] for x, state in zip(solved.t, solved.y.T, strict=True))
        if need < _CLOSE:
            return plume, solved
        half *= max(sqrt(need), _CLOSE)
    raise Refusal("too_little_wind", half_width_m=half)


def weight(cloud: Layer, air: Ambient) -> float:
    """Give g (ρ - ρₐ), nothing for a cloud lighter than air."""
    return STANDARD_GRAVITY_M_S2 * max(cloud.density_kg_m3 - air.density_kg_m3, 0.0)


def warming(cloud: Layer, air: Ambient, mixing: Stirring) -> float:
    """Give the heat from ground as warm as the air, W/m²."""
    colder = max(air.temperature_k - cloud.temperature_k, 0.0)
    return cloud.density_kg_m3 * cloud.heat_capacity_j_kg_k * mixing.heat_transfer_m_s * colder


def _solve(slope: Any, between: tuple[float, float], state: Array, **how: Any) -> Any:
    return library("scipy.integrate").solve_ivp(slope, between, state, **TOLERANCE, **how)
