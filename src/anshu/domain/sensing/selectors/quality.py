# SPDX-License-Identifier: Apache-2.0
"""The quality of what a thing sent: how many values each check spoke about, which, and who said what about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from anshu.domain.sensing.choices import FLAGS
from anshu.domain.sensing.models import (
    ClockState,
    Datastream,
    Maintenance,
    Observation,
    Repeats,
    Revision,
    Thing,
)
from anshu.domain.sensing.selectors.limits import covers


@dataclass(frozen=True, slots=True)
class StreamQuality:
    """Of one datastream: how many values there are, how many by quality, and how many each check spoke about."""

    stream: Datastream
    total: int
    by_quality: dict[int, int]
    by_flag: dict[int, int]


def quality_of_thing(thing: Thing, *, since: datetime, until: datetime) -> list[StreamQuality]:
    """This will count the values of [since, until) of each datastream by quality and by flag."""
    streams = list(Datastream.objects.filter(thing=thing).select_related("observed_property").order_by("id"))
    with connection.cursor() as cursor:
        cursor.execute(
            "select datastream_id, quality, checks, count(*) from sensing_observation"
            " where datastream_id = any(%s) and at >= %s and at < %s group by 1, 2, 3",
            [[each.pk for each in streams], since, until],
        )
        rows = cursor.fetchall()
    return [_counted(stream, [row[1:] for row in rows if row[0] == stream.pk]) for stream in streams]


def _counted(stream: Datastream, rows: Sequence[tuple[int, int, int]]) -> StreamQuality:
    by_quality: dict[int, int] = {}
    by_flag: dict[int, int] = {}
    for quality, checks, count in rows:
        by_quality[quality] = by_quality.get(quality, 0) + count
        for bit in FLAGS:
            if checks & bit:
                by_flag[bit] = by_flag.get(bit, 0) + count
    return StreamQuality(stream, sum(by_quality.values()), by_quality, by_flag)


def observations_flagged(
    stream: Datastream, *, since: datetime, until: datetime, flag: int = 0, most: int = 200
) -> tuple[list[Observation], int]:
    """This will give the newest values of [since, until) beside which a flag stands (0: all), and their number."""
    rows = Observation.objects.filter(datastream_id=stream.pk, at__gte=since, at__lt=until)
    if flag:
        rows = rows.extra(where=["checks & %s <> 0"], params=[flag])
    return list(rows.order_by("-at")[:most]), rows.count()


def revisions_of(thing: Thing) -> QuerySet[Revision]:
    """This will give what people and later checks said about a thing's values, the newest first."""
    rows = Revision.objects.filter(datastream__thing=thing)
    return rows.select_related("datastream__observed_property", "datastream__thing").order_by("-id")


def maintenance_of(thing: Thing, *, since: datetime) -> list[Maintenance]:
    """This will give the windows that have a thing and were not over at `since`, the newest first."""
    own = Q(thing=thing) | Q(thing=thing.parent_id) | Q(thing=None)
    rows = Maintenance.objects.filter(own, retired_at=None, until__gt=since).order_by("-since", "-id")
    return [each for each in rows if covers(each, thing)]


def clock_of(thing: Thing) -> ClockState | None:
    """This will give how far a thing's clock was off when it was last measured."""
    return ClockState.objects.filter(thing=thing).first()


def repeats_of(thing: Thing) -> Repeats | None:
    """This will give how often a thing sent what was there already."""
    return Repeats.objects.filter(thing=thing).first()
