# SPDX-License-Identifier: Apache-2.0
"""Accident grades against the wording of decree 493, article 3."""

import pytest
from tools.bench import decrees

from anshu.science.grading import accident
from anshu.science.standing import Refusal


@pytest.mark.parametrize(("criterion", "value", "code"), decrees.ACCIDENT)
def test_each_boundary_includes_its_own_number(criterion, value, code):
    assert accident.assess(**{criterion: value}).grade.code == code


def test_the_worst_criterion_decides_and_is_named():
    assessed = accident.assess(deaths=1, seriously_injured=12, direct_loss_yuan=6e7)
    assert assessed.grade.code == "major"
    assert assessed.decided_by == ("direct_loss_yuan",)


def test_what_is_not_known_yet_is_named():
    assert accident.assess(deaths=3).missing == ("seriously_injured", "direct_loss_yuan")


def test_nothing_known_is_no_grade():
    assert accident.assess() is None


def test_a_negative_count_is_refused():
    with pytest.raises(Refusal, match="negative"):
        accident.assess(deaths=-1)
