# SPDX-License-Identifier: Apache-2.0
"""Release and dispersion against textbook cases (data/04_gas_consequence/worked_examples.json, sources inside)."""

from math import exp, log

import pytest
from tools.bench import gas_cases

from anshu.science.dispersion import britter_mcquaid_plume, britter_mcquaid_puff, flash, spread, wind

ITS_DIGITS = 1e-10  # relative: the reference programs print 15 digits


@pytest.fixture(scope="module")
def examples(shared):
    return list(gas_cases.computed(shared / "data/04_gas_consequence/worked_examples.json"))


def same(computed, printed, rel=ITS_DIGITS):
    assert float(computed) == pytest.approx(printed, rel=rel)


@pytest.mark.parametrize("case", gas_cases.KINDS)
def test_a_textbook_case_is_met_to_its_digits(examples, case):
    answers = [one for one in examples if one[0].split()[0] == case]
    assert answers
    for name, ours, printed, half_unit in answers:
        assert ours == pytest.approx(printed, rel=half_unit), name


def test_every_case_of_the_file_is_of_a_kind_known_here(examples):
    assert {name.split()[0] for name, *_ in examples} == set(gas_cases.KINDS)


def test_the_butane_pool_adds_up_to_its_printed_ten_minutes(examples):
    ours = {name: value for name, value, *_ in examples}
    rate, flashed, aloft = (
        ours[f"butane_sphere_leak {name}"]
        for name in ("liquid_rate_kg_s", "flash_fraction", "aerosol_fraction_RELEASE")
    )
    into_pool = rate * (1 - flashed) * (1 - aloft)
    at_once = rate * (flashed + (1 - flashed) * aloft)
    boiled = [min(gas_cases.off_the_pool(into_pool, 298.15, 272.55, 0.5 + step), into_pool) for step in range(600)]
    assert 600 * at_once + sum(boiled) == pytest.approx(31737.218210630544, rel=1e-4)


# GasDispersion.jl test/utils/ccps_tests.jl: σy and σz at 1.2 m, and wind at 10 m from 3 m/s at 1 m.
BRIGGS = {
    "briggs_urban": [
        ("A", 0.38390787316433456, 0.2881727481910807),
        ("B", 0.38390787316433456, 0.2881727481910807),
        ("C", 0.26393666280048, 0.24),
        ("D", 0.19195393658216728, 0.16796976816235135),
        ("E", 0.13196833140024, 0.09591371646531512),
        ("F", 0.13196833140024, 0.09591371646531512),
    ],
    "briggs_rural": [
        ("A", 0.2639841614254575, 0.24),
        ("B", 0.19198848103669636, 0.144),
        ("C", 0.13199208071272875, 0.09598848207318536),
        ("D", 0.09599424051834818, 0.07193528734898633),
        ("E", 0.07199568038876113, 0.03598704466392099),
        ("F", 0.04799712025917409, 0.019193090487424527),
    ],
}
PUFFS = [
    ("A", 0.21287234847910436, 0.6879188103871441),
    ("B", 0.16556738215041453, 0.6054498545741843),
    ("C", 0.11826241582172466, 0.3869880921561032),
    ("D", 0.07095744949303479, 0.17041904657983328),
    ("E", 0.047304966328689864, 0.11258170198247626),
    ("F", 0.023523465599668385, 0.05588182287353654),
]
WINDS = {
    "urban": (
        4.237612633868263,
        4.237612633868263,
        4.754679577383341,
        5.334838230116768,
        7.53565929452874,
        11.943215116604916,
    ),
    "rural": (
        3.5246926648185886,
        3.5246926648185886,
        3.776776235382502,
        4.237612633868263,
        6.716163415705019,
        10.644401677007265,
    ),
}


@pytest.mark.parametrize("scheme", BRIGGS)
def test_briggs_curves_are_those_of_another_program(scheme):
    for letter, across, up in BRIGGS[scheme]:
        sigma_y, sigma_z = spread.plume_sigmas(1.2, letter, scheme)
        same(sigma_y, across)
        same(sigma_z, up)


def test_puff_curves_are_those_of_another_program():
    for letter, level, up in PUFFS:
        sigma_h, sigma_z = spread.puff_sigmas(1.2, letter)
        same(sigma_h, level)
        same(sigma_z, up)


@pytest.mark.parametrize("ground", WINDS)
def test_power_law_winds_are_those_of_another_program(ground):
    for letter, speed in zip("ABCDEF", WINDS[ground], strict=True):
        same(wind.wind_at(10.0, speed_m_s=3.0, measured_at_m=1.0, stability=letter, ground=ground), speed)


# GasDispersion.jl test/models/britter_mcquaid_{plume,puff}_tests.jl: curves read at an α.
PLUME_CURVES = {
    -0.75: [1.75, 1.92, 2.08, 2.25, 2.4, 2.6],
    -0.40: [1.784, 2.016, 2.21, 2.394, 2.564, 2.714],
    -0.20: [1.832, 2.06, 2.25, 2.45, 2.63, 2.77],
    0.0: [1.78, 1.96, 2.16, 2.35, 2.56, 2.71],
}
PUFF_CURVES = {
    -0.75: [0.7, 0.85, 0.95, 1.15, 1.48, 1.83, 2.075],
    0.0: [0.81, 1.0, 1.19, 1.39, 1.62, 1.83, 2.05],
    0.75: [0.93, 1.03, 1.185, 1.375, 1.525, 1.68, 1.8475],
}


@pytest.mark.parametrize("method", [(britter_mcquaid_plume, PLUME_CURVES), (britter_mcquaid_puff, PUFF_CURVES)])
def test_dense_gas_curves_are_those_of_another_program(method):
    module, curves = method
    for alpha, betas in curves.items():
        read = [module.bm.curve(alpha, pieces) for pieces in module._CURVES]
        assert read == pytest.approx(betas, rel=1e-9)


def test_flash_by_steps_is_below_the_straight_one():
    given = {"heat_capacity_j_kg_k": 2400.0, "latent_heat_j_kg": 3.8e5, "temperature_k": 300.0, "boiling_k": 260.0}
    straight, stepped = flash.flash_fraction(**given), flash.flash_fraction_integrated(**given)
    assert stepped < straight
    assert log(1 - stepped) == pytest.approx(-straight)
    assert exp(-straight) == pytest.approx(1 - stepped)
