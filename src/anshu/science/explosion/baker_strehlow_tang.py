# SPDX-License-Identifier: Apache-2.0
"""Baker-Strehlow-Tang: blast of a vapour cloud by the speed its flame reaches."""

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.explosion.bst_curves import CURVES
from anshu.science.standing import Refusal, Standing
from anshu.science.units import ATMOSPHERE_PA, Array

STANDING: Final = Standing(
    verified_by=("CCPS (2000) 曲线表（R 0.1–9，2 %）", "丁烷云团算例的火焰速度"),
    valid_for="拥塞区蒸气云爆炸，火焰马赫数 0.037–5.2，R ≤ 9.4；更远按 1/R 外推，更近取平台值",
)
Level = Literal["low", "medium", "high"]
Confinement = Literal["2d", "2.5d", "3d"]
# Deflagration may turn to detonation: the curve of Mach 5.2 is used.
DETONATION: Final = 5.2
# Flame speed by confinement and fuel reactivity, for low, medium and high congestion: Pierorazio et al. (2005).
_SPEEDS: Final[dict[str, dict[str, tuple[float, float, float]]]] = {
    "2d": {
        "high": (0.59, DETONATION, DETONATION),
        "medium": (0.47, 0.66, 1.6),
        "low": (0.079, 0.47, 0.66),
    },
    "2.5d": {
        "high": (0.47, DETONATION, DETONATION),
        "medium": (0.29, 0.55, 1.0),
        "low": (0.053, 0.35, 0.50),
    },
    "3d": {
        "high": (0.36, DETONATION, DETONATION),
        "medium": (0.11, 0.44, 0.50),
        "low": (0.026, 0.23, 0.34),
    },
}
_LEVELS: Final = ("low", "medium", "high")
# A cloud on the ground has its blast doubled by reflection.
ON_GROUND: Final = 2.0


def flame_speed(*, reactivity: Level, congestion: Level, confinement: Confinement) -> float:
    """Read the flame's Mach number from the table of reactivity, congestion and confinement.

    References
    ----------
    Pierorazio, A. J. et al. (2005), Process Safety Progress 24, 59-65, table 1.
    """
    return _SPEEDS[confinement][reactivity][_LEVELS.index(congestion)]


def scaled_distance(
    distance_m: ArrayLike, *, energy_j: float, ambient_pa: float = ATMOSPHERE_PA, reflection: float = ON_GROUND
) -> Array:
    """Give R = r (p₀/(f E))^(1/3), the reflection factor f being 2 on the ground and 1 high above it."""
    scale = float(np.cbrt(ambient_pa / (reflection * energy_j)))
    return np.asarray(distance_m, float) * scale


def overpressure_pa(
    distance_m: ArrayLike,
    *,
    energy_j: float,
    mach: float,
    ambient_pa: float = ATMOSPHERE_PA,
    reflection: float = ON_GROUND,
) -> Array:
    """Give the peak side-on overpressure at a distance from the cloud's centre, Pa.

    The two curves nearest in flame speed are read at the scaled distance and interpolated in flame speed.

    Raises
    ------
    Refusal
        `outside_curves` where the flame is slower than Mach 0.026 or faster than 5.2.

    References
    ----------
    Tang, M. J. and Baker, Q. A. (1999), Process Safety Progress 18, 235-240.
    """
    speeds = sorted(CURVES)
    if not min(_SPEEDS["3d"]["low"]) <= mach <= speeds[-1]:
        raise Refusal("outside_curves", mach=mach)
    scaled = scaled_distance(distance_m, energy_j=energy_j, ambient_pa=ambient_pa, reflection=reflection)
    place = min(max(int(np.searchsorted(speeds, mach)), 1), len(speeds) - 1)
    low, high = speeds[place - 1], speeds[place]
    # The slowest flames of the table lie under the lowest curve; they are given that curve, on the safe side.
    share = max((mach - low) / (high - low), 0.0)
    under, over = _read(scaled, low), _read(scaled, high)
    value: Array = ambient_pa * (under + share * (over - under))
    return value


def _read(scaled: Array, speed: float) -> Array:
    points = np.array(CURVES[speed])
    distances, pressures = points[:, 0], points[:, 1]
    inside: Array = np.exp(np.interp(np.log(scaled), np.log(distances), np.log(pressures)))
    beyond: Array = pressures[-1] * distances[-1] / scaled
    return np.where(scaled > distances[-1], beyond, inside)
