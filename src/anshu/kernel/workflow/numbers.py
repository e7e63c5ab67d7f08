# SPDX-License-Identifier: Apache-2.0
"""Numbers that people read out: a prefix, the day, and a running number without gaps."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

_NEXT = """
insert into workflow_series (prefix, day, last) values (%s, %s, 1)
on conflict (prefix, day) do update set last = workflow_series.last + 1
returning last
"""


def number_next(prefix: str, *, now: datetime, width: int) -> str:
    """This will give the next number of the day, such as RW20260704-0001.

    The day is the county's own. The series' row stays locked until the caller's transaction ends, so that a number
    whose matter was rolled back is given out again and no two are alike.
    """
    day = timezone.localtime(now).date()
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [prefix, day])
        row = cursor.fetchone()
    return f"{prefix}{day:%Y%m%d}-{row[0]:0{width}d}"
