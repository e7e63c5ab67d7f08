# SPDX-License-Identifier: Apache-2.0
"""GB 18218-2018 against tables and cases of others (vectors/gb18218_2018.json)."""

import csv
import json
from functools import reduce
from math import nan
from operator import add

import pytest

from anshu.science.major_hazard import factors, gb18218
from anshu.science.major_hazard.cas import cas_is_valid
from anshu.science.major_hazard.substances import TABLE_1
from anshu.science.standing import Refusal


@pytest.fixture(scope="module")
def given(shared):
    return json.loads((shared / "vectors" / "gb18218_2018.json").read_text(encoding="utf-8"))


def test_table_1_is_the_published_one(given):
    ours = [(one.number, one.name, ";".join(one.cas_numbers), one.critical_t) for one in TABLE_1]
    assert ours == [(row["no"], row["name"], row["cas"], row["Q_t"]) for row in given["table1"]]


def test_critical_quantities_agree_with_a_second_copy(shared):
    with (shared / "data/07_chemicals/gb18218_2018_table1_clean.csv").open(encoding="utf-8-sig", newline="") as lines:
        second = [(int(row["no"]), float(row["threshold_t"])) for row in csv.DictReader(lines)]
    assert [(one.number, one.critical_t) for one in TABLE_1] == second


def test_categories_are_the_published_ones(given):
    ours = [(one.symbol, one.critical_t, one.beta) for one in factors.TABLES_2_AND_4.values()]
    assert ours == [(row["symbol"], row["Q_t"], row["beta"]) for row in given["table2_4"]]


def test_named_factors_are_the_published_ones(given):
    assert dict(factors.TABLE_3_BETA) == given["table3_beta"]


@pytest.mark.parametrize("people", [0, 1, 29, 30, 49, 50, 99, 100, 5000])
def test_exposure_factor_is_that_of_table_5(given, people):
    alpha = next(a for low, high, a in given["table5_alpha"] if low <= people and (high is None or people <= high))
    assert gb18218.exposure_factor(people) == alpha


def test_every_published_case_is_reproduced(given):
    for case in given["cases"]:
        assessed = gb18218.assess([gb18218.Holding(*one) for one in case["chems"]], people_within_500_m=case["pop"])
        if "S" in case:
            assert assessed.s == pytest.approx(case["S"], rel=1e-12)
        assert assessed.is_major == case.get("major", True)
        if "R" in case:
            assert (assessed.r, assessed.alpha) == (case["R"], case["alpha"])
        if "level" in case:
            assert (assessed.level and assessed.level.term) == case["level"]


def test_looked_up_holdings_reproduce_the_published_cases(given):
    for case in given["cases"]:
        looked_up = [gb18218.holding(name, q) for name, q, _, _ in case["chems"]]
        assert looked_up == [gb18218.Holding(*one) for one in case["chems"]]


@pytest.mark.parametrize(("tonnes", "term"), [(12.49, "四级"), (12.5, "三级"), (62.5, "二级"), (125, "一级")])
def test_a_level_includes_its_lower_limit(tonnes, term):
    # Chlorine with nobody outside: R = 0.5 · 4 · q/5, which is 10, 50 and 100 at 25, 125 and 250 t.
    assessed = gb18218.assess([gb18218.holding("氯", tonnes * 2)], people_within_500_m=0)
    assert assessed.level.term == term


def test_shares_that_add_up_to_one_in_decimals_make_a_major_hazard():
    holdings = [gb18218.Holding(str(place), 0.1, 1, 1) for place in range(10)]
    assert reduce(add, (one.quantity_t for one in holdings)) < 1
    assert gb18218.assess(holdings, people_within_500_m=0).is_major


def test_a_substance_with_several_categories_takes_the_lowest_critical_quantity():
    held = gb18218.holding("某物", 3, categories=("W5.3", "J1", "J5"))
    assert (held.critical_t, held.beta) == (5, 4)


def test_a_solid_of_acute_toxicity_one_has_factor_one():
    assert gb18218.holding("某固体", 1, categories=("J2",)).beta == 1


def test_a_named_substance_outside_table_3_needs_its_category_for_the_factor():
    with pytest.raises(Refusal, match="categories_needed"):
        gb18218.holding("氢", 5)
    assert gb18218.holding("氢", 5, categories=("W2",)) == gb18218.Holding("氢", 5, 5, 1.5)


def test_carbon_monoxide_keeps_its_named_factor():
    held = gb18218.holding("一氧化碳", 20, categories=("J3", "W2"))
    assert (held.critical_t, held.beta) == (10, 2)


def test_an_ambiguous_cas_number_is_refused_with_its_candidates():
    with pytest.raises(Refusal) as refused:
        gb18218.find("9004-70-0")
    assert refused.value.code == "ambiguous_substance"
    assert len(refused.value.params["candidates"]) == 6


@pytest.mark.parametrize("quantity", [nan, -1.0])
def test_an_unknown_quantity_is_not_taken_as_none(quantity):
    with pytest.raises(Refusal, match="bad_quantity"):
        gb18218.assess([gb18218.Holding("氯", quantity, 5, 4)], people_within_500_m=0)


def test_every_cas_number_of_table_1_checks():
    numbers = [number for one in TABLE_1 for number in one.cas_numbers]
    assert numbers
    assert all(map(cas_is_valid, numbers))


@pytest.mark.parametrize("number", ["7664-41-8", "7664-14-7", "07664-41-7", "7664417", ""])
def test_a_wrong_cas_number_is_caught(number):
    assert not cas_is_valid(number)
