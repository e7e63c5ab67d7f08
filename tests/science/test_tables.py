# SPDX-License-Identifier: Apache-2.0
"""Dated tables own their boundaries."""

from datetime import date
from math import nan

import pytest

from anshu.science.standing import Refusal
from anshu.science.tables import Bands, Grade, in_force, worst

LOW, HIGH = Grade("low", 1, "低"), Grade("high", 2, "高")
OLD = Bands("old", (10,), (LOW, HIGH), since=date(2000, 1, 1), until=date(2010, 1, 1))
NEW = Bands("new", (20,), (LOW, HIGH), since=date(2010, 1, 1))


def test_an_edge_belongs_to_the_band_the_table_says():
    assert Bands("up", (10,), (LOW, HIGH)).grade(10) == HIGH
    assert Bands("down", (10,), (LOW, HIGH), edge_belongs_above=False).grade(10) == LOW


def test_missing_is_not_graded_as_zero():
    assert OLD.grade(nan) is None


def test_the_edition_in_force_follows_the_day():
    assert in_force((OLD, NEW), date(2009, 12, 31)) is OLD
    assert in_force((OLD, NEW), date(2010, 1, 1)) is NEW


def test_a_day_without_an_edition_is_refused():
    with pytest.raises(Refusal, match="no_edition_in_force"):
        in_force((OLD, NEW), date(1999, 12, 31))


def test_a_table_with_edges_out_of_order_is_refused():
    with pytest.raises(Refusal, match="bands_malformed"):
        Bands("wrong", (20, 10), (LOW, LOW, HIGH))


def test_the_worst_grade_ignores_missing_ones():
    assert worst([LOW, None, HIGH]) == HIGH
    assert worst([None]) is None
