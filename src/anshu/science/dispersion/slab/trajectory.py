# SPDX-License-Identifier: Apache-2.0
"""The way of a shallow-layer cloud: what it is made of and how large it is, step by step downwind."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from anshu.science.dispersion.slab.ambient import Ambient
from anshu.science.dispersion.slab.gas import Gas, Mixture
from anshu.science.units import Array


@dataclass(frozen=True, slots=True)
class Step:
    """The cloud at one place: position of its centre, time, gas by mass, sizes, speed, density and temperature.

    Half width and core obey B² = b² + 3 β², β the softness of the edge; half length and its core likewise, infinite
    while the source still feeds a plume.
    """

    x_m: float
    time_s: float
    gas_share: float
    depth_m: float
    half_width_m: float
    core_m: float
    speed_m_s: float
    density_kg_m3: float
    temperature_k: float
    half_length_m: float = np.inf
    core_length_m: float = np.inf


@dataclass(frozen=True, slots=True)
class Trajectory:
    """All steps as columns, with the gas, the air, when the source ended and where its upwind edge lay."""

    gas: Gas
    air: Ambient
    lasting_s: float
    start_m: float
    columns: Array

    def column(self, name: str) -> Array:
        """Give one column by its name in `Step`."""
        of_it: Array = self.columns[[one.name for one in fields(Step)].index(name)]
        return of_it

    @property
    def volume_fraction(self) -> Array:
        """Volume fraction of the gas, averaged over the layer's section."""
        share, air, gas = self.column("gas_share"), self.air.molar_mass_kg_mol, self.gas.molar_mass_kg_mol
        fraction: Array = air * share / (gas + (air - gas) * share)
        return fraction


def gather(gas: Gas, air: Ambient, steps: Sequence[Step], *, lasting_s: float, start_m: float) -> Trajectory:
    """Put steps together as columns."""
    names = [one.name for one in fields(Step)]
    columns = np.array([[getattr(step, name) for step in steps] for name in names])
    return Trajectory(gas, air, lasting_s, start_m, columns)


@dataclass(frozen=True, slots=True)
class Blend:
    """A gas as released, mixed with air: what a share of it makes of the cloud."""

    gas: Gas
    temperature_k: float
    liquid_share: float
    air: Ambient

    def state(self, share: float, warming_j_kg: float) -> tuple[float, float, float]:
        """Give temperature, density and heat capacity of a cloud with a share of gas that the ground has warmed."""
        mixture = Mixture(self.gas, share, (1.0 - share) * self.air.water_share, self.air.pressure_pa)
        released = self.gas.enthalpy_j_kg(self.temperature_k, self.liquid_share)
        enthalpy = share * released + (1.0 - share) * self.air.enthalpy_j_kg + warming_j_kg
        warmest = max(self.temperature_k, self.air.temperature_k)
        temperature = mixture.temperature_k(enthalpy, warmest_k=warmest)
        return temperature, mixture.density_kg_m3(temperature), enthalpy / temperature
