# SPDX-License-Identifier: Apache-2.0
"""Formulas and calendars: total, bounded, and as people mean them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.domain.alerts.rules import (
    FOREVER,
    NEVER,
    Calendars,
    FormulaFault,
    formula_read,
    formula_unit,
    formula_value,
    names_of,
    season_day,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
parts = st.sampled_from(
    ["a", "b", "1.5", "2", "+", "-", "*", "/", "(", ")", ",", "min", "max", "abs", " ", "$", "é", "."]
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * 2", 13.0),
        ("(a + b) * 2", 16.0),
        ("a - b - 1", -3.0),
        ("a / b / 2", 0.3),
        ("-a + b", 2.0),
        ("--a", 3.0),
        ("max(a, b, 9) - min(a, b)", 6.0),
        ("abs(a - b) * 0.5", 1.0),
    ],
)
def test_a_formula_means_what_arithmetic_means(text, value):
    found = formula_value(formula_read(text), {"a": np.array([3.0]), "b": np.array([5.0])})
    assert found == pytest.approx([value])


def test_a_missing_value_or_a_division_by_nothing_gives_no_measure():
    values = {"a": np.array([np.nan, 1.0, 1e308]), "b": np.array([1.0, 0.0, 1e-308])}
    assert np.isnan(formula_value(formula_read("a / b"), values)).all()
    assert np.isnan(formula_value(formula_read("max(a, 5)"), {"a": np.array([np.nan])})).all()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "ends_early"),
        ("1 + 2", "no_name"),
        ("a +", "ends_early"),
        ("a b", "unexpected"),
        ("a ** 2", "unexpected"),
        ("a.b", "unexpected"),
        ("a[0]", "unexpected"),
        ("pow(a, 2)", "unexpected"),
        ("min(a)", "arguments"),
        ("a" * 201, "too_long"),
        ("(" * 90 + "a" + ")" * 90, "too_deep"),
        ("-" * 90 + "a", "too_deep"),
        ("a" + "+a" * 90, "too_many_parts"),
    ],
)
def test_what_is_no_formula_is_refused_with_the_reason(text, code):
    with pytest.raises(FormulaFault) as refused:
        formula_read(text)
    assert refused.value.code == code


@given(st.one_of(st.text(max_size=220), st.lists(parts, max_size=60).map("".join)))
def test_any_text_is_read_or_refused(text):
    try:
        formula = formula_read(text)
    except FormulaFault:
        return
    names = names_of(formula)
    assert len(formula_value(formula, {name: np.array([1.0, np.nan]) for name in names})) == 2


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("a - b", "m"),
        ("a * 2", "m"),
        ("a / b", ""),
        ("a * c", "m·mm"),
        ("c / t", "mm/h"),
        ("1 / t", "1/h"),
        ("a * a", "m^2"),
    ],
)
def test_the_unit_follows_from_the_formula(text, unit):
    assert formula_unit(formula_read(text), {"a": "m", "b": "m", "c": "mm", "t": "h"}) == unit


@pytest.mark.parametrize("text", ["a + c", "max(a, c)", "a / b + a", "abs(a - c)"])
def test_unlike_units_are_not_put_together(text):
    with pytest.raises(FormulaFault) as refused:
        formula_unit(formula_read(text), {"a": "m", "b": "m", "c": "mm"})
    assert refused.value.code == "units"


moments = st.timedeltas(timedelta(0), timedelta(days=1200)).map(lambda since: datetime(2023, 12, 1, tzinfo=UTC) + since)
days = st.sampled_from(["01-01", "02-28", "02-29", "03-01", "04-15", "10-15", "12-31"])


def calendar(day_from=-1, day_until=-1, season_from=-1, season_until=-1):
    given = [NEVER, FOREVER, day_from, day_until, season_from, season_until]
    return Calendars(*(np.array([each], dtype=np.int64) for each in given))


def judges(one, moment):
    at_us = np.array([(moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)])
    return bool(one.judging(np.zeros(1, dtype=np.int64), at_us)[0])


@given(moments, st.integers(0, 1439), st.integers(0, 1439))
def test_hours_are_beijing_hours_and_may_wrap_midnight(moment, first, end):
    local = moment.astimezone(SHANGHAI)
    minute = local.hour * 60 + local.minute
    inside = first <= minute < end if first < end else minute >= first or minute < end
    assert judges(calendar(day_from=first, day_until=end), moment) == inside


@given(moments, days, days)
def test_seasons_include_their_last_day_and_may_wrap_the_year(moment, first, last):
    local = f"{moment.astimezone(SHANGHAI):%m-%d}"
    inside = first <= local <= last if first <= last else local >= first or local <= last
    found = judges(calendar(season_from=season_day(first), season_until=season_day(last)), moment)
    assert found == inside


@pytest.mark.parametrize("text", ["", "1-1", "13-01", "02-30", "00-10", "04-31", "四月-01", "04/15", "04-15-01"])
def test_what_is_no_day_of_the_year_is_none(text):
    assert season_day(text) is None
