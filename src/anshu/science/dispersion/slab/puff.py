# SPDX-License-Identifier: Apache-2.0
"""A cloud cut off from its source, or let go at once, as one shallow layer that travels (Ermak 1990)."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from anshu.science.dispersion.slab.ambient import Ambient
from anshu.science.dispersion.slab.mixing import Layer, stir
from anshu.science.dispersion.slab.plume import ACROSS, CORE, TOLERANCE, warming, weight
from anshu.science.dispersion.slab.trajectory import Blend, Step, Trajectory, gather
from anshu.science.extra import library
from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Britter–McQuaid 云团曲线（HSE 17/1988）：等温瞬时云 10 %–0.2 % 的前缘距离为其 0.7–1.0 倍",),
    valid_for="地面瞬时重气云，平坦地面；与 release 同一组方程；未与现场试验逐点比较",
)
_LONGEST_S: Final = 7200.0


@dataclass(frozen=True, slots=True)
class Puff:
    """The balances of a quarter of a cloud of given gas.

    The state is the mass ρ Bx By h, its momentum over that of the air in it, the momenta of spreading across and along,
    the heat from the ground, position, half width and core, half length and core.
    """

    blend: Blend
    gas_kg: float
    air: Ambient

    def layer(self, state: Array) -> tuple[Layer, float]:
        """Give the cloud of a state and its share of gas."""
        mass, momentum, across, along, heat, _, half, _, length, _ = (float(one) for one in state)
        share = min(0.25 * self.gas_kg / mass, 1.0)
        temperature, density, capacity = self.blend.state(share, heat / mass)
        depth = mass / (density * half * length)
        speed = momentum / mass + (1.0 - share) * self.air.mean_wind_m_s(depth)
        cloud = Layer(
            depth,
            half,
            speed,
            max(across / mass, 0.0),
            density,
            temperature,
            capacity,
            half_length_m=length,
            along_front_m_s=max(along / mass, 0.0),
        )
        return cloud, share

    def slope(self, _: float, state: Array) -> list[float]:
        """Give how the state changes with time."""
        cloud, _ = self.layer(state)
        mixing = stir(cloud, self.air)
        half, core, length, core_length = (float(one) for one in state[6:])
        lightness = self.air.density_kg_m3 / cloud.density_kg_m3
        sides = (mixing.side_m_s * length + mixing.end_m_s * half) * cloud.depth_m
        pressed = ACROSS * weight(cloud, self.air) * cloud.depth_m**2
        dragged = cloud.density_kg_m3 * length
        return [
            self.air.density_kg_m3 * (sides + mixing.top_m_s * half * length),
            -dragged * mixing.drag_along,
            pressed * length - dragged * mixing.drag_across,
            pressed * half - dragged * mixing.drag_front,
            half * length * warming(cloud, self.air, mixing),
            cloud.speed_m_s,
            lightness * mixing.side_m_s + cloud.front_m_s,
            cloud.front_m_s * core / half,
            lightness * mixing.end_m_s + cloud.along_front_m_s,
            cloud.along_front_m_s * core_length / length,
        ]

    def steps(self, state: Array, *, from_s: float, upto_m: float) -> list[Step]:
        """Follow the cloud until its centre has come so far."""

        def arrived(_: float, at: Array) -> float:
            return float(at[5]) - upto_m

        arrived.terminal = True  # type: ignore[attr-defined]
        solve: Any = library("scipy.integrate").solve_ivp
        solved = solve(self.slope, (from_s, from_s + _LONGEST_S), state, events=arrived, **TOLERANCE)
        return [self._step(float(when), at) for when, at in zip(solved.t, solved.y.T, strict=True)]

    def _step(self, time_s: float, state: Array) -> Step:
        cloud, share = self.layer(state)
        x, half, core, length, core_length = (float(one) for one in state[5:])
        return Step(
            x,
            time_s,
            share,
            cloud.depth_m,
            half,
            core,
            cloud.speed_m_s,
            cloud.density_kg_m3,
            cloud.temperature_k,
            length,
            core_length,
        )


def instantaneous(blend: Blend, *, mass_kg: float, area_m2: float, air: Ambient, upto_m: float) -> Trajectory:
    """Follow gas let go at once from a square of ground.

    Parameters
    ----------
    blend
        The gas with its temperature and share of droplets at release.
    mass_kg, area_m2
        Mass let go and the area it stands on at first.
    upto_m
        How far the centre is followed.

    References
    ----------
    Ermak, D. L. (1990), UCRL-MA-105607, sections 2.3.2 and 2.4.
    """
    require_positive(mass_kg=mass_kg, area_m2=area_m2, upto_m=upto_m)
    half = 0.5 * float(np.sqrt(area_m2))
    quarter = 0.25 * mass_kg
    state = np.array([quarter, 0.0, 0.0, 0.0, 0.0, 0.0, half, CORE * half, half, CORE * half])
    steps = Puff(blend, mass_kg, air).steps(state, from_s=0.0, upto_m=upto_m)
    return gather(blend.gas, air, steps, lasting_s=0.0, start_m=0.0)
