# SPDX-License-Identifier: Apache-2.0
"""Lead time of warnings: how long before the event the warning stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median
from typing import Final

from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=(),
    valid_for="同一地点、同一灾种；预警时效内首次达到阈值算命中",
)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning in force from `issued_at` up to, not including, `ends_at`."""

    issued_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Lead time by event (None: not warned), and the warnings that no event followed."""

    by_event: tuple[timedelta | None, ...]
    false_alarms: int

    @property
    def warned(self) -> tuple[timedelta, ...]:
        """Lead times of the events that were warned of."""
        return tuple(lead for lead in self.by_event if lead is not None)

    @property
    def mean_lead(self) -> timedelta | None:
        """Mean over warned events; None where there is none."""
        return timedelta(seconds=mean(lead.total_seconds() for lead in self.warned)) if self.warned else None

    @property
    def median_lead(self) -> timedelta | None:
        """Median over warned events; None where there is none."""
        return timedelta(seconds=median(lead.total_seconds() for lead in self.warned)) if self.warned else None


def lead_times(warnings: Sequence[Warned], events: Sequence[datetime]) -> LeadTimes:
    """Match each event's onset with the earliest warning then in force.

    A warning issued at the very moment of onset leads by nothing but counts as given; one issued later does not.
    """
    leads: list[timedelta | None] = []
    used: set[int] = set()
    for onset in events:
        standing = [place for place, one in enumerate(warnings) if one.issued_at <= onset < one.ends_at]
        used.update(standing)
        leads.append(max((onset - warnings[place].issued_at for place in standing), default=None))
    return LeadTimes(tuple(leads), len(warnings) - len(used))
