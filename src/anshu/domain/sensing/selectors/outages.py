# SPDX-License-Identifier: Apache-2.0
"""Who is silent, since when, of how many; and how much came in the last thirty days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Left

from anshu.domain.sensing.models import Maintenance, Thing
from anshu.domain.sensing.selectors.limits import covers
from anshu.domain.sensing.selectors.things import things_visible
from anshu.kernel.access.viewer import Viewer

# So many reports in a row may be late before a thing counts as silent.
MISSED = 2
AVAILABLE_OVER = timedelta(days=30)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outage:
    """A thing silent for longer than it may be; `heard_at` is None when it never spoke."""

    thing: Thing
    heard_at: datetime | None
    # Said in a maintenance window: expected, and by whom.
    maintained: str


@dataclass(frozen=True, slots=True)
class Availability:
    """Hours with at least one usable value, of the hours that were looked at."""

    hours: int
    of: int


def silent_things(viewer: Viewer, *, now: datetime, township: str = "", kind: str = "") -> QuerySet[Thing]:
    """This will give the things in sight that missed two reports, those that never spoke first, then the longest."""
    return _silent(_watched(viewer, township, kind), now).order_by(F("contact__heard_at").asc(nulls_first=True), "code")


def silent_counts(viewer: Viewer, *, now: datetime) -> dict[str, tuple[int, int]]:
    """This will count silent and all watched things by township (nine digits of the code)."""
    rows = _watched(viewer).order_by().annotate(township=Left("division_code", 9)).values("township")
    whole = {row["township"]: row["number"] for row in rows.annotate(number=Count("pk"))}
    silent = _silent(_watched(viewer), now).order_by().annotate(township=Left("division_code", 9)).values("township")
    part = {row["township"]: row["number"] for row in silent.annotate(number=Count("pk"))}
    return {code: (part.get(code, 0), number) for code, number in sorted(whole.items())}


def outages_of(things: Sequence[Thing], *, now: datetime) -> list[Outage]:
    """This will tell of silent things when each was last heard and whether it is being maintained."""
    windows = list(Maintenance.objects.filter(retired_at=None, since__lte=now, until__gt=now))
    found = []
    for thing in things:
        contact = getattr(thing, "contact", None)
        window = next((each for each in windows if covers(each, thing)), None)
        found.append(Outage(thing, contact.heard_at if contact else None, window.reason if window else ""))
    return found


_AVAILABLE = """
select d.thing_id, count(distinct h.at) from sensing_hour h join sensing_datastream d on d.id = h.datastream_id
where d.thing_id = any(%s) and h.at >= %s and h.at < %s and h.usable > 0 group by 1
"""


def availability_of(things: Sequence[Thing], *, now: datetime) -> dict[int, Availability]:
    """This will count, for each thing, the closed hours of thirty days in which a usable value came."""
    with connection.cursor() as cursor:
        cursor.execute("select closed_to from sensing_closing")
        row = cursor.fetchone()
        until = min(row[0], now) if row else None
        if until is None:
            return {}
        since = until - AVAILABLE_OVER
        cursor.execute(_AVAILABLE, [[each.pk for each in things], since, until])
        counted = dict(cursor.fetchall())
    return {each.pk: Availability(counted.get(each.pk, 0), AVAILABLE_OVER // _HOUR) for each in things}


def _watched(viewer: Viewer, township: str = "", kind: str = "") -> QuerySet[Thing]:
    """This will give the things that report for themselves: a part speaks through its host."""
    rows = things_visible(viewer).filter(parent=None)
    if township:
        rows = rows.filter(division_code__startswith=township[:9])
    return rows.filter(kind=kind) if kind else rows


def _silent(rows: QuerySet[Thing], now: datetime) -> QuerySet[Thing]:
    patience = ExpressionWrapper(
        F("report_interval_s") * Value(MISSED * timedelta(seconds=1), output_field=DurationField()),
        output_field=DurationField(),
    )
    due = ExpressionWrapper(F("contact__heard_at") + patience, output_field=DateTimeField())
    return rows.annotate(due=due).filter(Q(contact=None) | Q(due__lt=now)).select_related("contact")
