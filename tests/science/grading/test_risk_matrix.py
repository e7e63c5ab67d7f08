# SPDX-License-Identifier: Apache-2.0
"""The 5×5 matrix against the bands written in standards.md C2."""

from itertools import product
from math import nan

import pytest

from anshu.science.grading import risk_matrix
from anshu.science.standing import Refusal

BANDS = {"blue": range(1, 9), "yellow": range(9, 13), "orange": range(15, 17), "red": range(20, 26)}


def test_every_cell_lies_in_its_published_band():
    for likelihood, severity in product(range(1, 6), repeat=2):
        assessed = risk_matrix.assess(likelihood, severity)
        assert likelihood * severity in BANDS[assessed.grade.code]


@pytest.mark.parametrize("value", [0, 6, 2.5])
def test_a_step_off_the_matrix_is_refused(value):
    with pytest.raises(Refusal, match="off_scale"):
        risk_matrix.assess(value, 3)


def test_a_missing_step_gives_no_assessment():
    assert risk_matrix.assess(nan, 3) is None
