# SPDX-License-Identifier: Apache-2.0
"""Deadlines in natural and working time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.kernel.timing.calendar import SHANGHAI, WorkCalendar
from anshu.kernel.timing.deadlines import (
    Deadline,
    DeadlineTextError,
    Unit,
    due_at,
    remaining,
    working_minutes_between,
)

CALENDAR = WorkCalendar(overrides={date(2026, 11, 25): False, date(2026, 11, 28): True})


def at(*when):
    return datetime(*when, tzinfo=SHANGHAI)


starts = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001
amounts = st.integers(0, 3000)
specs = st.builds(
    Deadline,
    st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.WORKING_MINUTES, Unit.WORKING_HOURS, Unit.WORKING_DAYS]),
    st.integers(0, 60),
) | st.just(Deadline(Unit.END_OF_DAY))


@pytest.mark.parametrize(
    ("text", "start_at", "expected"),
    [
        ("90m", at(2026, 11, 20, 17), at(2026, 11, 20, 18, 30)),
        ("24h", at(2026, 11, 20, 17), at(2026, 11, 21, 17)),
        # Friday 17:00: half an hour that day, the rest on Monday.
        ("2wh", at(2026, 11, 20, 17), at(2026, 11, 23, 10)),
        ("2wh", at(2026, 11, 20, 11), at(2026, 11, 20, 15)),
        ("210wm", at(2026, 11, 20, 8, 30), at(2026, 11, 20, 12)),
        ("7wh", at(2026, 11, 21, 3), at(2026, 11, 23, 17, 30)),
        # Friday does not count; Wednesday is off and Saturday worked by the overrides.
        ("1wd", at(2026, 11, 20, 9), at(2026, 11, 23, 17, 30)),
        ("3wd", at(2026, 11, 20, 9), at(2026, 11, 26, 17, 30)),
        ("5wd", at(2026, 11, 20, 9), at(2026, 11, 28, 17, 30)),
        ("1wd", at(2026, 11, 21, 9), at(2026, 11, 23, 17, 30)),
        ("0wd", at(2026, 11, 21, 9), at(2026, 11, 23, 17, 30)),
        # Over National Day 2025 (1 to 8 October off) with Saturday 11 October worked.
        ("3wd", at(2025, 9, 30, 9), at(2025, 10, 11, 17, 30)),
        ("eod", at(2026, 11, 20, 9), at(2026, 11, 21)),
        ("2026-12-01", at(2026, 11, 20, 9), at(2026, 12, 2)),
    ],
)
def test_due_instant(text, start_at, expected):
    assert due_at(Deadline.parse(text), start_at, CALENDAR) == expected


def test_the_day_is_that_of_shanghai_whatever_zone_the_start_is_given_in():
    late = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert due_at(Deadline.parse("eod"), late, CALENDAR) == at(2026, 11, 22)


@given(specs, starts, st.timedeltas(timedelta(), timedelta(days=30)))
def test_what_begins_later_is_not_due_earlier(spec, start_at, delay):
    assert due_at(spec, start_at, CALENDAR) <= due_at(spec, start_at + delay, CALENDAR)


@given(specs, starts)
def test_nothing_is_due_before_it_begins(spec, start_at):
    if spec.unit is not Unit.WORKING_DAYS or spec.amount:
        assert due_at(spec, start_at, CALENDAR) >= start_at


@given(st.sampled_from([Unit.MINUTES, Unit.WORKING_MINUTES, Unit.WORKING_DAYS]), amounts, starts)
def test_more_time_is_never_due_earlier(unit, amount, start_at):
    short, long = Deadline(unit, amount % 200), Deadline(unit, amount % 200 + 1)
    assert due_at(short, start_at, CALENDAR) <= due_at(long, start_at, CALENDAR)


@given(st.integers(0, 60), starts)
def test_working_day_deadlines_never_fall_on_a_day_off(days, start_at):
    assert CALENDAR.is_workday(due_at(Deadline(Unit.WORKING_DAYS, days), start_at, CALENDAR).date())


@given(st.integers(1, 3000), starts)
def test_working_time_ends_within_working_time(minutes, start_at):
    due = due_at(Deadline(Unit.WORKING_MINUTES, minutes), start_at, CALENDAR)
    assert CALENDAR.is_working_time(due - timedelta(microseconds=1))


@given(amounts, amounts, starts)
def test_working_time_adds_up(first, second, start_at):
    whole = due_at(Deadline(Unit.WORKING_MINUTES, first + second), start_at, CALENDAR)
    halfway = due_at(Deadline(Unit.WORKING_MINUTES, first), start_at, CALENDAR)
    assert due_at(Deadline(Unit.WORKING_MINUTES, second), halfway, CALENDAR) == whole


@given(amounts, starts)
def test_counting_the_minutes_undoes_the_deadline(minutes, start_at):
    due = due_at(Deadline(Unit.WORKING_MINUTES, minutes), start_at, CALENDAR)
    assert working_minutes_between(start_at, due, CALENDAR) == pytest.approx(minutes)


@given(starts, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20)))
def test_counted_minutes_add_up_and_turn_their_sign(start_at, first, second):
    middle, end_at = start_at + first, start_at + first + second
    whole = working_minutes_between(start_at, end_at, CALENDAR)
    parts = working_minutes_between(start_at, middle, CALENDAR) + working_minutes_between(middle, end_at, CALENDAR)
    assert parts == pytest.approx(whole, abs=1e-6)
    assert working_minutes_between(end_at, start_at, CALENDAR) == -whole


def test_a_working_day_has_seven_hours():
    assert working_minutes_between(at(2026, 11, 23), at(2026, 11, 24), CALENDAR) == 420


def test_remaining_is_negative_when_overdue():
    assert remaining(at(2026, 11, 23, 9), at(2026, 11, 23, 10)) == timedelta(hours=-1)


@given(specs)
def test_a_deadline_is_read_back_from_its_text(spec):
    assert Deadline.parse(str(spec)) == spec


def test_a_dated_deadline_is_read_back_from_its_text():
    spec = Deadline.parse("2026-12-01")
    assert Deadline.parse(str(spec)) == spec == Deadline(Unit.FIXED_DATE, on_date=date(2026, 12, 1))


@pytest.mark.parametrize("text", ["", "5", "-5m", "5 weeks", "1.5h", "2026-02-30", "wd", "999999m"])
def test_a_meaningless_text_is_refused(text):
    with pytest.raises(DeadlineTextError):
        Deadline.parse(text)


@pytest.mark.parametrize("made", [(Unit.MINUTES, -1, None), (Unit.FIXED_DATE, 0, None), (Unit.HOURS, 1, date.max)])
def test_an_impossible_deadline_cannot_be_made(made):
    with pytest.raises(DeadlineTextError):
        Deadline(*made)


def test_a_naive_start_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        due_at(Deadline.parse("1h"), datetime(2026, 11, 23, 9), CALENDAR)  # noqa: DTZ001
