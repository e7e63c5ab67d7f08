# SPDX-License-Identifier: Apache-2.0
"""Stored values that may be judged, as arrays: what the rules' windows are filled from."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.models import Datastream
from anshu.domain.sensing.rules import UNJUDGED, Check, Floats, Integers, Times
from anshu.domain.sensing.selectors.packed import POSTGRES_EPOCH_US

_ROW = np.dtype([("stream", ">i8"), ("at", ">i8"), ("value", ">f8")])
# What a person trusts is judged, whatever a check or the limits said; not what nobody measured then.
_TRUSTED = f"(o.checks & {int(Check.TRUSTED)} <> 0 and o.checks & {int(Check.FUTURE | Check.LATE | Check.TEST)} = 0)"
_USABLE = f"o.quality = any(%s) and (o.checks & %s = 0 or {_TRUSTED}) and o.value is not null"
_QUALITIES = [int(Quality.GOOD), int(Quality.SUSPECT), int(Quality.CORRECTED)]
_VALUES = f"""
select coalesce(string_agg(int8send(o.datastream_id) || timestamptz_send(o.at) || float8send(o.value), ''::bytea
                           order by o.datastream_id, o.at), ''::bytea)
from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) as given (id, since, until)
join sensing_observation o on o.datastream_id = given.id and o.at between given.since and given.until
where {_USABLE}
"""
_NEWEST = f"""
select given.id, found.at from unnest(%s::bigint[]) as given (id) cross join lateral (
    select o.at from sensing_observation o where o.datastream_id = given.id and {_USABLE} order by o.at desc limit 1
) as found
"""
_COUNT = "select count(*) from sensing_observation where datastream_id = any(%s) and at between %s and %s"


def usable_values(stretches: Sequence[tuple[int, int, int]]) -> tuple[Integers, Times, Floats]:
    """This will give the values of (datastream, since, until) in microseconds, both ends inclusive, by stream and time.

    Each datastream may stand there once. Left out is what rules do not judge: missing, bad, test and future values.
    """
    given: list[Any] = [
        [each[0] for each in stretches],
        [_moment(each[1]) for each in stretches],
        [_moment(each[2]) for each in stretches],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_VALUES, [*given, _QUALITIES, UNJUDGED])
        rows = np.frombuffer(bytes(cursor.fetchone()[0]), dtype=_ROW)
    return (
        rows["stream"].astype(np.int64),
        rows["at"].astype(np.int64) + POSTGRES_EPOCH_US,
        rows["value"].astype(np.float64),
    )


def newest_usable(datastream_ids: Iterable[int]) -> dict[int, int]:
    """This will give the time in microseconds of each datastream's newest usable value, where it has one."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [list(datastream_ids), _QUALITIES, UNJUDGED])
        return {row[0]: round(row[1].timestamp() * 1e6) for row in cursor.fetchall()}


def observations_between(datastream_ids: Iterable[int], since: datetime, until: datetime) -> int:
    """This will count what is stored of some datastreams in a period."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(datastream_ids), since, until])
        return int(cursor.fetchone()[0])


def datastreams_in_use(datastream_ids: Iterable[int]) -> list[Datastream]:
    """This will give datastreams of things in use, with thing and property."""
    rows = Datastream.objects.filter(pk__in=list(datastream_ids), thing__retired_at=None)
    return list(rows.select_related("thing", "observed_property").order_by("id"))


def siblings_of(datastream_ids: Iterable[int]) -> dict[int, dict[str, Datastream]]:
    """This will give, for each datastream, all those of its thing by the code of their property."""
    wanted = set(datastream_ids)
    things = dict(Datastream.objects.filter(pk__in=wanted).values_list("pk", "thing_id")) if wanted else {}
    of_thing = datastreams_by_thing(things.values()) if things else {}
    return {pk: of_thing.get(thing_id, {}) for pk, thing_id in things.items()}


def datastreams_by_thing(thing_ids: Iterable[int]) -> dict[int, dict[str, Datastream]]:
    """This will give the datastreams of things by the code of their property."""
    found: dict[int, dict[str, Datastream]] = {}
    rows = Datastream.objects.filter(thing_id__in=set(thing_ids)).select_related("thing", "observed_property")
    for each in rows.order_by("id"):
        found.setdefault(each.thing_id, {})[each.observed_property.code] = each
    return found


def _moment(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
