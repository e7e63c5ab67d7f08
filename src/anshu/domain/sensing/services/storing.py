# SPDX-License-Identifier: Apache-2.0
"""Storing observations by the batch: one statement for any number of rows, each row once.

Called by the ingest process inside its transaction. Arrays go to PostgreSQL in its own binary form, so that no value
passes through Python one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from django.db import connection, transaction

from anshu.domain.sensing.choices import Quality, Way
from anshu.domain.sensing.models import Exchange, Thing
from anshu.domain.sensing.rules import (
    FUTURE_US,
    NEVER,
    UNJUDGED,
    Booleans,
    Check,
    Checked,
    Contradictions,
    Floats,
    Integers,
    Times,
    contradictions,
    maintained,
    quality_checks,
    quality_sql,
    unchanged_since,
)
from anshu.domain.sensing.selectors.packed import POSTGRES_EPOCH_US
from anshu.domain.sensing.selectors.registry import Newest, Registry
from anshu.domain.sensing.services.aggregating import hours_mark, late_mark
from anshu.domain.sensing.services.arrays import FLOAT, INT4, INT8, TIME, binary_cursor, encoded

_GOOD = int(Quality.GOOD)
# Fewer rows than this gain nothing from a copy.
_COPY_FROM = 200
_OLDEST_MONTH_US = 20 * 365 * 86_400_000_000
_DAY_US = 86_400_000_000


@dataclass(slots=True)
class Columns:
    """Observations waiting to be stored, column by column. Values are as stored (converted); NaN is missing."""

    slot: list[int] = field(default_factory=list)
    at_us: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    test: list[bool] = field(default_factory=list)

    def add(self, slot: int, at_us: int, value: float, sent: int, test: bool) -> None:
        """This will append one observation."""
        self.slot.append(slot)
        self.at_us.append(at_us)
        self.value.append(value)
        self.sent.append(sent)
        self.test.append(test)

    def extend(self, slot: Sequence[int], at_us: Sequence[int], value: Sequence[float], test: bool) -> None:
        """This will append observations that their sender vouches for."""
        self.slot.extend(slot)
        self.at_us.extend(at_us)
        self.value.extend(value)
        self.sent.extend([_GOOD] * len(slot))
        self.test.extend([test] * len(slot))

    def __len__(self) -> int:
        return len(self.slot)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch brought that was not there before and may be judged, by datastream and time."""

    datastream_id: Integers
    at_us: Times
    value: Floats
    new: int
    repeated: int
    newest: Newest
    # The last time stored of each slot, whatever its quality.
    stored_slot: Integers
    stored_at_us: Times


_INSERT = """
with given as (
    select * from unnest(%s, %s, %s, %s, %s) as given (datastream_id, at, value, quality, checks)
), stored as (
    insert into sensing_observation as old (datastream_id, at, value, quality, checks, received_at)
    select datastream_id, at, nullif(value, 'NaN'), quality, checks, %s from given
    on conflict (datastream_id, at) do update
        set value = excluded.value, quality = excluded.quality, checks = excluded.checks,
            received_at = excluded.received_at
        where old.checks & 64 <> 0 and excluded.checks & 64 = 0
    returning datastream_id, at
)
select coalesce(string_agg(int8send(datastream_id) || timestamptz_send(at), ''::bytea), ''::bytea) from stored
"""
# A real report takes the place of a test report's value (check bit 64); anything else that is there stays.

_LATEST = """
insert into sensing_latest as old (datastream_id, at, value, quality, same_since, received_at)
select datastream_id, at, value, quality, same_since, %s
from unnest(%s, %s, %s, %s, %s) as given (datastream_id, at, value, quality, same_since)
on conflict (datastream_id) do update
    set at = excluded.at, value = excluded.value, quality = excluded.quality, same_since = excluded.same_since,
        received_at = excluded.received_at
    where excluded.at > old.at
"""


