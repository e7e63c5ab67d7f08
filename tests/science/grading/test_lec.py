# SPDX-License-Identifier: Apache-2.0
"""LEC against worked assessments of others (vectors/lec_cases.json)."""

import json
from itertools import product
from math import nan

import pytest

from anshu.science.grading import lec
from anshu.science.standing import Refusal


def test_every_published_case_has_its_score_and_grade(shared):
    given = json.loads((shared / "vectors" / "lec_cases.json").read_text(encoding="utf-8"))
    for case in given["cases"]:
        consequences = case["C"] if isinstance(case["C"], list) else [case["C"]]
        scores = case["D"] if isinstance(case["D"], list) else [case["D"]]
        for consequence, score in zip(consequences, scores, strict=True):
            assessed = lec.assess(case["L"], case["E"], consequence)
            assert assessed is not None
            assert assessed.score == score, case["hazard"]
            assert assessed.grade.term.startswith(case.get("cls", "")[:4]), case["hazard"]


def test_the_scales_are_the_published_ones(shared):
    scale = json.loads((shared / "vectors" / "lec_cases.json").read_text(encoding="utf-8"))["scale"]
    assert [set(map(float, scale[letter])) for letter in "LEC"] == [set(values) for values in lec.scales().values()]


@pytest.mark.parametrize(("score", "code"), [(20, "slight"), (70, "possible"), (160, "marked"), (320, "high")])
def test_a_boundary_falls_to_the_lower_classic_band(score, code):
    assert lec.CLASSIC.grade(score).code == code


@pytest.mark.parametrize(("score", "code"), [(70, "yellow"), (160, "orange"), (320, "red"), (69.9, "blue")])
def test_a_boundary_falls_to_the_upper_colour(score, code):
    assert lec.FOUR_COLOURS.grade(score).code == code


def test_every_combination_of_the_scales_is_graded():
    graded = [lec.assess(*factors) for factors in product(*lec.scales().values())]
    assert {one.grade.code for one in graded} == {"slight", "possible", "marked", "high", "extreme"}


def test_a_value_off_the_scale_is_refused():
    with pytest.raises(Refusal, match="off_scale"):
        lec.assess(5, 6, 15)


def test_a_missing_factor_gives_no_assessment():
    assert lec.assess(nan, 6, 15) is None
