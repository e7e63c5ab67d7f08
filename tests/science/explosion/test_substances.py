# SPDX-License-Identifier: Apache-2.0
"""Flammable limits against the standards' tables, toxic endpoints and probits against a second reading of theirs."""

import csv
import sys
from math import exp, log

import numpy as np
import pytest

from anshu.science.explosion import flammability, probit, toxic_endpoints
from anshu.science.standing import Refusal
from anshu.science.units import ATMOSPHERE_PA, GAS_CONSTANT_J_MOL_K

PRINTED = 1e-9
PROBIT_PRINTED, SHARE_PRINTED = 0.01, 0.002
AMMONIA, CHLORINE, METHANE, FLUORIDE = "7664-41-7", "7782-50-5", "74-82-8", "7664-39-3"
TEMPERATURES = [("T_flash", 1.2, 0.95), ("T_autoignition", 1.2, 0.95)]
# Secondary amyl acetate: the IEC's table has a lower limit of 11 % above an upper one of 7.5 %.
MISPRINTED = "626-38-0"
READ = {
    "LFL": flammability.lower_limit,
    "UFL": flammability.upper_limit,
    "T_flash": flammability.flash_point_k,
    "T_autoignition": flammability.autoignition_k,
}


def table(shared, name):
    with (shared / "data/07_chemicals" / name).open(encoding="utf-8", newline="") as lines:
        return {row["CAS"]: row for row in csv.DictReader(lines, delimiter="\t")}


@pytest.fixture(scope="module")
def iec(shared):
    pytest.importorskip("chemicals")
    return table(shared, "chemicals_IEC60079-20-1_2010.tsv")


@pytest.fixture(scope="module")
def nfpa(shared):
    pytest.importorskip("chemicals")
    return table(shared, "chemicals_NFPA497_2008.tsv")


@pytest.mark.parametrize("quantity", sorted(READ))
def test_every_value_of_the_iec_table_is_given_with_its_standard(iec, quantity):
    given = {cas: float(row[quantity]) for cas, row in iec.items() if row[quantity] and cas != MISPRINTED}
    assert len(given) > 100
    for cas, value in given.items():
        listed = READ[quantity](cas)
        assert listed.value == pytest.approx(value, rel=PRINTED)
        assert listed.source == "IEC 60079-20-1 (2010)"


def test_what_only_the_nfpa_lists_is_given_as_the_nfpas(iec, nfpa):
    only = {cas: float(row["LFL"]) for cas, row in nfpa.items() if row["LFL"] and not iec.get(cas, {}).get("LFL")}
    assert only
    for cas, value in only.items():
        listed = flammability.lower_limit(cas)
        assert (listed.value, listed.source) == (pytest.approx(value), "NFPA 497 (2008)")
        assert np.isnan(listed.other)


@pytest.mark.parametrize(("quantity", "within", "share"), [("LFL", 1.5, 0.95), ("UFL", 1.5, 0.9), *TEMPERATURES])
def test_two_standards_mostly_list_the_same(iec, nfpa, quantity, within, share):
    both = [cas for cas, row in iec.items() if row[quantity] and nfpa.get(cas, {}).get(quantity) and cas != MISPRINTED]
    assert len(both) > 100
    listed = [READ[quantity](cas) for cas in both]
    assert [one.other for one in listed] == pytest.approx([float(nfpa[cas][quantity]) for cas in both])
    apart = np.abs([log(one.value / one.other) for one in listed])
    assert np.mean(apart <= log(within)) > share


def test_where_the_standards_disagree_both_values_are_seen():
    pytest.importorskip("chemicals")
    # Carbon disulphide: 0.6 % in the IEC's table, 1.3 % in the NFPA's.
    listed = flammability.lower_limit("75-15-0")
    assert (listed.value, listed.other) == (0.006, 0.013)


def test_a_misprinted_standard_is_passed_over(nfpa):
    listed = flammability.lower_limit(MISPRINTED)
    assert (listed.value, listed.source) == (float(nfpa[MISPRINTED]["LFL"]), "NFPA 497 (2008)")


@pytest.mark.parametrize("quantity", sorted(READ))
def test_a_substance_that_does_not_burn_is_refused(quantity):
    pytest.importorskip("chemicals")
    with pytest.raises(Refusal, match="not_listed"):
        READ[quantity](CHLORINE)


def test_without_the_library_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "chemicals", None)
    monkeypatch.setitem(sys.modules, "chemicals.safety", None)
    with pytest.raises(Refusal, match="library_missing") as missing:
        flammability.lower_limit(METHANE)
    assert missing.value.params == {"library": "chemicals", "extra": "anshu[weather]"}


# EPA's final values at 10, 30, 60, 240 and 480 min, levels 1 to 3, ppm, as another project took them down from its
# pages (www.epa.gov/aegl, results for each substance; for chlorine technical support document 56).
EPA = {
    AMMONIA: ((30, 30, 30, 30, 30), (220, 220, 160, 110, 110), (2700, 1600, 1100, 550, 390)),
    CHLORINE: ((0.5, 0.5, 0.5, 0.5, 0.5), (2.8, 2.8, 2, 1, 0.71), (50, 28, 20, 10, 7.1)),
    "7783-06-4": ((0.75, 0.6, 0.51, 0.36, 0.33), (41, 32, 27, 20, 17), (76, 59, 50, 37, 31)),
    "7446-09-5": ((0.2, 0.2, 0.2, 0.2, 0.2), (0.75, 0.75, 0.75, 0.75, 0.75), (30, 30, 30, 19, 9.6)),
}


