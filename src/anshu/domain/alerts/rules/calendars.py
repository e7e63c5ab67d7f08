# SPDX-License-Identifier: Apache-2.0
"""Hours of the day and days of the year in which a rule judges."""

from dataclasses import dataclass

import numpy as np

from anshu.domain.alerts.rules.evaluation import NEVER, Booleans, Integers

FOREVER = np.iinfo(np.int64).max
MINUTE_US = 60_000_000
_DAY_US = 86_400_000_000
# Beijing time, eight hours ahead of UTC all year round.
_OFFSET_US = 8 * 3_600_000_000
ALWAYS = -1


@dataclass(frozen=True, slots=True)
class Calendars:
    """One row a rule. Minutes of the day, and days as month * 100 + day; ALWAYS where there is no limit.

    The hours are half-open, the days include the last one; both wrap where the end lies before the beginning.
    """

    valid_from_us: Integers
    valid_until_us: Integers
    day_from: Integers
    day_until: Integers
    season_from: Integers
    season_until: Integers

    @classmethod
    def open(cls, number: int) -> "Calendars":
        """This will make calendars without any limit."""
        free = np.full(number, ALWAYS, dtype=np.int64)
        return cls(
            np.full(number, NEVER, dtype=np.int64), np.full(number, FOREVER, dtype=np.int64), free, free, free, free
        )

    def at(self, places: Integers) -> "Calendars":
        """This will give the rows at `places`."""
        return Calendars(
            self.valid_from_us[places],
            self.valid_until_us[places],
            self.day_from[places],
            self.day_until[places],
            self.season_from[places],
            self.season_until[places],
        )

    def judging(self, rule: Integers, at_us: Integers) -> Booleans:
        """This will tell at which moments a rule judges."""
        found: Booleans = (at_us >= self.valid_from_us[rule]) & (at_us < self.valid_until_us[rule])
        daily, yearly = self.day_from[rule] != ALWAYS, self.season_from[rule] != ALWAYS
        if daily.any():
            minute = ((at_us + _OFFSET_US) % _DAY_US) // MINUTE_US
            found &= ~daily | _between(minute, self.day_from[rule], self.day_until[rule])
        if yearly.any():
            # The last day counts whole, hence the end is the day after it.
            found &= ~yearly | _between(_month_day(at_us), self.season_from[rule], self.season_until[rule] + 1)
        return found


def _between(moment: Integers, first: Integers, end: Integers) -> Booleans:
    after, before = moment >= first, moment < end
    found: Booleans = np.where(first < end, after & before, after | before)
    return found


def _month_day(at_us: Integers) -> Integers:
    local = (at_us + _OFFSET_US).astype("datetime64[us]")
    day, month = local.astype("datetime64[D]"), local.astype("datetime64[M]")
    number = month.astype(np.int64) % 12 + 1
    found: Integers = number * 100 + (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    return found


def season_day(text: str) -> int | None:
    """This will read a day of the year such as 04-15 as 415; None where it is none."""
    month, _dash, day = text.partition("-")
    if not (month.isascii() and day.isascii() and month.isdigit() and day.isdigit() and len(text) == 5):
        return None
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= longest[int(month) - 1]):
        return None
    return int(month) * 100 + int(day)
