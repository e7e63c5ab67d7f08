# SPDX-License-Identifier: Apache-2.0
"""Forest-fire grades against the wording of the forest-fire regulation, article 40."""

import pytest

from anshu.science.grading import forest_fire

WORDING = [
    ("area_ha", 0.99, "general"),
    ("area_ha", 1, "larger"),
    ("area_ha", 99.9, "larger"),
    ("area_ha", 100, "major"),
    ("area_ha", 999.9, "major"),
    ("area_ha", 1000, "extraordinary"),
    ("deaths", 1, "general"),
    ("deaths", 3, "larger"),
    ("deaths", 10, "major"),
    ("deaths", 30, "extraordinary"),
    ("seriously_injured", 10, "larger"),
    ("seriously_injured", 50, "major"),
    ("seriously_injured", 100, "extraordinary"),
]


@pytest.mark.parametrize(("criterion", "value", "code"), WORDING)
def test_each_boundary_includes_its_own_number(criterion, value, code):
    assert forest_fire.assess(**{criterion: value}).grade.code == code


def test_a_small_fire_that_killed_three_is_larger():
    assert forest_fire.assess(area_ha=0.2, deaths=3).grade.code == "larger"


def test_nothing_known_is_no_grade():
    assert forest_fire.assess() is None
