# SPDX-License-Identifier: Apache-2.0
"""Forest-fire grades against the wording of the forest-fire regulation, article 40."""

import pytest
from tools.bench import decrees

from anshu.science.grading import forest_fire


@pytest.mark.parametrize(("criterion", "value", "code"), decrees.FOREST_FIRE)
def test_each_boundary_includes_its_own_number(criterion, value, code):
    assert forest_fire.assess(**{criterion: value}).grade.code == code


def test_a_small_fire_that_killed_three_is_larger():
    assert forest_fire.assess(area_ha=0.2, deaths=3).grade.code == "larger"


def test_nothing_known_is_no_grade():
    assert forest_fire.assess() is None
