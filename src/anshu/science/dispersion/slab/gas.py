# SPDX-License-Identifier: Apache-2.0
"""What a shallow-layer cloud is made of: released gas, water and dry air, cold enough that droplets may stay."""

from dataclasses import dataclass
from math import exp
from typing import Final

from anshu.science.extra import library
from anshu.science.units import ATMOSPHERE_PA, GAS_CONSTANT_J_MOL_K

DRY_AIR_MOLAR_MASS_KG_MOL: Final = 0.02896
DRY_AIR_HEAT_CAPACITY_J_KG_K: Final = 1005.87
_WATER_BOILS_K: Final = 5514.0 / 15.08


@dataclass(frozen=True, slots=True)
class Gas:
    """A released substance: molar mass, vapour and liquid heat capacity, boiling point, latent heat, liquid density.

    The vapour pressure is exp(B/(T_b + C) - B/(T + C)) atmospheres; without (B, C) it is taken from the latent heat.
    """

    molar_mass_kg_mol: float
    vapour_heat_capacity_j_kg_k: float
    liquid_heat_capacity_j_kg_k: float
    boiling_k: float
    latent_heat_j_kg: float
    liquid_density_kg_m3: float
    saturation: tuple[float, float] | None = None

    def saturation_pa(self, temperature_k: float) -> float:
        """Give the vapour pressure, Pa."""
        b, c = self.saturation or (self.latent_heat_j_kg * self.molar_mass_kg_mol / GAS_CONSTANT_J_MOL_K, 0.0)
        return ATMOSPHERE_PA * exp(b / (self.boiling_k + c) - b / max(temperature_k + c, 1.0))

    def enthalpy_j_kg(self, temperature_k: float, liquid_share: float = 0.0) -> float:
        """Give the enthalpy of vapour with a share of droplets, on a datum of vapour at absolute zero, J/kg."""
        vapour, liquid = self.vapour_heat_capacity_j_kg_k, self.liquid_heat_capacity_j_kg_k
        latent = self.latent_heat_j_kg + (vapour - liquid) * (temperature_k - self.boiling_k)
        return vapour * temperature_k - liquid_share * latent


# Water by the report's own line, exp(15.08 - 5514/T) atmospheres, with the latent heat of 25 °C.
WATER: Final = Gas(
    molar_mass_kg_mol=0.01802,
    vapour_heat_capacity_j_kg_k=1846.0,
    liquid_heat_capacity_j_kg_k=4178.0,
    boiling_k=_WATER_BOILS_K,
    latent_heat_j_kg=2.441e6 + (1846.0 - 4178.0) * (_WATER_BOILS_K - 298.15),
    liquid_density_kg_m3=1000.0,
    saturation=(5514.0, 0.0),
)


@dataclass(frozen=True, slots=True)
class Mixture:
    """One kilogram of cloud: its masses of gas and water, the rest dry air, in equilibrium at a pressure."""

    gas: Gas
    gas_share: float
    water_share: float
    pressure_pa: float

    @property
    def dry_share(self) -> float:
        """Mass of dry air."""
        return 1.0 - self.gas_share - self.water_share

    def vapours(self, temperature_k: float) -> tuple[float, float]:
        """Give the masses of gas and of water that are vapour; the rest floats as droplets."""
        dry = self.dry_share / DRY_AIR_MOLAR_MASS_KG_MOL
        all_gas = self.gas_share / self.gas.molar_mass_kg_mol
        all_water = self.water_share / WATER.molar_mass_kg_mol
        most_gas = self.gas.saturation_pa(temperature_k) / self.pressure_pa
        most_water = WATER.saturation_pa(temperature_k) / self.pressure_pa
        gas, water = all_gas, all_water
        # A vapour's share of the moles is held at saturation; which of the two are saturated is found by trying.
        for _ in range(3):
            total = dry + gas + water
            held_gas, held_water = all_gas > most_gas * total, all_water > most_water * total
            free = 1.0 - most_gas * held_gas - most_water * held_water
            if free <= 0.0:
                break
            total = (dry + all_gas * (not held_gas) + all_water * (not held_water)) / free
            gas, water = min(all_gas, most_gas * total), min(all_water, most_water * total)
        return gas * self.gas.molar_mass_kg_mol, water * WATER.molar_mass_kg_mol

    def enthalpy_j_kg(self, temperature_k: float) -> float:
        """Give the enthalpy at a temperature, J/kg."""
        gas, water = self.vapours(temperature_k)
        dry = self.dry_share * DRY_AIR_HEAT_CAPACITY_J_KG_K * temperature_k
        of_gas = self.gas_share * self.gas.enthalpy_j_kg(temperature_k, _droplets(gas, self.gas_share))
        of_water = self.water_share * WATER.enthalpy_j_kg(temperature_k, _droplets(water, self.water_share))
        return dry + of_gas + of_water

    def temperature_k(self, enthalpy_j_kg: float, *, warmest_k: float) -> float:
        """Find the temperature that has an enthalpy, K: at least that of no droplets, for droplets give heat off."""
        capacity = (
            self.dry_share * DRY_AIR_HEAT_CAPACITY_J_KG_K
            + self.gas_share * self.gas.vapour_heat_capacity_j_kg_k
            + self.water_share * WATER.vapour_heat_capacity_j_kg_k
        )
        without = max(enthalpy_j_kg / capacity, 1.0)
        if self.enthalpy_j_kg(without) >= enthalpy_j_kg * (1.0 - 1e-12):
            return without
        search = library("scipy.optimize").brentq
        found: float = search(lambda at: self.enthalpy_j_kg(at) - enthalpy_j_kg, without, 1.2 * warmest_k, xtol=1e-4)
        return found

    def density_kg_m3(self, temperature_k: float) -> float:
        """Give the density of the cloud, vapour an ideal gas and droplets of gas taking their own room."""
        gas, water = self.vapours(temperature_k)
        moles = (
            self.dry_share / DRY_AIR_MOLAR_MASS_KG_MOL
            + gas / self.gas.molar_mass_kg_mol
            + water / WATER.molar_mass_kg_mol
        )
        room = moles * GAS_CONSTANT_J_MOL_K * temperature_k / self.pressure_pa
        return 1.0 / (room + (self.gas_share - gas) / self.gas.liquid_density_kg_m3)


def _droplets(vapour: float, whole: float) -> float:
    return 0.0 if whole <= 0.0 else max(1.0 - vapour / whole, 0.0)