def observations_store(*, registry: Registry, columns: Columns, now: datetime) -> Stored:
    """This will check and store a batch inside the caller's transaction; gives what is new and fit to be judged.

    A datastream's time that is there already stays as it is, so that a frame sent again changes nothing.
    """
    rows, again = _ordered(registry, columns)
    slot, at_us, value = rows.slot, rows.at_us, rows.value
    ids = registry.datastream_ids[slot]
    checked, told = _checked(registry, rows, now)
    quality, checks = checked.quality, checked.checks
    cursor = binary_cursor()
    ready = _Rows(ids, at_us, value, quality, checks)
    new = _copy(cursor, ready, now) if _surely_new(registry, slot, at_us) else None
    if new is None:
        new = _insert(cursor, ready, now)
    late_mark(datastream_ids=ids, at_us=at_us, new=new, now_us=round(now.timestamp() * 1e6))
    if len(again) or not new.all():
        _repeats(cursor, registry, (rows.only(~new), again), now)
    if told is not None and len(told.stored_slot):
        _contradicted(cursor, registry, told)
    good = (quality == Quality.GOOD) | (quality == Quality.SUSPECT)
    newest = _newest(slot, new & good & (checked.since_us != NEVER))
    last = np.append(slot[1:] != slot[:-1], True)
    judged = new & good & (checks & UNJUDGED == 0)
    return Stored(
        datastream_id=ids[judged],
        at_us=at_us[judged],
        value=value[judged],
        new=int(new.sum()),
        repeated=len(columns) - int(new.sum()),
        newest=Newest(slot[newest], at_us[newest], value[newest], quality[newest], checked.since_us[newest]),
        stored_slot=slot[last],
        stored_at_us=at_us[last],
    )


def _checked(registry: Registry, rows: "_Given", now: datetime) -> tuple[Checked, Contradictions | None]:
    """This will run every check of a batch; gives also the values stored before that it contradicts."""
    slot, at_us, value = rows.slot, rows.at_us, rows.value
    limits = registry.limits.at(slot)
    more = np.zeros(len(slot), dtype=np.int64)
    if registry.windows:
        inside = maintained(slot=slot, at_us=at_us, windows=registry.windows, concerned=registry.in_windows)
        more[inside] |= int(Check.MAINTENANCE)
    found = None
    if len(registry.pairs.slot):
        # What cannot be true, or was not measured, contradicts nothing.
        doubtful = (value < limits.minimum) | (value > limits.maximum) | rows.test | (more != 0)
        found = contradictions(
            slot=slot,
            at_us=at_us,
            value=np.where(doubtful, np.nan, value),
            pairs=registry.pairs,
            last_at_us=registry.last_at_us,
            last_value=registry.last_value,
        )
        more[found.rows] |= int(Check.INCONSISTENT)
    checked = quality_checks(
        stream=slot,
        at_us=at_us,
        value=value,
        sent=rows.sent,
        test=rows.test,
        limits=limits,
        before=registry.before(slot),
        now_us=round(now.timestamp() * 1e6),
        more=more,
    )
    return checked, found


def latest_store(*, registry: Registry, newest: Newest, now: datetime) -> None:
    """This will write the newest good values, each datastream once, inside the caller's transaction."""
    if len(newest.slot):
        given = [
            encoded(INT8, registry.datastream_ids[newest.slot]),
            encoded(TIME, newest.at_us - POSTGRES_EPOCH_US),
            encoded(FLOAT, newest.value),
            encoded(INT4, newest.quality),
            encoded(TIME, newest.since_us - POSTGRES_EPOCH_US),
        ]
        binary_cursor().execute(_LATEST, [now, *given], prepare=True, binary=True)


_FRESH = """
select coalesce(string_agg(int8send(id) || timestamptz_send(at) || float8send(value) || int8send(quality), ''::bytea
                           order by id, at), ''::bytea)
from (
    select given.id, o.at, o.value, o.quality,
           max(o.at) over (partition by given.id order by o.received_at, o.at
                           rows between unbounded preceding and 1 preceding) as seen_at
    from unnest(%s, %s) as given (id, at) cross join lateral (
        select at, value, quality, received_at from sensing_observation
        where datastream_id = given.id and at > given.at and at <= %s and quality <= 1 and checks & 72 = 0
        order by at desc limit 5000
    ) o
) as fresh
where seen_at is null or seen_at < at
"""
_FRESH_ROW = np.dtype([("id", ">i8"), ("at", ">i8"), ("value", ">f8"), ("quality", ">i8")])


