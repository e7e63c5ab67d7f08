# SPDX-License-Identifier: Apache-2.0
"""A published USGS rating, read as served (data/02b_river_stage/usgs_waterservices_ratings.txt)."""

import numpy as np
import pytest

from anshu.science.flood.rating_table import parse_usgs_rating
from anshu.science.standing import Refusal
from anshu.science.units import m3_s_from_ft3_s, m_from_ft

# Patuxent River near Bowie, as printed in the reply: feet and ft3/s.
PRINTED = [(2.99, 30), (4, 110), (5, 225), (7, 600), (13, 4350), (27.9, 31100)]


@pytest.fixture(scope="module")
def patuxent(shared):
    path = shared / "data" / "02b_river_stage" / "usgs_waterservices_ratings.txt"
    return parse_usgs_rating(path.read_text(encoding="utf-8"))


def test_printed_points_are_met(patuxent):
    for feet, flow in PRINTED:
        assert float(patuxent.discharge(m_from_ft(feet))) == pytest.approx(float(m3_s_from_ft3_s(flow)))


def test_between_points_the_curve_is_straight_in_logarithms_over_the_offset(patuxent):
    assert patuxent.logarithmic
    assert patuxent.offset_m == pytest.approx(0.6096)
    middle = m_from_ft(2.0 + (2.0 * 3.0) ** 0.5)
    expected = m3_s_from_ft3_s((110.0 * 225.0) ** 0.5)
    assert float(patuxent.discharge(middle)) == pytest.approx(float(expected))


def test_off_the_table_and_missing_stages_have_no_discharge(patuxent):
    assert np.isnan(patuxent.discharge([0.5, 12.0, np.nan])).all()


def test_something_else_is_not_a_rating():
    with pytest.raises(Refusal, match="not_a_rating"):
        parse_usgs_rating("# nothing here\nINDEP\tDEP\n16N\t16N\n")
