# SPDX-License-Identifier: Apache-2.0
"""Working days follow the announced holidays, local overrides, and say when they only guess."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from anshu.kernel.timing.calendar import SHANGHAI, Day, NoWorkingTimeError, WorkCalendar

CALENDAR = WorkCalendar()


def at(*when):
    return datetime(*when, tzinfo=SHANGHAI)


# From the State Council's notices for 2024 to 2026 (国办发明电).
@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 2, 4), True),  # a Sunday worked for Spring Festival
        (date(2024, 2, 12), False),
        (date(2024, 10, 7), False),
        (date(2025, 1, 28), False),  # New Year's Eve, a holiday since 2025
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),  # a Saturday worked for National Day
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),
    ],
)
def test_announced_holidays_and_exchanged_days_are_known(day, working):
    assert CALENDAR.day(day) == Day(working, known=True)


@pytest.mark.parametrize(("day", "working"), [(date(1999, 10, 1), True), (date(2090, 10, 1), False)])
def test_unannounced_years_count_monday_to_friday_and_say_so(day, working):
    assert CALENDAR.day(day) == Day(working, known=False)


def test_an_override_wins_and_is_known():
    calendar = WorkCalendar(overrides={date(2026, 11, 23): False, date(2090, 10, 1): True})
    assert calendar.day(date(2026, 11, 23)) == Day(False, known=True)
    assert calendar.day(date(2090, 10, 1)) == Day(True, known=True)


def test_a_period_is_known_only_if_every_day_is():
    assert CALENDAR.is_known(at(2026, 11, 1, 9), at(2026, 12, 31, 23))
    assert not CALENDAR.is_known(at(2089, 12, 31, 9), at(2090, 1, 1, 9))
    assert WorkCalendar(overrides={date(2090, 1, 2): True}).is_known(at(2090, 1, 2, 9), at(2090, 1, 2, 10))


@pytest.mark.parametrize(
    ("when", "working"),
    [
        (at(2026, 11, 23, 8, 29), False),
        (at(2026, 11, 23, 8, 30), True),
        (at(2026, 11, 23, 12, 0), False),
        (at(2026, 11, 23, 17, 29), True),
        (at(2026, 11, 22, 10, 0), False),
        (datetime(2026, 11, 23, 0, 30, tzinfo=UTC), True),
    ],
)
def test_work_spans_are_half_open_on_the_clock_of_shanghai(when, working):
    assert CALENDAR.is_working_time(when) is working


@pytest.mark.parametrize(
    "spans",
    [
        (),
        ((time(9), time(9)),),
        ((time(12), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
        ((time(14), time(17)), (time(9), time(12))),
    ],
)
def test_impossible_work_spans_are_refused(spans):
    with pytest.raises(ValueError, match="work spans"):
        WorkCalendar(work_spans=spans)


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.is_working_time(datetime(2026, 11, 23, 9))  # noqa: DTZ001


def test_a_calendar_that_never_works_is_found_out():
    first = date(2026, 1, 1)
    never = WorkCalendar(overrides={first + timedelta(days=n): False for n in range(3700)})
    with pytest.raises(NoWorkingTimeError):
        next(never.days_from(first))
