# SPDX-License-Identifier: Apache-2.0
"""The air a shallow cloud moves through: wind averaged over its depth, moisture, and how strongly it stirs."""

from dataclasses import dataclass, field
from math import copysign, exp
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.dispersion.slab.gas import DRY_AIR_HEAT_CAPACITY_J_KG_K, DRY_AIR_MOLAR_MASS_KG_MOL, WATER
from anshu.science.dispersion.surface_layer import SurfaceLayer, wind_speed
from anshu.science.units import ATMOSPHERE_PA, GAS_CONSTANT_J_MOL_K, Array

# The report's own constant.
VON_KARMAN: Final = 0.41
_HIGHEST_M: Final = 1000.0
_LEVELS: Final = 400
# Below e z₀ the logarithm is carried linearly to rest at the ground.
_LOWEST_OVER_ROUGHNESS: Final = 2.718281828
# Where the given Obukhov length is taken to have been measured; with height its effect fades.
_MEASURED_AT_M: Final = 3.0
# Crosswind spread grows by this much of the wind, and less in stable air (UCRL-MA-105607, section 2.5.2).
_CROSSWIND: Final = 0.08
_SHORTEST_S: Final = 10.0
_REFERENCE_S: Final = 900.0
_TIME_POWER: Final = 0.2
_DRAG_OF_GRASS: Final = 0.086


@dataclass(frozen=True)
class Ambient:
    """Air at rest in the mean: surface layer, temperature, pressure and relative humidity as a share."""

    layer: SurfaceLayer
    temperature_k: float = 298.15
    pressure_pa: float = ATMOSPHERE_PA
    humidity_share: float = 0.5
    friction_velocity_m_s: float = field(init=False)
    mixing_height_m: float = field(init=False)
    _fades_over_m: float = field(init=False, repr=False)
    _heights: Array = field(init=False, repr=False)
    _winds: Array = field(init=False, repr=False)
    _means: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        number = stability_number(1.0 / self.layer.obukhov_length_m, self.layer.roughness_m)
        fades = exp(-0.8 * number) if number < 0 else 1.0 + 0.8 * number
        self._set(mixing_height_m=130.0 * 2.0 ** (3.0 - number), _fades_over_m=fades)
        lowest = _LOWEST_OVER_ROUGHNESS * self.layer.roughness_m
        heights = np.geomspace(lowest, min(_HIGHEST_M, self.mixing_height_m), _LEVELS)
        slope = self.gradient(heights) * (1.0 - heights / self.mixing_height_m)
        steps = np.diff(np.log(heights)) * (slope[1:] + slope[:-1]) / 2.0
        shape = np.concatenate([[0.0, 1.0], 1.0 + np.cumsum(steps)])
        levels = np.concatenate([[0.0], heights])
        carried = np.concatenate([[0.0], np.cumsum(np.diff(levels) * (shape[1:] + shape[:-1]) / 2.0)])
        known = float(wind_speed(self.layer, _MEASURED_AT_M)) / float(np.interp(_MEASURED_AT_M, levels, shape))
        means = np.concatenate([[0.0], carried[1:] / levels[1:]])
        self._set(friction_velocity_m_s=VON_KARMAN * known, _heights=levels, _winds=known * shape)
        self._set(_means=known * means)

    def _set(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def stratification_per_m(self, height_m: ArrayLike) -> Array:
        """Give 1/L at a height: as given at 3 m, fading above (section 2.5.1)."""
        inverse = 1.0 / self.layer.obukhov_length_m
        faded = 1.0 + np.asarray(height_m, float) / self._fades_over_m
        return inverse * (1.0 + _MEASURED_AT_M / self._fades_over_m) / faded

    def gradient(self, height_m: ArrayLike) -> Array:
        """Give φ_m, the wind's gradient over that of neutral air."""
        heights = np.asarray(height_m, float)
        ratio = heights * self.stratification_per_m(heights)
        return np.where(ratio >= 0, 1.0 + 5.0 * ratio, (1.0 - 16.0 * np.minimum(ratio, 0.0)) ** -0.25)

    def wind_m_s(self, height_m: float) -> float:
        """Give the wind at a height."""
        return float(np.interp(height_m, self._heights, self._winds))

    def mean_wind_m_s(self, depth_m: float) -> float:
        """Give the wind averaged from the ground up to a depth."""
        return float(np.interp(depth_m, self._heights, self._means))

    @property
    def water_share(self) -> float:
        """Mass of water vapour in a kilogram of air."""
        moles = self.humidity_share * WATER.saturation_pa(self.temperature_k) / self.pressure_pa
        water, dry = moles * WATER.molar_mass_kg_mol, (1.0 - moles) * DRY_AIR_MOLAR_MASS_KG_MOL
        return water / (water + dry)

    @property
    def molar_mass_kg_mol(self) -> float:
        """Molar mass of the moist air."""
        water = self.water_share
        return 1.0 / (water / WATER.molar_mass_kg_mol + (1.0 - water) / DRY_AIR_MOLAR_MASS_KG_MOL)

    @property
    def density_kg_m3(self) -> float:
        """Density of the moist air."""
        return self.pressure_pa * self.molar_mass_kg_mol / (GAS_CONSTANT_J_MOL_K * self.temperature_k)

    @property
    def enthalpy_j_kg(self) -> float:
        """Enthalpy of the moist air on the datum of `gas`."""
        water = self.water_share
        dry = (1.0 - water) * DRY_AIR_HEAT_CAPACITY_J_KG_K * self.temperature_k
        return dry + water * WATER.enthalpy_j_kg(self.temperature_k)

    def crosswind_intensity(self, averaged_s: float = 0.0) -> float:
        """Give how fast a plume widens for the wind that carries it, by stability and averaging time."""
        inverse = 1.0 / self.layer.obukhov_length_m
        rough = (self.friction_velocity_m_s / self.wind_m_s(2.0) / _DRAG_OF_GRASS) ** 0.5
        lean = 1.0 - 10.0 * rough * inverse if inverse < 0 else 1.0 / (1.0 + 10.0 * rough * inverse)
        time = averaged_s + _SHORTEST_S * exp(-averaged_s / _SHORTEST_S)
        return float(_CROSSWIND * lean * (time / _REFERENCE_S) ** _TIME_POWER)


def stability_number(inverse_length_per_m: float, roughness_m: float) -> float:
    """Place 1/L on the scale of Pasquill's letters, 0 for D, 1 for E, -1 for C, by Ermak's fit to Golder (1972)."""
    first = 0.0081 / roughness_m**0.3044
    second, third = 0.0385 / roughness_m**0.1715, 0.0875 / roughness_m**0.1028
    if roughness_m <= 0.0111:
        second = first + 0.0137 / roughness_m**0.1715 + 0.0218
        third = second + 0.0557
    steps = float(np.interp(abs(inverse_length_per_m), (0.0, first, second, third), range(4)))
    return copysign(steps, inverse_length_per_m)
