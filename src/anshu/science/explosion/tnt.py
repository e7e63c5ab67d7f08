# SPDX-License-Identifier: Apache-2.0
"""Blast of an equivalent mass of TNT on the ground, by Kingery and Bulmash as simplified by Swisdak."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("kingery-bulmash（fcento100）算例 10 t、500 m",),
    valid_for="地面半球爆炸，Z = 0.2–198.5 m/kg^⅓；蒸气云近场偏大、远场偏小",
)
TNT_ENERGY_J_KG: Final = 4.68e6
# ln p (kPa) as a polynomial in ln Z, by upper end of Z: Swisdak (1994), table 1, metric.
_PIECES: Final = (
    (2.9, (7.2106, -2.1069, -0.3229, 0.1117, 0.0685)),
    (23.8, (7.5938, -3.0523, 0.40977, 0.0261, -0.01267)),
    (198.5, (6.0536, -1.4066)),
)
_NEAREST: Final = 0.2


def equivalent_mass_kg(fuel_kg: float, *, heat_of_combustion_j_kg: float, yield_fraction: float) -> float:
    """Give the TNT that would release the blast energy of a cloud, η m H_c / 4.68 MJ/kg.

    Observed yields lie between 0.01 and 0.10 of the fuel's energy (CCPS 2010).
    """
    if not 0 < yield_fraction <= 1:
        raise Refusal("bad_yield", value=yield_fraction)
    return yield_fraction * fuel_kg * heat_of_combustion_j_kg / TNT_ENERGY_J_KG


def overpressure_pa(distance_m: ArrayLike, *, tnt_kg: float) -> Array:
    """Give the peak side-on overpressure at a distance, Pa; NaN nearer or farther than the curve was drawn.

    References
    ----------
    Swisdak, M. M. (1994), Simplified Kingery Airblast Calculations, 26th DoD Explosives Safety Seminar; Kingery and
    Bulmash (1984), ARBRL-TR-02555.
    """
    scaled = np.asarray(distance_m, float) / np.cbrt(tnt_kg)
    pressure = np.full(np.shape(scaled), np.nan)
    low = _NEAREST
    for high, coefficients in _PIECES:
        within = (scaled >= low) & (scaled <= high)
        log = np.log(np.where(within, scaled, 1.0))
        fitted = sum(a * log**power for power, a in enumerate(coefficients))
        pressure = np.where(within, 1000.0 * np.exp(fitted), pressure)
        low = high
    return pressure


def distance_to(pressure_pa: float, *, tnt_kg: float) -> float:
    """Find how far a peak overpressure reaches, metres.

    Raises
    ------
    Refusal
        `outside_curve` where the pressure is not on the curve.
    """
    scaled = np.geomspace(_NEAREST, _PIECES[-1][0], 4000)
    pressures = overpressure_pa(scaled, tnt_kg=1.0)
    if not pressures[-1] <= pressure_pa <= pressures[0]:
        raise Refusal("outside_curve", pressure_pa=pressure_pa)
    found = np.interp(-np.log(pressure_pa), -np.log(pressures), np.log(scaled))
    return float(np.exp(found) * np.cbrt(tnt_kg))
