# SPDX-License-Identifier: Apache-2.0
"""Accident grades against the wording of decree 493, article 3."""

import pytest

from anshu.science.grading import accident
from anshu.science.standing import Refusal

WORDING = [
    ("deaths", 2, "general"),
    ("deaths", 3, "larger"),
    ("deaths", 9, "larger"),
    ("deaths", 10, "major"),
    ("deaths", 29, "major"),
    ("deaths", 30, "extraordinary"),
    ("seriously_injured", 9, "general"),
    ("seriously_injured", 10, "larger"),
    ("seriously_injured", 49, "larger"),
    ("seriously_injured", 50, "major"),
    ("seriously_injured", 99, "major"),
    ("seriously_injured", 100, "extraordinary"),
    ("direct_loss_yuan", 9_999_999.99, "general"),
    ("direct_loss_yuan", 10_000_000, "larger"),
    ("direct_loss_yuan", 49_999_999.99, "larger"),
    ("direct_loss_yuan", 50_000_000, "major"),
    ("direct_loss_yuan", 99_999_999.99, "major"),
    ("direct_loss_yuan", 100_000_000, "extraordinary"),
]


@pytest.mark.parametrize(("criterion", "value", "code"), WORDING)
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
