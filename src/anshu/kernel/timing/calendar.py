# SPDX-License-Identifier: Apache-2.0
"""Which days are worked, and from when to when: Chinese holidays with their 调休 exchanged days.

The State Council announces each year's days in the autumn before (全国年节及纪念日放假办法, Order 795 of 2024, and the
yearly 部分节假日安排的通知); PyPI `chinesecalendar` carries them. A year it does not know yet counts Monday to Friday
and is reported as not known. A county's own exceptions go on top as overrides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A starting value, to be set by each county: offices' hours are fixed locally and change with the season.
DEFAULT_WORK_SPANS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
# A calendar without a working day in ten years is a mistake in its overrides.
_HORIZON_DAYS = 3660
_SATURDAY = 5

Span = tuple[datetime, datetime]


class NoWorkingTimeError(ValueError):
    """A calendar that never comes to a working day."""


@dataclass(frozen=True, slots=True)
class Day:
    """Whether a day is worked, and whether that is announced (else it is only Monday to Friday)."""

    working: bool
    known: bool


@lru_cache(maxsize=4096)
def announced_day(day: date) -> Day:
    """This will look a day up in the announced holidays, falling back to Monday to Friday."""
    try:
        working = chinese_calendar.is_workday(day)  # type: ignore[no-untyped-call]
        return Day(bool(working), known=True)
    except NotImplementedError:
        return Day(day.weekday() < _SATURDAY, known=False)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Announced days with a county's dated overrides (True: worked) and its daily work spans, in order."""

    overrides: Mapping[date, bool] = field(default_factory=dict)
    work_spans: tuple[tuple[time, time], ...] = DEFAULT_WORK_SPANS
    zone: ZoneInfo = SHANGHAI

    def __post_init__(self) -> None:
        """This will refuse spans that are missing, empty, out of order or overlapping."""
        ends = [moment for span in self.work_spans for moment in span]
        if not ends or any(later <= earlier for earlier, later in pairwise(ends)):
            raise ValueError(f"work spans must follow each other within a day: {self.work_spans}")

    def day(self, day: date) -> Day:
        """This will say whether a day is worked and whether that is known."""
        if (override := self.overrides.get(day)) is not None:
            return Day(override, known=True)
        return announced_day(day)

    def is_workday(self, day: date) -> bool:
        """This will say whether a day is worked."""
        return self.day(day).working

    def is_known(self, start_at: datetime, end_at: datetime) -> bool:
        """This will say whether every day from one instant to another is announced."""
        first, last = self.local(start_at).date(), self.local(end_at).date()
        return all(self.day(first + timedelta(days=n)).known for n in range((last - first).days + 1))

    def is_working_time(self, at: datetime) -> bool:
        """This will say whether an instant lies in a work span; a span's end is outside it."""
        return any(start <= at < end for start, end in self.spans_on(self.local(at).date()))

    def local(self, at: datetime) -> datetime:
        """This will give an instant on the calendar's clock; raises ValueError for a naive one."""
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return at.astimezone(self.zone)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """This will give a day's work spans as instants, none on a day off."""
        if not self.is_workday(day):
            return ()
        return tuple(
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for start, end in self.work_spans
        )

    def spans_from(self, at: datetime) -> Iterator[Span]:
        """This will give the work spans after an instant in order, the first one cut at it."""
        local = self.local(at)
        for day in self.days_from(local.date()):
            for start, end in self.spans_on(day):
                if end > local:
                    yield max(start, local), end

    def days_from(self, first: date) -> Iterator[date]:
        """This will give the working days from a day on; raises NoWorkingTimeError when none comes."""
        since_working = 0
        day = first
        while since_working < _HORIZON_DAYS:
            since_working += 1
            if self.is_workday(day):
                since_working = 0
                yield day
            day += timedelta(days=1)
        raise NoWorkingTimeError(f"no working day in ten years after {day}")
