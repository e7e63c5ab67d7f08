# SPDX-License-Identifier: Apache-2.0
"""When something is due: natural or working time from a start, the end of a day, or a given date."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from anshu.kernel.timing.calendar import WorkCalendar

_TEXT = re.compile(r"(?P<amount>\d{1,5})(?P<unit>m|h|wm|wh|wd)")
_ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    """How a period is counted."""

    MINUTES = "m"
    HOURS = "h"
    WORKING_MINUTES = "wm"
    WORKING_HOURS = "wh"
    WORKING_DAYS = "wd"
    END_OF_DAY = "eod"
    FIXED_DATE = "date"


class DeadlineTextError(ValueError):
    """A deadline text that means nothing."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A period as rules write it: an amount of a unit, or a date for FIXED_DATE."""

    unit: Unit
    amount: int = 0
    on_date: date | None = None

    def __post_init__(self) -> None:
        """This will refuse a negative amount, and a date without FIXED_DATE or the reverse."""
        if self.amount < 0 or (self.on_date is None) == (self.unit is Unit.FIXED_DATE):
            raise DeadlineTextError(f"no such deadline: {self.unit} {self.amount} {self.on_date}")

    @classmethod
    def parse(cls, text: str) -> "Deadline":
        """This will read the form kept in settings: 30m, 2h, 90wm, 4wh, 5wd, eod or 2026-12-01."""
        given = text.strip().lower()
        if given == Unit.END_OF_DAY:
            return cls(Unit.END_OF_DAY)
        if found := _TEXT.fullmatch(given):
            return cls(Unit(found["unit"]), int(found["amount"]))
        try:
            return cls(Unit.FIXED_DATE, on_date=date.fromisoformat(given))
        except ValueError as error:
            raise DeadlineTextError(text) from error

    def __str__(self) -> str:
        if self.on_date is not None:
            return self.on_date.isoformat()
        return str(self.unit) if self.unit is Unit.END_OF_DAY else f"{self.amount}{self.unit}"


def due_at(spec: Deadline, start_at: datetime, calendar: WorkCalendar) -> datetime:
    """This will give the instant something begun at `start_at` is due, on the calendar's clock.

    Working days: the day it begins does not count, and the last ends with its last work span (Civil Code, Art. 201
    and 203). End of day and a fixed date end at 24:00. Working time that ends with a span is due then, not when the
    next span begins. Raises ValueError for a naive start and NoWorkingTimeError for a calendar without working days.
    """
    local = calendar.local(start_at)
    match spec.unit:
        case Unit.MINUTES:
            return _later(local, timedelta(minutes=spec.amount))
        case Unit.HOURS:
            return _later(local, timedelta(hours=spec.amount))
        case Unit.WORKING_MINUTES:
            return _after_working_time(local, timedelta(minutes=spec.amount), calendar)
        case Unit.WORKING_HOURS:
            return _after_working_time(local, timedelta(hours=spec.amount), calendar)
        case Unit.WORKING_DAYS:
            return _after_working_days(local, spec.amount, calendar)
        case _:
            return _midnight_after(spec.on_date or local.date(), calendar)


def remaining(due_at: datetime, now: datetime) -> timedelta:
    """This will give the time left, negative when overdue."""
    return due_at - now


def working_minutes_between(start_at: datetime, end_at: datetime, calendar: WorkCalendar) -> float:
    """This will count the working minutes from one instant to another, negative if they are the other way round."""
    if end_at < start_at:
        return -working_minutes_between(end_at, start_at, calendar)
    first, last = calendar.local(start_at).date(), calendar.local(end_at).date()
    total = timedelta()
    for number in range((last - first).days + 1):
        for opens_at, closes_at in calendar.spans_on(first + number * _ONE_DAY):
            total += max(min(closes_at, end_at) - max(opens_at, start_at), timedelta())
    return total / timedelta(minutes=1)


def _later(local: datetime, period: timedelta) -> datetime:
    """This will add elapsed time, whatever the clock on the wall does meanwhile."""
    return (local.astimezone(UTC) + period).astimezone(local.tzinfo)


def _after_working_time(local: datetime, period: timedelta, calendar: WorkCalendar) -> datetime:
    if not period:
        return local
    left = period
    for opens_at, closes_at in calendar.spans_from(local):
        if left <= closes_at - opens_at:
            return opens_at + left
        left -= closes_at - opens_at
    raise AssertionError("spans_from ends only by raising")


def _after_working_days(local: datetime, days: int, calendar: WorkCalendar) -> datetime:
    """Zero days means the first working day that begins or has begun, so that no deadline falls on a day off."""
    counted = calendar.days_from(local.date() + (_ONE_DAY if days else timedelta()))
    for _ in range(max(days, 1)):
        last = next(counted)
    return calendar.spans_on(last)[-1][1]


def _midnight_after(day: date, calendar: WorkCalendar) -> datetime:
    return datetime.combine(day + _ONE_DAY, time(), calendar.zone)
