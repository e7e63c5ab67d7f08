# SPDX-License-Identifier: Apache-2.0
"""A release of given duration: a plume while the source gives, a travelling cloud once it has stopped (Ermak 1990)."""

from typing import Final

import numpy as np

from anshu.science.dispersion.slab.ambient import Ambient
from anshu.science.dispersion.slab.plume import Plume, Source, widened
from anshu.science.dispersion.slab.puff import Puff
from anshu.science.dispersion.slab.trajectory import Blend, Step, Trajectory, gather
from anshu.science.standing import Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(
        "SLAB 手册 Burro 8 算例（Ermak 1990）：轴线浓度 2 %、云层各量 8 %",
        "Burro、Coyote、Maplin Sands 10 次 LNG 试验 42 个弧最大浓度：FAC2 0.76、FB 0.07、NMSE 0.47",
    ),
    valid_for="地面面源（蒸发池等）的重气，平坦地面，风速 ≥ 0.5 m/s；不含射流、障碍物、坡地；不稳定天气偏低",
)
# A puff begins with ends as sharp as its source stopped.
_SHARP: Final = 0.9999


def disperse(source: Source, air: Ambient, *, upto_m: float = 2000.0) -> Trajectory:
    """Follow a cloud of gas heavier than air from the ground it rises from.

    The layer's mass, gas, heat and momentum along and across the wind are balanced step by step; air is drawn in
    through the top and the sides, and the cloud runs out sideways under its own weight. When half of the gas lies
    behind the place reached, the source has stopped and the rest is followed as one cloud of half length U t/2.

    Parameters
    ----------
    source
        The square of ground, its rate and duration; it is widened where the wind cannot carry so much away.
    air
        The surface layer and state of the air.
    upto_m
        How far downwind the centre of the cloud is followed.

    Raises
    ------
    Refusal
        `library_missing` without SciPy; `too_little_wind` where the wind carries nothing away.

    References
    ----------
    Ermak, D. L. (1990), User's Manual for SLAB, UCRL-MA-105607, Lawrence Livermore National Laboratory, section 2.
    """
    require_positive(upto_m=upto_m)
    plume, over = widened(source, air)
    spent = 0.5 * source.rate_kg_s * source.lasting_s
    if over.y[6, -1] >= spent:
        last = float(np.interp(spent, over.y[6], over.t))
        steps = [step for step in plume.steps(over) if step.x_m < last]
        state = np.asarray(over.sol(last), float)
    else:
        beyond = plume.beyond(over.y[:, -1], max(upto_m, 1.1 * plume.half_m))
        steps = [*plume.steps(over), *plume.steps(beyond)[1:]]
        last, state = float(beyond.t[-1]), np.asarray(beyond.y[:, -1], float)
        if beyond.status != 1:
            return _gathered(source, air, steps, plume)
    return _gathered(source, air, [*steps, *_after(plume, last, state, upto_m)], plume)


def _after(plume: Plume, x_m: float, state: Array, upto_m: float) -> list[Step]:
    source, air = plume.source, plume.air
    cloud, share, _ = plume.layer(x_m, state)
    length = 0.5 * cloud.speed_m_s * source.lasting_s
    mass = cloud.density_kg_m3 * length * cloud.half_width_m * cloud.depth_m
    slip = cloud.speed_m_s - (1.0 - share) * air.mean_wind_m_s(cloud.depth_m)
    # It runs out along the wind as it did across, by its shape.
    along = cloud.front_m_s * cloud.half_width_m / length
    heat = float(state[3] / state[0])
    half, core = cloud.half_width_m, float(state[5])
    first = mass * np.array([1.0, slip, cloud.front_m_s, along, heat, *[0.0] * 5])
    first[5:] = x_m, half, core, length, _SHARP * length
    blend = Blend(source.gas, source.temperature_k, source.liquid_share, air)
    return Puff(blend, 4.0 * mass * share, air).steps(first, from_s=source.lasting_s, upto_m=upto_m)


def _gathered(source: Source, air: Ambient, steps: list[Step], plume: Plume) -> Trajectory:
    return gather(source.gas, air, steps, lasting_s=source.lasting_s, start_m=-plume.half_m)
