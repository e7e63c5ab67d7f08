# SPDX-License-Identifier: Apache-2.0
"""TNO multi-energy: blast of each congested part of a cloud by its strength class."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.explosion.multi_energy_curves import SHIPPED, BlastCurves
from anshu.science.standing import Refusal, Standing
from anshu.science.units import ATMOSPHERE_PA, Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="各拥塞区单独计算；爆源强度由专家判断；自带 1–6 级（2、3 内插）与 7–10 级远场（r′ ≥ 1.49）",
)
# Heat of combustion of a stoichiometric hydrocarbon-air mixture (van den Berg 1985).
MIXTURE_ENERGY_J_M3: Final = 3.5e6
CLASSES: Final = range(1, 11)


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
    curves: BlastCurves = SHIPPED,
    ambient_pa: float = ATMOSPHERE_PA,
) -> Array:
    """Give the peak side-on overpressure at a distance, Pa, read off the curve of a strength class.

    Within the cloud the curve's first value holds; beyond its last point the pressure falls as 1/r'. The curves shipped
    give classes 7 to 10 only from r' = 1.49 on, and nearer nothing (NaN).

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
    points = curves.points.get(strength, ())
    if len(points) < 2:
        raise Refusal("curves_missing", strength=strength, source=curves.source)
    scaled = scaled_distance(distance_m, energy_j=energy_j, ambient_pa=ambient_pa)
    table = np.log(np.array(points))
    value: Array = ambient_pa * np.exp(np.interp(np.log(scaled), table[:, 0], table[:, 1]))
    value = np.where(scaled > np.exp(table[-1, 0]), value * np.exp(table[-1, 0]) / scaled, value)
    return np.where(scaled < points[0][0], np.nan, value) if strength in curves.far_only else value
