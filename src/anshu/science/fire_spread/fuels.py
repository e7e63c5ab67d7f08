# SPDX-License-Identifier: Apache-2.0
"""The thirteen standard fuel models, as data; a county's own models take the same form."""

from dataclasses import dataclass
from typing import Final

from anshu.science.units import FOOT_M, POUND_KG

_BTU_POUND_J_KG: Final = 1055.05585262 / POUND_KG


@dataclass(frozen=True, slots=True)
class Fuel:
    """A fuel bed: loads and surface-to-volume ratios of its five parts, depth, heat and moisture of extinction.

    Parameters
    ----------
    code
        Name of the model.
    load_kg_m2
        Dry load of dead fuel to 6 mm (1 h), to 25 mm (10 h), to 76 mm (100 h), of live grass and of live wood.
    surface_m
        Surface over volume of the same five parts, 1/m.
    depth_m
        Depth of the bed.
    extinction
        Moisture of dead fuel at which fire no longer spreads, as a fraction.
    heat_j_kg
        Heat content.
    """

    code: str
    load_kg_m2: tuple[float, float, float, float, float]
    surface_m: tuple[float, float, float, float, float]
    depth_m: float
    extinction: float
    heat_j_kg: float = 8000 * _BTU_POUND_J_KG


@dataclass(frozen=True, slots=True)
class Moisture:
    """Moisture over dry weight, as fractions, of the same five parts."""

    dead_1h: float
    dead_10h: float
    dead_100h: float
    live_herb: float = 1.0
    live_wood: float = 1.0


def _anderson(code: str, pounds_ft2: tuple[float, ...], fine_ft: float, depth_ft: float, extinction: float) -> Fuel:
    one, ten, hundred, herb, wood = (load * POUND_KG / FOOT_M**2 for load in pounds_ft2)
    surfaces = (fine_ft / FOOT_M, 109.0 / FOOT_M, 30.0 / FOOT_M, 1500.0 / FOOT_M, 1500.0 / FOOT_M)
    return Fuel(code, (one, ten, hundred, herb, wood), surfaces, depth_ft * FOOT_M, extinction)


# Albini, F. A. (1976), USDA Forest Service INT-30, table 7, described by Anderson, H. E. (1982), INT-122: loads in
# pounds a square foot (1 h, 10 h, 100 h, live grass, live wood); 1/ft of the 1-hour fuel, depth in ft, moisture of
# extinction.
ANDERSON: Final = {
    fuel.code: fuel
    for fuel in (
        _anderson("1", (0.034, 0.0, 0.0, 0.0, 0.0), 3500.0, 1.0, 0.12),
        _anderson("2", (0.092, 0.046, 0.023, 0.023, 0.0), 3000.0, 1.0, 0.15),
        _anderson("3", (0.138, 0.0, 0.0, 0.0, 0.0), 1500.0, 2.5, 0.25),
        _anderson("4", (0.230, 0.184, 0.092, 0.0, 0.230), 2000.0, 6.0, 0.20),
        _anderson("5", (0.046, 0.023, 0.0, 0.0, 0.092), 2000.0, 2.0, 0.20),
        _anderson("6", (0.069, 0.115, 0.092, 0.0, 0.0), 1750.0, 2.5, 0.25),
        _anderson("7", (0.052, 0.086, 0.069, 0.0, 0.017), 1750.0, 2.5, 0.40),
        _anderson("8", (0.069, 0.046, 0.115, 0.0, 0.0), 2000.0, 0.2, 0.30),
        _anderson("9", (0.134, 0.019, 0.007, 0.0, 0.0), 2500.0, 0.2, 0.25),
        _anderson("10", (0.138, 0.092, 0.230, 0.0, 0.092), 2000.0, 1.0, 0.25),
        _anderson("11", (0.069, 0.207, 0.253, 0.0, 0.0), 1500.0, 1.0, 0.15),
        _anderson("12", (0.184, 0.644, 0.759, 0.0, 0.0), 1500.0, 2.3, 0.20),
        _anderson("13", (0.322, 1.058, 1.288, 0.0, 0.0), 1500.0, 3.0, 0.25),
    )
}
