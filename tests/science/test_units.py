# SPDX-License-Identifier: Apache-2.0
"""Conversions against the factors printed in NIST SP 811 (2008), appendix B.8."""

import numpy as np
import pytest

from anshu.science import units

SEVEN_DIGITS = 1e-6  # relative: SP 811 prints seven significant digits


@pytest.mark.parametrize(
    ("converted", "printed"),
    [
        (units.pa_from_psi(1), 6.894757e03),
        (units.m3_s_from_ft3_s(1), 2.831685e-02),
        (units.m_from_ft(1), 3.048e-01),
        (units.m_s_from_km_h(1), 2.777778e-01),
        (units.KNOT_M_S, 5.144444e-01),
    ],
)
def test_factors_are_those_of_nist_sp_811(converted, printed):
    assert converted == pytest.approx(printed, rel=SEVEN_DIGITS)


def test_carbon_monoxide_has_nioshs_milligrams_per_ppm():
    # NIOSH Pocket Guide, carbon monoxide: 1 ppm = 1.15 mg/m3 at 25 °C and 1 atm.
    mass = units.kg_m3_from_ppm(1, molar_mass_kg_mol=0.02801, temperature_k=298.15, pressure_pa=101325)
    assert mass * 1e6 == pytest.approx(1.15, abs=0.01)


def test_parts_per_million_return_from_mass():
    gas = {"molar_mass_kg_mol": 0.0709, "temperature_k": 280.0, "pressure_pa": 95000.0}
    assert units.ppm_from_kg_m3(units.kg_m3_from_ppm(37, **gas), **gas) == pytest.approx(37)


def test_a_suppliers_missing_code_becomes_nan_and_zero_stays_zero():
    cleaned = units.missing_from([1.0, -999999.0, 0.0], code=-999999)
    assert np.isnan(cleaned).tolist() == [False, True, False]
    assert cleaned[2] == 0
