# SPDX-License-Identifier: Apache-2.0
"""The air a release enters: an ideal gas at one temperature and pressure."""

from dataclasses import dataclass

from anshu.science.units import AIR_MOLAR_MASS_KG_MOL, ATMOSPHERE_PA, GAS_CONSTANT_J_MOL_K, STANDARD_GRAVITY_M_S2


@dataclass(frozen=True, slots=True)
class Air:
    """Air at the place; gravity and molar mass may be set to a reference's own."""

    temperature_k: float = 298.15
    pressure_pa: float = ATMOSPHERE_PA
    molar_mass_kg_mol: float = AIR_MOLAR_MASS_KG_MOL
    gravity_m_s2: float = STANDARD_GRAVITY_M_S2

    @property
    def density_kg_m3(self) -> float:
        """Density by the ideal gas law, ρ = p M / (R T)."""
        return self.pressure_pa * self.molar_mass_kg_mol / (GAS_CONSTANT_J_MOL_K * self.temperature_k)

    def reduced_gravity_m_s2(self, density_kg_m3: float) -> float:
        """Gravity a denser cloud feels, g (ρ - ρₐ)/ρₐ."""
        return self.gravity_m_s2 * (density_kg_m3 - self.density_kg_m3) / self.density_kg_m3


def ideal_gas_density(molar_mass_kg_mol: float, temperature_k: float, pressure_pa: float) -> float:
    """Give the density of an ideal gas, ρ = p M / (R T)."""
    return pressure_pa * molar_mass_kg_mol / (GAS_CONSTANT_J_MOL_K * temperature_k)