@transaction.atomic
def latest_recover(*, registry: Registry, now: datetime) -> int:
    """This will bring the newest values up to what is stored: a process that was killed may not have written them.

    What it remembered goes on by the rule by which it would have gone on itself. Gives the number of datastreams that
    were behind.
    """
    earliest = round((now - timedelta(days=2)).timestamp() * 1e6)
    known = np.where(registry.last_at_us == NEVER, earliest, registry.last_at_us)
    cursor = binary_cursor()
    row = cursor.execute(
        _FRESH,
        [
            encoded(INT8, registry.datastream_ids),
            encoded(TIME, known - POSTGRES_EPOCH_US),
            now + timedelta(microseconds=FUTURE_US),
        ],
        binary=True,
    ).fetchone()
    fresh = np.frombuffer(bytes(row[0]) if row else b"", dtype=_FRESH_ROW)
    if not len(fresh):
        return 0
    by_id = np.argsort(registry.datastream_ids)
    slot = by_id[np.searchsorted(registry.datastream_ids[by_id], fresh["id"].astype(np.int64))]
    at_us, value = fresh["at"].astype(np.int64) + POSTGRES_EPOCH_US, fresh["value"].astype(np.float64)
    everything = np.ones(len(slot), dtype=np.bool_)
    flat_after_us = registry.limits.flat_after_us[slot]
    since_us = unchanged_since(slot, at_us, value, everything, registry.before(slot), flat_after_us)
    last = _newest(slot, everything)
    newest = Newest(slot[last], at_us[last], value[last], fresh["quality"].astype(np.int64)[last], since_us[last])
    latest_store(registry=registry, newest=newest, now=now)
    registry.remember(newest)
    registry.unwritten[newest.slot] = False
    registry.stored_to_us[newest.slot] = np.maximum(registry.stored_to_us[newest.slot], newest.at_us)
    return len(newest.slot)


def _surely_new(registry: Registry, slot: Integers, at_us: Times) -> bool:
    """This will tell whether every row is newer than all we stored of its stream; another writer is found later."""
    return len(slot) >= _COPY_FROM and bool((at_us > registry.stored_to_us[slot]).all())


@dataclass(frozen=True, slots=True)
class _Given:
    """Observations of a batch as they came, column by column."""

    slot: Integers
    at_us: Times
    value: Floats
    sent: Integers
    test: Booleans

    def only(self, rows: Booleans) -> "_Given":
        """This will give some of them."""
        return _Given(self.slot[rows], self.at_us[rows], self.value[rows], self.sent[rows], self.test[rows])

    def __len__(self) -> int:
        return len(self.slot)


def _ordered(registry: Registry, columns: Columns) -> tuple[_Given, _Given]:
    """This will turn lists to arrays, ordered by stream and time, each (stream, time) once: the first that came.

    The others are given beside them.
    """
    slot = np.array(columns.slot, dtype=np.int64)
    at_us = np.array(columns.at_us, dtype=np.int64)
    test = np.array(columns.test, dtype=np.bool_)
    # lexsort is stable, so equal keys keep the order of arrival; a test report stands behind a real one.
    order = np.lexsort((test, at_us, registry.datastream_ids[slot]))
    value, sent = np.array(columns.value, dtype=np.float64), np.array(columns.sent, dtype=np.int64)
    given = _Given(slot[order], at_us[order], value[order], sent[order], test[order])
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (given.slot[1:] != given.slot[:-1]) | (given.at_us[1:] != given.at_us[:-1])
    return given.only(first), given.only(~first)


