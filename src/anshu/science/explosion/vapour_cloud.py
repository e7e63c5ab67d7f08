# SPDX-License-Identifier: Apache-2.0
"""The energy in a flammable cloud."""

from typing import Final

from anshu.science.standing import Standing
from anshu.science.units import GAS_CONSTANT_J_MOL_K

STANDING: Final = Standing(
    verified_by=("丁烷云团算例（selenized）",),
    valid_for="筛选用：整团按化学计量浓度计；拥塞区小于云团时偏大",
)
_OXYGEN_IN_AIR: Final = 0.20946
# Woodward's rule of thumb for a small plume's potential explosion site.
_SITE_SHARE: Final = 0.03


def site_volume_m3(half_limit_distance_m: float) -> float:
    """Estimate the cloud that can explode from the distance to half the lower limit, V = 0.03 x³."""
    return _SITE_SHARE * half_limit_distance_m**3


def stoichiometric_fraction(oxygen_per_fuel: float) -> float:
    """Give the volume fraction of fuel in a stoichiometric mixture with air, 1/(1 + n_O₂/0.20946)."""
    return 1.0 / (1.0 + oxygen_per_fuel / _OXYGEN_IN_AIR)


def oxygen_per_fuel(*, carbon: float, hydrogen: float, oxygen: float = 0.0) -> float:
    """Give the moles of oxygen that burn a mole of CₓHᵧO_z, x + y/4 - z/2."""
    return carbon + hydrogen / 4.0 - oxygen / 2.0


def energy_j(
    volume_m3: float, *, fuel_fraction: float, heat_of_combustion_j_mol: float, temperature_k: float, pressure_pa: float
) -> float:
    """Give the energy of a cloud, η p V/(R T) · ΔH_c.

    References
    ----------
    CCPS (2010), Guidelines for Vapor Cloud Explosion, Pressure Vessel Burst, BLEVE and Flash Fire Hazards, 2nd ed.
    """
    moles = pressure_pa * volume_m3 / (GAS_CONSTANT_J_MOL_K * temperature_k)
    return fuel_fraction * moles * heat_of_combustion_j_mol
