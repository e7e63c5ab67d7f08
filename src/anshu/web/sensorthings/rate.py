# SPDX-License-Identifier: Apache-2.0
"""How often one caller may ask: a bucket of requests for each token or account, shared by all web processes.

The bucket is one moment in the database, when it will be full again (the generic cell rate algorithm, ITU-T I.371,
annex A): a request moves it on by one request's time, and is refused where that is further ahead than a whole bucket.
"""

import os
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

# Requests a second for long, and at once.
RATE = float(os.environ.get("ANSHU_STA_RATE", "20"))
BURST = float(os.environ.get("ANSHU_STA_BURST", "200"))
_TAKE = """
insert into web_allowance as kept (caller, full_at)
values (%(caller)s, coalesce(%(now)s::timestamptz, clock_timestamp()) + %(step)s)
on conflict (caller) do update set full_at = greatest(kept.full_at + %(step)s, excluded.full_at)
    where kept.full_at + 2 * %(step)s - %(whole)s <= excluded.full_at
returning true
"""
_WAIT = """
select extract(epoch from full_at + %(step)s - %(whole)s - coalesce(%(now)s::timestamptz, clock_timestamp()))
from web_allowance where caller = %(caller)s
"""


class Allowances:
    """The buckets of all callers."""

    def __init__(self, *, rate: float = RATE, burst: float = BURST) -> None:
        self._step, self._whole = timedelta(seconds=1 / rate), timedelta(seconds=burst / rate)

    def take(self, caller: str, now: datetime | None = None) -> float:
        """This will count a request at a moment (the database's own by default); gives the seconds to wait, or 0."""
        given: dict[str, Any] = {"caller": caller, "now": now, "step": self._step, "whole": self._whole}
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, given)
            if cursor.fetchone():
                return 0.0
            cursor.execute(_WAIT, given)
            found = cursor.fetchone()
        return max(float(found[0]), 0.001) if found else 0.0