_REPEATS = """
insert into sensing_repeats as old (thing_id, same, different, since, last_at, difference)
select d.thing_id, count(*) filter (where not other), count(*) filter (where other), %(now)s, %(now)s,
       (array_agg(jsonb_build_object('datastream', given.id, 'at', given.at, 'stored', o.value,
                                     'sent', nullif(given.value, 'NaN'))
                  order by given.at desc) filter (where other))[1]
from unnest(%(ids)s, %(at)s, %(value)s) as given (id, at, value)
join sensing_datastream d on d.id = given.id
join sensing_observation o on o.datastream_id = given.id and o.at = given.at
cross join lateral (
    -- A value that a person corrected is not contradicted by what it was.
    select o.checks & 128 = 0 and o.value is distinct from nullif(given.value, 'NaN') as other
) as compared
group by d.thing_id order by d.thing_id
on conflict (thing_id) do update
    set same = old.same + excluded.same, different = old.different + excluded.different, last_at = excluded.last_at,
        difference = coalesce(excluded.difference, old.difference)
"""


def _repeats(cursor: "psycopg.Cursor[Any]", registry: Registry, given: Sequence[_Given], now: datetime) -> None:
    """This will count what came for an instant that has a value already, and note where it says something else."""
    cursor.execute(
        _REPEATS,
        {
            "ids": encoded(INT8, np.concatenate([registry.datastream_ids[each.slot] for each in given])),
            "at": encoded(TIME, np.concatenate([each.at_us for each in given]) - POSTGRES_EPOCH_US),
            "value": encoded(FLOAT, np.concatenate([each.value for each in given])),
            "now": now,
        },
    )


_CONTRADICTED = f"""
update sensing_observation o set checks = checks | {int(Check.INCONSISTENT)},
    quality = {quality_sql(f"checks | {int(Check.INCONSISTENT)}")}
from unnest(%s, %s) as given (id, at) where o.datastream_id = given.id and o.at = given.at
"""


