# SPDX-License-Identifier: Apache-2.0
"""Fire-danger classes against the limits printed in LY/T 1172 (standards.md C8)."""

from math import nan

import pytest

from anshu.science.grading import fire_danger

LIMITS = [(0, "1"), (25, "1"), (26, "2"), (50, "2"), (51, "3"), (72, "3"), (73, "4"), (90, "4"), (91, "5"), (120, "5")]


@pytest.mark.parametrize(("index", "code"), LIMITS)
def test_printed_limits_belong_to_their_class(index, code):
    assert fire_danger.grade(index).code == code


def test_the_canadian_index_is_graded_by_its_own_table():
    assert fire_danger.grade(38.0, bands=fire_danger.EFFIS_FWI).code == "very_high"


def test_a_missing_index_has_no_class():
    assert fire_danger.grade(nan) is None
