# SPDX-License-Identifier: Apache-2.0
"""Conversions at the edge: everything inside `science` is SI.

Factors are exact by definition unless a source is named (SI Brochure, 9th edition; NIST SP 811, appendix B.8).
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

ZERO_CELSIUS_K: Final = 273.15
GAS_CONSTANT_J_MOL_K: Final = 8.31446261815324
STANDARD_GRAVITY_M_S2: Final = 9.80665
ATMOSPHERE_PA: Final = 101325.0
FOOT_M: Final = 0.3048
INCH_M: Final = 0.0254
POUND_KG: Final = 0.45359237
POUND_PER_SQUARE_INCH_PA: Final = POUND_KG * STANDARD_GRAVITY_M_S2 / INCH_M**2
CUBIC_FOOT_M3: Final = FOOT_M**3
KNOT_M_S: Final = 1852 / 3600
AIR_MOLAR_MASS_KG_MOL: Final = 0.0289647  # dry air; US Standard Atmosphere 1976, table 3

Array = NDArray[np.float64]


def kelvin_from_celsius(temperature_c: ArrayLike) -> Array:
    """Turn degrees Celsius into kelvin."""
    return np.asarray(temperature_c, float) + ZERO_CELSIUS_K


def celsius_from_kelvin(temperature_k: ArrayLike) -> Array:
    """Turn kelvin into degrees Celsius."""
    return np.asarray(temperature_k, float) - ZERO_CELSIUS_K


def m_s_from_km_h(speed_km_h: ArrayLike) -> Array:
    """Turn kilometres an hour into metres a second."""
    return np.asarray(speed_km_h, float) / 3.6


def km_h_from_m_s(speed_m_s: ArrayLike) -> Array:
    """Turn metres a second into kilometres an hour."""
    return np.asarray(speed_m_s, float) * 3.6


def m_s_from_mm_h(rain_mm_h: ArrayLike) -> Array:
    """Turn a rain rate in millimetres an hour into metres a second."""
    return np.asarray(rain_mm_h, float) / 3.6e6


def m3_s_from_ft3_s(flow_ft3_s: ArrayLike) -> Array:
    """Turn cubic feet a second, as USGS reports discharge, into cubic metres a second."""
    return np.asarray(flow_ft3_s, float) * CUBIC_FOOT_M3


def m_from_ft(length_ft: ArrayLike) -> Array:
    """Turn international feet into metres."""
    return np.asarray(length_ft, float) * FOOT_M


def pa_from_psi(pressure_psi: ArrayLike) -> Array:
    """Turn pounds-force a square inch into pascals."""
    return np.asarray(pressure_psi, float) * POUND_PER_SQUARE_INCH_PA


def kg_m3_from_ppm(ppm: ArrayLike, *, molar_mass_kg_mol: float, temperature_k: float, pressure_pa: float) -> Array:
    """Turn a volume fraction in parts per million into mass of gas per volume of air, as an ideal gas."""
    moles_m3 = pressure_pa / (GAS_CONSTANT_J_MOL_K * temperature_k)
    return np.asarray(ppm, float) * 1e-6 * moles_m3 * molar_mass_kg_mol


def ppm_from_kg_m3(
    mass_kg_m3: ArrayLike, *, molar_mass_kg_mol: float, temperature_k: float, pressure_pa: float
) -> Array:
    """Turn mass of gas per volume of air into a volume fraction in parts per million, as an ideal gas."""
    moles_m3 = pressure_pa / (GAS_CONSTANT_J_MOL_K * temperature_k)
    return np.asarray(mass_kg_m3, float) / (moles_m3 * molar_mass_kg_mol) * 1e6


def missing_from(values: ArrayLike, *, code: float) -> Array:
    """Turn a supplier's code for missing, such as USGS's -999999, into NaN, which is what missing is here."""
    given = np.asarray(values, float)
    return np.where(given == code, np.nan, given)
