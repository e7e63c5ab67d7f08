# SPDX-License-Identifier: Apache-2.0
"""Where vehicles and boats are: the newest fix of each, for the map. Their tracks are in the observations."""

from datetime import UTC, datetime, timedelta

from django.db import connection

from anshu.domain.sensing.selectors.registry import Newest, Registry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEEP = """
insert into sensing_position as old (thing_id, at, point, speed, course, moved_at)
select thing_id, at, st_setsrid(st_makepoint(lng, lat), 4326), speed, course, clock_timestamp()
from unnest(%s::bigint[], %s::timestamptz[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])
    as given (thing_id, at, lng, lat, speed, course)
order by thing_id
on conflict (thing_id) do update
    set at = excluded.at, point = excluded.point, speed = excluded.speed, course = excluded.course,
        moved_at = excluded.moved_at
    where excluded.at > old.at
"""
Row = tuple[int, datetime, float, float, float | None, float | None]


def positions_keep(*, registry: Registry, newest: Newest) -> None:
    """This will move the things whose newest values have a longitude and a latitude of the same moment.

    Runs inside the caller's transaction.
    """
    if not registry.moving:
        return
    at = dict(zip(newest.slot.tolist(), zip(newest.at_us.tolist(), newest.value.tolist(), strict=True), strict=True))
    rows = [row for slot in registry.moving.keys() & at.keys() if (row := _row(registry, slot, at)) is not None]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [list(column) for column in zip(*rows, strict=True)])


def _row(registry: Registry, slot: int, at: dict[int, tuple[int, float]]) -> Row | None:
    thing_id, *others = registry.moving[slot]
    moment_us, lng = at[slot]
    lat, speed, course = (
        value for each in others for value in [at[each][1] if at.get(each, (0,))[0] == moment_us else None]
    )
    if lat is None or not (-180 <= lng <= 180 and -90 <= lat <= 90):
        return None
    return thing_id, _EPOCH + timedelta(microseconds=moment_us), lng, lat, speed, course
