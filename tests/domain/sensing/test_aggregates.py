# SPDX-License-Identifier: Apache-2.0
"""Minutes, hours and days are what the raw rows say, however late they come."""

import random
from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from tests.cast import datastream, thing

from anshu.domain.sensing.models import Observation
from anshu.domain.sensing.selectors import registry_load
from anshu.domain.sensing.selectors.history import STEP_S, Step, curves
from anshu.domain.sensing.services import Columns, months_ensure, observation_correct, observations_store
from anshu.domain.sensing.services.aggregating import aggregates_close
from anshu.kernel.audit.actor import platform
from anshu.wire.base import CHINA

START = datetime(2026, 7, 1, 0, 0, tzinfo=CHINA)
USABLE = (0, 1, 4)


@pytest.fixture
def streams(db):
    station = thing(report_interval_s=30)
    return [datastream(station), datastream(thing("RV002", "二号站", address="2"))]


def store(rows, now):
    """Stores (datastream, at, value) as ingest does."""
    registry = registry_load(now=now)
    slots = {pk: slot for slot, pk in enumerate(registry.datastream_ids.tolist())}
    columns = Columns()
    for stream, at, value in rows:
        columns.add(slots[stream.pk], round(at.timestamp() * 1e6), value, 0, False)
    months_ensure(at_us=np.array(columns.at_us, dtype=np.int64), made=set(), now=now)
    return observations_store(registry=registry, columns=columns, now=now)


def expected(stream, since, until, step):
    """The same, reckoned row by row."""
    width = STEP_S[step]
    buckets = defaultdict(list)
    rows = Observation.objects.filter(datastream=stream, at__gte=since, at__lt=until).order_by("at")
    for row in rows:
        if not row.checks & 64:
            epoch = row.at.timestamp() + 8 * 3600
            buckets[int((epoch // width * width - 8 * 3600) * 1e6)].append(row)
    found = []
    for at_us in sorted(buckets):
        values = [row.value for row in buckets[at_us] if row.quality in USABLE and row.value is not None]
        good = sum(row.quality in (0, 4) and row.value is not None for row in buckets[at_us])
        ends = (min(values), max(values), sum(values)) if values else (None, None, None)
        found.append((at_us, *ends, len(values), good, len(buckets[at_us])))
    return found


def told(stream, since, until, step):
    """What the reader gives."""
    [curve] = curves([stream], since, until, step)
    columns = (curve.at_us, curve.low, curve.high, curve.total, curve.usable, curve.good, curve.reported)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [tuple(None if each != each else each for each in row) for row in rows]


def agree(streams, since, until):
    """Holds every step of every stream to the raw rows."""
    for stream in streams:
        for step in (Step.MINUTE, Step.HOUR, Step.DAY):
            assert told(stream, since, until, step) == expected(stream, since, until, step), step


def shuffled(streams, number, seed, days):
    """Values that add up exactly, at random times; some are out of range, some missing."""
    dice = random.Random(seed)
    rows = {}
    for _ in range(number):
        at = START + timedelta(seconds=dice.randrange(days * 86_400))
        value = dice.choice((float("nan"), 99_999.0, *(dice.randrange(800) / 4 for _ in range(8))))
        rows[dice.choice(streams), at] = value
    rows = [(*key, value) for key, value in rows.items()]
    dice.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_readers_are_exact_before_during_and_after_closing(streams, seed):
    until = START + timedelta(days=3)
    rows = shuffled(streams, 1500, seed, 3)
    clock = START + timedelta(hours=5)
    for number in range(0, len(rows), 250):
        store(rows[number : number + 250], clock)
        agree(streams, START, until)
        clock += timedelta(hours=11)
        aggregates_close(now=clock)
        agree(streams, START, until)


def test_tables_hold_what_the_raw_rows_say_once_all_is_closed(streams):
    rows = shuffled(streams, 800, 9, 2)
    store(rows[:400], START + timedelta(days=1))
    aggregates_close(now=START + timedelta(days=3))
    store(rows[400:], START + timedelta(days=3))
    aggregates_close(now=START + timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from sensing_stale")
        assert cursor.fetchone()[0] == 0
        cursor.execute("select datastream_id, sum(reported), count(*), min(first_at) from sensing_day group by 1")
        days = {row[0]: row[1:] for row in cursor.fetchall()}
    for stream in streams:
        kept = Observation.objects.filter(datastream=stream)
        usable = kept.filter(quality__in=USABLE, value__isnull=False)
        assert days[stream.pk] == (kept.count(), 2, usable.order_by("at").first().at)
    agree(streams, START, START + timedelta(days=3))


def test_a_row_in_time_leaves_no_mark(streams):
    now = START + timedelta(hours=9)
    store([(streams[0], now - timedelta(minutes=59), 1.0)], now)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from sensing_stale")
        assert cursor.fetchone()[0] == 0


def test_a_row_sent_again_late_leaves_no_mark(streams):
    row = (streams[0], START, 1.0)
    store([row], START + timedelta(minutes=1))
    store([row], START + timedelta(hours=9))
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from sensing_stale")
        assert cursor.fetchone()[0] == 0


def test_a_correction_reaches_the_closed_hour_and_day(streams):
    stream, now = streams[0], START + timedelta(days=2)
    store([(stream, START + timedelta(hours=n), float(n)) for n in range(30)], now)
    aggregates_close(now=now)
    observation_correct(
        datastream=stream,
        at=START + timedelta(hours=3),
        value=500.0,
        reason="核对人工读数",
        actor=platform("t"),
        now=now,
    )
    [before] = [row for row in told(stream, START, START + timedelta(days=1), Step.DAY)]
    aggregates_close(now=now)
    [after] = [row for row in told(stream, START, START + timedelta(days=1), Step.DAY)]
    assert before == after
    assert after[2] == 500.0


def test_days_are_those_of_people_in_china(streams):
    late_evening = START + timedelta(hours=23, minutes=59)
    store(
        [(streams[0], late_evening, 1.0), (streams[0], late_evening + timedelta(minutes=2), 2.0)],
        START + timedelta(days=3),
    )
    aggregates_close(now=START + timedelta(days=4))
    assert [row[3] for row in told(streams[0], START, START + timedelta(days=2), Step.DAY)] == [1.0, 2.0]