@pytest.mark.parametrize("cas", sorted(EPA))
def test_guideline_levels_are_the_ones_read_by_another(cas):
    for level, five in enumerate(EPA[cas], start=1):
        listed = [toxic_endpoints.aegl(cas, level, exposed_min=minutes) for minutes in (10, 30, 60, 240, 480)]
        assert [one.ppm for one in listed] == list(five)
        assert {one.readings for one in listed} == {2}


def test_between_periods_the_longer_one_guards():
    assert toxic_endpoints.aegl(CHLORINE, 2, exposed_min=61) == toxic_endpoints.aegl(CHLORINE, 2, exposed_min=240)
    assert toxic_endpoints.aegl(CHLORINE, 2, exposed_min=1) == toxic_endpoints.aegl(CHLORINE, 2, exposed_min=10)


def test_longer_times_allow_no_more_and_higher_levels_no_less():
    for levels in toxic_endpoints._AEGL.values():
        for five in levels.of_level.values():
            assert list(five) == sorted(five, reverse=True)
        for low, high in zip(levels.of_level.values(), list(levels.of_level.values())[1:], strict=False):
            assert all(under < over for under, over in zip(low, high, strict=True))


@pytest.mark.parametrize(("cas", "level", "minutes"), [(FLUORIDE, 3, 60), ("75-44-5", 2, 60), ("0-00-0", 1, 60)])
def test_a_level_nobody_gave_is_refused(cas, level, minutes):
    with pytest.raises(Refusal, match="no_endpoint"):
        toxic_endpoints.aegl(cas, level, exposed_min=minutes)


@pytest.mark.parametrize("minutes", [0, -1, 481, float("nan")])
def test_times_outside_the_list_are_refused(minutes):
    with pytest.raises(Refusal, match="outside_periods"):
        toxic_endpoints.aegl(CHLORINE, 2, exposed_min=minutes)


# National Library of Medicine, WISER, on phosgene; PMC6290397, table 3, on hydrogen fluoride.
@pytest.mark.parametrize(("cas", "ppm"), [("75-44-5", 2), (FLUORIDE, 30)])
def test_idlh_is_given(cas, ppm):
    assert toxic_endpoints.idlh(cas).ppm == ppm


@pytest.mark.parametrize("name", sorted(probit.TOXIC))
def test_every_gas_with_a_probit_has_its_number(name):
    digits = toxic_endpoints.CAS[name].replace("-", "")
    check = sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), start=1)) % 10
    assert check == int(digits[-1])


def test_idlh_of_another_substance_is_refused():
    with pytest.raises(Refusal, match="no_endpoint"):
        toxic_endpoints.idlh("0-00-0")


def test_the_purple_books_own_example_of_carbon_monoxide():
    # TNO (1999), Purple Book, appendix 6.B, step 4.3: 21 300 mg/m3 for 30 min, probit 5.97, share 0.835.
    pr = probit.toxic_death("一氧化碳", 21_300.0, exposed_min=30.0)
    assert float(pr) == pytest.approx(5.97, abs=PROBIT_PRINTED)
    assert float(probit.share_harmed(pr)) == pytest.approx(0.835, abs=SHARE_PRINTED)


# HSE (UK), SPC/Tech/OSD/30, table 2 (Lees): LC1 at 5 and 30 min, LC50 at 5 and 30 min, ppm.
@pytest.mark.parametrize(("share", "minutes", "ppm"), [(0.01, 5, 173), (0.01, 30, 71), (0.5, 5, 613), (0.5, 30, 250)])
def test_chlorine_kills_as_the_hse_prints_it(share, minutes, ppm):
    killed = probit.share_harmed(probit.toxic_death("氯", ppm, exposed_min=minutes))
    assert float(killed) == pytest.approx(share, rel=0.05)


# The same table's LC50 at 30 min, ppm, and molar mass: another author's constants for the same gas.
@pytest.mark.parametrize(
    ("name", "ppm", "kg_mol", "within"),
    [
        ("氨", 11539, 0.01703, 2.0),
        ("一氧化碳", 3695, 0.02801, 2.0),
        ("硫化氢", 441, 0.03408, 2.0),
        ("氯化氢", 1851, 0.03646, 2.0),
        ("氰化氢", 277, 0.02703, 4.0),
        ("二氧化硫", 627, 0.06406, 4.0),
        ("氟化氢", 6531, 0.02001, 8.0),
    ],
)
def test_another_authors_constants_kill_half_within_a_factor(name, ppm, kg_mol, within):
    one = probit.TOXIC[name]
    mg_m3 = (exp((5.0 - one.a) / one.b) / 30.0) ** (1.0 / one.n)
    ours = mg_m3 * 1e-6 * GAS_CONSTANT_J_MOL_K * 298.15 / (kg_mol * ATMOSPHERE_PA) * 1e6
    assert abs(log(ours / ppm)) < log(within)