def _contradicted(cursor: "psycopg.Cursor[Any]", registry: Registry, told: Contradictions) -> None:
    """This will flag values of an earlier batch that contradict one of this batch."""
    ids, at_us = registry.datastream_ids[told.stored_slot], told.stored_at_us
    cursor.execute(_CONTRADICTED, [encoded(INT8, ids), encoded(TIME, at_us - POSTGRES_EPOCH_US)])
    hours_mark(datastream_ids=ids, at_us=at_us)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What goes into the table, column by column."""

    ids: Integers
    at_us: Times
    value: Floats
    quality: Integers
    checks: Integers


# A row of PostgreSQL's binary copy: the number of columns, then each with its size.
_COPY_ROW = np.dtype(
    [
        ("columns", ">i2"),
        ("id_size", ">i4"),
        ("id", ">i8"),
        ("at_size", ">i4"),
        ("at", ">i8"),
        ("value_size", ">i4"),
        ("value", ">f8"),
        ("quality_size", ">i4"),
        ("quality", ">i2"),
        ("checks_size", ">i4"),
        ("checks", ">i4"),
        ("received_size", ">i4"),
        ("received", ">i8"),
    ]
)
_COPY_SIZES = {"id_size": 8, "at_size": 8, "value_size": 8, "quality_size": 2, "checks_size": 4, "received_size": 8}
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY = "copy sensing_observation (datastream_id, at, value, quality, checks, received_at) from stdin binary"


def _copy(cursor: "psycopg.Cursor[Any]", rows: _Rows, now: datetime) -> Booleans | None:
    """This will copy the rows in, twice as fast as an insert; None when one of them is there already.

    Missing values are NULL, of another length than a value: a batch that has any is left to the insert.
    """
    if np.isnan(rows.value).any():
        return None
    body = np.empty(len(rows.ids), dtype=_COPY_ROW)
    body["columns"] = 6
    for name, size in _COPY_SIZES.items():
        body[name] = size
    body["id"], body["at"], body["value"] = rows.ids, rows.at_us - POSTGRES_EPOCH_US, rows.value
    body["quality"], body["checks"] = rows.quality, rows.checks
    body["received"] = round(now.timestamp() * 1e6) - POSTGRES_EPOCH_US
    cursor.execute("savepoint copying")
    try:
        with cursor.copy(_COPY) as copy:
            copy.write(_COPY_HEAD + body.tobytes() + b"\xff\xff")
    except psycopg.errors.UniqueViolation:
        cursor.execute("rollback to savepoint copying")
        return None
    cursor.execute("release savepoint copying")
    return np.ones(len(rows.ids), dtype=np.bool_)


def _insert(cursor: "psycopg.Cursor[Any]", rows: _Rows, now: datetime) -> Booleans:
    """This will insert the rows and tell which of them were new."""
    ids, at_us = rows.ids, rows.at_us
    given = [
        encoded(INT8, ids),
        encoded(TIME, at_us - POSTGRES_EPOCH_US),
        encoded(FLOAT, rows.value),
        encoded(INT4, rows.quality),
        encoded(INT4, rows.checks),
    ]
    row = cursor.execute(_INSERT, [*given, now], prepare=True, binary=True).fetchone()
    back = np.frombuffer(bytes(row[0]) if row else b"", dtype=">i8").reshape(-1, 2)
    if len(back) == len(ids):
        return np.ones(len(ids), dtype=np.bool_)
    stored = set(map(tuple, back.tolist()))
    pairs = zip(ids.tolist(), (at_us - POSTGRES_EPOCH_US).tolist(), strict=True)
    return np.fromiter((each in stored for each in pairs), dtype=np.bool_, count=len(ids))


def _newest(slot: Integers, wanted: Booleans) -> Integers:
    """This will find the last wanted row of each stream."""
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return rows
    last = np.ones(len(rows), dtype=np.bool_)
    last[:-1] = slot[rows[1:]] != slot[rows[:-1]]
    return rows[last]


def months_ensure(*, at_us: Times, made: set[int], now: datetime) -> None:
    """This will make the partitions of the months that the times lie in; `made` remembers them.

    Times that no station can mean get no partition of their own: they go where everything else goes. It runs in its
    own transaction, because making a partition locks the table.
    """
    now_us = round(now.timestamp() * 1e6)
    credible = at_us[(at_us > now_us - _OLDEST_MONTH_US) & (at_us < now_us + _DAY_US)]
    months = np.unique(credible.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64))
    for month in months.tolist():
        if month not in made:
            first_at = datetime(1970 + month // 12, month % 12 + 1, 1, tzinfo=UTC)
            with transaction.atomic(), connection.cursor() as cursor:
                # Two processes may want the same month: the second waits and finds it made.
                cursor.execute("select pg_advisory_xact_lock(330825, 2)")
                cursor.execute("select sensing_partition(%s)", [first_at])
            made.add(month)


def contacts_keep(*, heard: Mapping[int, str], now: datetime) -> None:
    """This will note that things were heard, with where from, inside the caller's transaction."""
    if heard:
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into sensing_contact as old (thing_id, heard_at, peer)"
                " select t.id, %s, given.peer from unnest(%s::bigint[], %s::text[]) as given (id, peer)"
                " join sensing_thing t on t.id = given.id order by t.id"
                " on conflict (thing_id) do update set heard_at = excluded.heard_at, peer = excluded.peer",
                [now, list(heard), [peer[:80] for peer in heard.values()]],
            )


_MOST_RAW = 4_096


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A frame of a thing, or for it, to keep for diagnosis."""

    thing_id: int
    way: Way
    kind: str
    raw: bytes


def exchanges_keep(*, frames: Sequence[Exchanged], now: datetime) -> None:
    """This will keep frames in both directions for diagnosis, inside the caller's transaction."""
    if frames:
        known = set(Thing.objects.filter(pk__in={each.thing_id for each in frames}).values_list("pk", flat=True))
        Exchange.objects.bulk_create(
            Exchange(thing_id=each.thing_id, at=now, way=each.way, kind=each.kind[:40], raw=each.raw[:_MOST_RAW])
            for each in frames
            if each.thing_id in known
        )
