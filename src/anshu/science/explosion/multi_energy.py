# SPDX-License-Identifier: Apache-2.0
"""TNO multi-energy: blast of each congested part of a cloud by its strength class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import ATMOSPHERE_PA, Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="每一拥塞区单独计算；爆源强度 1–10 由专家判断；曲线须作为本地数据提供，未提供即拒绝",
)
# Heat of combustion of a stoichiometric hydrocarbon-air mixture (van den Berg 1985).
MIXTURE_ENERGY_J_M3: Final = 3.5e6
CLASSES: Final = range(1, 11)


@dataclass(frozen=True, slots=True)
class BlastCurves:
    """Digitised curves with their source: for each class, points (scaled distance, overpressure over ambient)."""

    source: str
    points: Mapping[int, tuple[tuple[float, float], ...]]


def blast_energy_j(congested_m3: float) -> float:
    """Give the energy of a congested volume filled with a stoichiometric mixture, 3.5 MJ/m³."""
    return MIXTURE_ENERGY_J_M3 * congested_m3


def scaled_distance(distance_m: ArrayLike, *, energy_j: float, ambient_pa: float = ATMOSPHERE_PA) -> Array:
    """Give r' = r/(E/p₀)^(1/3); the curves already hold for a hemisphere on the ground."""
    return np.asarray(distance_m, float) / float(np.cbrt(energy_j / ambient_pa))


def overpressure_pa(
    distance_m: ArrayLike,
    *,
    energy_j: float,
    strength: int,
    curves: BlastCurves | None,
    ambient_pa: float = ATMOSPHERE_PA,
) -> Array:
    """Give the peak side-on overpressure at a distance, Pa, from curves supplied as data.

    Raises
    ------
    Refusal
        `curves_missing` where the class has no curve, `unknown_class` outside 1-10.

    References
    ----------
    van den Berg, A. C. (1985), Journal of Hazardous Materials 12, 1-10; TNO (2005), Yellow Book CPR 14E, section 5.5.
    """
    if strength not in CLASSES:
        raise Refusal("unknown_class", strength=strength)
    points = () if curves is None else curves.points.get(strength, ())
    if len(points) < 2:
        raise Refusal("curves_missing", strength=strength)
    scaled = scaled_distance(distance_m, energy_j=energy_j, ambient_pa=ambient_pa)
    table = np.log(np.array(points))
    value: Array = ambient_pa * np.exp(np.interp(np.log(scaled), table[:, 0], table[:, 1]))
    return np.where(scaled > np.exp(table[-1, 0]), value * np.exp(table[-1, 0]) / scaled, value)
