# SPDX-License-Identifier: Apache-2.0
"""A million observations over MQTT, stored and judged, against a raw copy; alarms' latency, also in a flood."""

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from anshu.project.demo import PASSWORD
from anshu.project.demo.client import Person
from anshu.wire.mqtt.sending import connect, publish
from tools.bench.report import Target, finish
from tools.running import Platform, platform, run

ROOT = Path(__file__).resolve().parents[2]
HOSTS, PARTS, STEPS, RULES = 20, 50, 100, 100
PROPERTIES = tuple(f"bench_{n}" for n in range(10))
STREAMS = HOSTS * PARTS * len(PROPERTIES)
SINGLES = 300_000
STEP_MS = 300_000
THRESHOLD, IN_A_ROW = 97.0, 3
# Messages under way on one connection.
WINDOW = 400
LATENCY_S, LATENCY_RATE, WARM_UP_S = 60, 10_000, 5
SECRET = "bench-secret"

_SETUP = f"""
import django; django.setup()
from django.contrib.gis.geos import Point
from django.utils import timezone
from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
from anshu.kernel.org.models import Division
known = [ObservedProperty.objects.create(code=code, name=code, unit="1", minimum=-1000, maximum=1000, step_max=500)
         for code in {PROPERTIES!r}]
villages = list(Division.objects.filter(level="village").values_list("code", flat=True))
things = []
for host in range({HOSTS} + 1):
    parent = Thing.objects.create(code=f"H{{host}}", name=f"H{{host}}", kind="plant", protocol="mqtt",
        address=f"h{{host}}", secret={SECRET!r}, point=Point(119.2, 29.0, srid=4326), division_code=villages[host],
        sector_code="flood")
    for part in range({PARTS}):
        things.append(Thing(code=f"H{{host}}-{{part}}", name=f"H{{host}}-{{part}}", kind="plant", protocol="mqtt",
            address=f"h{{host}}/{{part}}", secret={SECRET!r}, parent=parent, point=parent.point,
            division_code=parent.division_code, sector_code="flood"))
Thing.objects.bulk_create(things)
Datastream.objects.bulk_create(
    [Datastream(thing=thing, observed_property=prop, name=prop.code) for thing in things for prop in known])
streams = Datastream.objects.filter(observed_property__code="bench_0", thing__in=things).order_by("id")
for stream in streams[:{RULES}]:
    Rule.objects.create(datastream=stream, name="b", yellow={THRESHOLD}, source="bench",
        duration_s={STEP_MS // 1000 * (IN_A_ROW - 1)}, valid_from=timezone.now() - timezone.timedelta(days=365))
"""
_COUNT = """
import django, json; django.setup()
from django.db import connection
from anshu.domain.alerts.models import Alarm
with connection.cursor() as cursor:
    cursor.execute("select count(*) from sensing_observation o join sensing_datastream d on d.id = o.datastream_id"
        " join sensing_thing t on t.id = d.thing_id where t.code like 'H%'")
    print(json.dumps([cursor.fetchone()[0], Alarm.objects.filter(thing__code__startswith="H").count()]))
"""


def values_of(steps: int, seed: int) -> np.ndarray[Any, Any]:
    """This will make values [step, host, part, property] that pass the threshold now and then, often for a while."""
    rng = np.random.default_rng(seed)
    noise = rng.random((steps, HOSTS, PARTS, len(PROPERTIES))) * 100
    held = np.repeat(rng.random((steps // 5 + 1, HOSTS, PARTS, len(PROPERTIES))) > 0.97, 5, axis=0)[:steps]
    return np.round(np.where(held, 98.0, noise), 1)


def openings(values: np.ndarray[Any, Any]) -> int:
    """This will count, in plain Python, how often a judged stream stays at or above the threshold long enough."""
    count = 0
    judged = [(number // PARTS, number % PARTS) for number in range(RULES)]
    for host, part in judged:
        stayed, is_open = 0, False
        for value in values[:, host, part, 0].tolist():
            stayed = stayed + 1 if value >= THRESHOLD else 0
            if not stayed:
                is_open = False
            elif stayed >= IN_A_ROW and not is_open:
                count, is_open = count + 1, True
    return count


# ---- what is sent


def _hundreds(values: np.ndarray[Any, Any], host: int, first_ms: int) -> Iterator[bytes]:
    """This will give a host's messages of a hundred observations."""
    topic = f"anshu/h{host}/up".encode()
    for number, body in enumerate(bodies(values, host, first_ms)):
        yield publish(topic, number, body, version=5)


def bodies(values: np.ndarray[Any, Any], host: int, first_ms: int) -> Iterator[bytes]:
    """This will give what a host says: ten moments of ten properties of one part each."""
    for block in range(0, len(values), 10):
        times = [first_ms + STEP_MS * step for step in range(block, block + 10)]
        for part in range(PARTS):
            columns = values[block : block + 10, host, part].T.tolist()
            body = {"thing": f"h{host}/{part}", "times": times, "values": dict(zip(PROPERTIES, columns, strict=True))}
            yield json.dumps(body, separators=(",", ":")).encode()


def _ones(values: np.ndarray[Any, Any], host: int, first_ms: int) -> Iterator[bytes]:
    """This will give a host's messages of one observation each, in the order of time."""
    topic, number = f"anshu/h{host}/up".encode(), 0
    for step in range(len(values)):
        for part in range(PARTS):
            for name, value in zip(PROPERTIES, values[step, host, part].tolist(), strict=True):
                body = f'{{"thing":"h{host}/{part}","time":{first_ms + STEP_MS * step},"values":{{"{name}":{value}}}}}'
                yield publish(topic, number, body.encode(), version=5)
                number += 1


async def _line(running: Platform, name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*running.address("ANSHU_INGEST_MQTT"), limit=1 << 20)
    writer.write(connect(name, SECRET, version=5))
    head = await reader.readexactly(2)
    answer = await reader.readexactly(head[1])
    if answer[1]:
        raise RuntimeError(f"{name} was refused: {answer[1]:02x}")
    return reader, writer


async def _send(running: Platform, host: int, messages: Sequence[bytes]) -> None:
    """This will send a host's messages, so many at a time, until every one is acknowledged."""
    reader, writer = await _line(running, f"h{host}")
    sent = acknowledged = odd = 0
    while acknowledged < len(messages):
        if sent < len(messages) and sent - acknowledged <= WINDOW // 2:
            upto = min(len(messages), acknowledged + WINDOW)
            writer.write(b"".join(messages[sent:upto]))
            sent = upto
        data = await reader.read(65_536)
        if not data:
            raise RuntimeError(f"h{host} was cut off after {acknowledged} of {len(messages)}")
        odd += len(data)
        acknowledged, odd = acknowledged + odd // 4, odd % 4
    writer.close()


async def _load(running: Platform, make: Callable[[int], Iterable[bytes]]) -> float:
    """This will send every host's messages, made beforehand, and give the seconds until the last acknowledgement."""
    messages = [list(make(host)) for host in range(HOSTS)]
    start = time.perf_counter()
    await asyncio.gather(*(_send(running, host, messages[host]) for host in range(HOSTS)))
    return time.perf_counter() - start


# ---- the raw limit


_ROW = np.dtype(
    [("n", ">i2"), ("a", ">i4"), ("id", ">i8"), ("b", ">i4"), ("at", ">i8"), ("c", ">i4"), ("value", ">f8"),
     ("d", ">i4"), ("quality", ">i2"), ("e", ">i4"), ("checks", ">i4"), ("f", ">i4"), ("received", ">i8")]
)  # fmt: skip


def raw_copy(url: str, values: np.ndarray[Any, Any], first_ms: int) -> float:
    """This will copy the same rows into a table of the same shape and index, 10,000 a transaction; rows/s."""
    rows = np.zeros(values.size, dtype=_ROW)
    for name, size in (("n", 6), ("a", 8), ("b", 8), ("c", 8), ("d", 2), ("e", 4), ("f", 8)):
        rows[name] = size
    shaped = rows.reshape(len(values) // 10, HOSTS * PARTS, len(PROPERTIES), 10)
    stream = np.arange(STREAMS).reshape(1, HOSTS * PARTS, len(PROPERTIES), 1)
    step = np.arange(len(values)).reshape(len(values) // 10, 1, 1, 10)
    shaped["id"] = stream
    shaped["at"] = (first_ms + step * STEP_MS) * 1000 - 946_684_800_000_000
    shaped["value"] = values.reshape(-1, 10, HOSTS * PARTS, len(PROPERTIES)).transpose(0, 2, 3, 1)
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("create table bench_raw (like sensing_observation including all) partition by range (at)")
        db.execute("create table bench_raw_all partition of bench_raw default")
        start = time.perf_counter()
        for first in range(0, len(rows), 10_000):
            with db.transaction(), db.cursor() as cursor, cursor.copy("copy bench_raw from stdin binary") as copy:
                copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows[first : first + 10_000].tobytes() + b"\xff\xff")
        took = time.perf_counter() - start
        db.execute("drop table bench_raw")
    return len(rows) / took


# ---- latency


@dataclass
class Latency:
    """What was sent when, and what arrived when."""

    sent: dict[str, float] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)
    observations: int = 0
    flooded: int = 0

    @property
    def delays_ms(self) -> list[float]:
        """The delays of those that arrived, in order."""
        return sorted((self.arrived[key] - at) * 1000 for key, at in self.sent.items() if key in self.arrived)


_RULES = """
import django; django.setup()
from django.utils import timezone
from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.models import Datastream
streams = Datastream.objects.filter(observed_property__code="bench_9", thing__code__regex=r"^H[0-9]+-")
for stream in streams.order_by("id"):
    Rule.objects.create(datastream=stream, name="l", yellow=200.0, source="bench",
        valid_from=timezone.now() - timezone.timedelta(days=365))
"""


async def _latency(running: Platform, seconds: int, *, flooding: bool, seed: int) -> Latency:
    result = Latency()
    duty = await asyncio.to_thread(Person, running.url("ANSHU_WEB", ""), "leader", PASSWORD)
    listening = asyncio.create_task(_listen(running, duty.cookie, result))
    await asyncio.sleep(1.0)
    tasks = [asyncio.create_task(_flood(running, result))] if flooding else []
    start = time.perf_counter() + 0.5
    await asyncio.gather(*(_steady(running, host, start, seconds, result, seed) for host in range(HOSTS)))
    end = time.perf_counter() + 15
    while len(result.arrived) < len(result.sent) and time.perf_counter() < end:
        await asyncio.sleep(0.1)
    for task in (*tasks, listening):
        task.cancel()
    return result


async def _steady(running: Platform, host: int, start: float, seconds: int, result: Latency, seed: int) -> None:
    """This will send a part's ten values every so often, and a value beyond its threshold now and then."""
    reader, writer = await _line(running, f"h{host}")
    draining = asyncio.create_task(_drain(reader))
    rate = LATENCY_RATE / HOSTS / len(PROPERTIES)
    topic = f"anshu/h{host}/up".encode()
    values = dict.fromkeys(PROPERTIES, 1.0)
    rng = random.Random(seed * 100 + host)
    crossed: set[int] = set()
    for number in range(int((seconds + WARM_UP_S) * rate)):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        part = number % PARTS
        crosses = part not in crossed and number > WARM_UP_S * rate and rng.random() < 0.02
        if crosses:
            crossed.add(part)
            result.sent[f"H{host}-{part}"] = time.perf_counter()
        body = {"thing": f"h{host}/{part}", "time": int(time.time() * 1000), "values": values}
        if crosses:
            body["values"] = values | {PROPERTIES[9]: 201.0}
        writer.write(publish(topic, number, json.dumps(body).encode(), version=5))
        result.observations += len(values)
    await asyncio.sleep(2.0)
    draining.cancel()
    writer.close()


async def _flood(running: Platform, result: Latency) -> None:
    """This will send as fast as the platform reads, from one device."""
    reader, writer = await _line(running, f"h{HOSTS}")
    draining = asyncio.create_task(_drain(reader))
    number, at = 0, int(time.time() * 1000) - 10_000_000
    topic, name = f"anshu/h{HOSTS}/up".encode(), PROPERTIES[0]
    try:
        while True:
            chunk = []
            for _ in range(500):
                body = f'{{"thing":"h{HOSTS}/1","time":{at + number},"values":{{"{name}":1.0}}}}'
                chunk.append(publish(topic, number, body.encode(), version=5))
                number += 1
            writer.write(b"".join(chunk))
            await writer.drain()
            result.flooded = number
            await asyncio.sleep(0)
    finally:
        draining.cancel()
        writer.close()


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass


async def _listen(running: Platform, cookie: str, result: Latency) -> None:
    host, port = running.address("ANSHU_STREAM")
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /stream/ HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b"data: "):
            event = json.loads(line[6:])
            if event["kind"] == "alarm.raised":
                result.arrived.setdefault(event["thing_name"], time.perf_counter())


_FORGET = """
import django; django.setup()
from django.utils import timezone
from anshu.domain.alerts.models import Rule
for rule in Rule.objects.filter(source="bench"):
    rule.valid_until = timezone.now()
    rule.save()
"""


def peak_mb(running: Platform) -> float:
    """This will give the most memory that ingest has had, in MB."""
    pid = running.supervisor.children["ingest"].process.pid
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measure(*, as_json: bool) -> int:
    """This will run the loads one after the other on one platform and print rates, ratios and latencies."""
    first_ms = int(time.time() * 1000) // STEP_MS * STEP_MS - 20 * 86_400_000
    hundreds, ones = values_of(STEPS, 1), values_of(SINGLES // STREAMS, 2)
    with platform(ROOT / "var" / "bench", environment={"ANSHU_INGEST_DEVICE_RATE": "1000000"}) as running:
        run(running, _SETUP)
        url = running.environment["DATABASE_URL"]
        copied = raw_copy(url, hundreds, first_ms)
        took = asyncio.run(_load(running, lambda host: _hundreds(hundreds, host, first_ms)))
        stored, alarms = json.loads(run(running, _COUNT))
        again = raw_copy(url, hundreds, first_ms)
        later_ms = first_ms + 10 * 86_400_000
        took_ones = asyncio.run(_load(running, lambda host: _ones(ones, host, later_ms)))
        stored_all, alarms_all = json.loads(run(running, _COUNT))
        memory = peak_mb(running)
        stages = json.loads(run(running, f"from tools.stages import show; show({first_ms + 15 * 86_400_000})"))
    with platform(ROOT / "var" / "bench") as running:
        run(running, _SETUP)
        run(running, _RULES)
        quiet = asyncio.run(_latency(running, LATENCY_S, flooding=False, seed=1))
    with platform(ROOT / "var" / "bench") as running:
        run(running, _SETUP)
        run(running, _RULES)
        flooded = asyncio.run(_latency(running, LATENCY_S, flooding=True, seed=2))
    reference = statistics.mean((copied, again))
    targets = [
        Target("hundreds_ratio_to_copy", hundreds.size / took / reference, "", 0.45, at_most=False,
               note=f"{hundreds.size / took:,.0f}/s of {copied:,.0f} and {again:,.0f} rows/s"),
        Target("singles", ones.size / took_ones, "observations/s", 25_000, at_most=False),
        Target("not_stored", hundreds.size + ones.size - stored_all, "observations", 0),
        Target("ingest_memory", memory, "MB", 600),
        Target("openings_off", abs(alarms - openings(hundreds)), "alarms", 0, reference=openings(hundreds)),
        Target("latency_p99", _p99(quiet), "ms", 300, note=_said(quiet)),
        Target("latency_p99_flooded", _p99(flooded), "ms", 600, note=_said(flooded)),
        Target("alarms_lost", len(quiet.sent.keys() - quiet.arrived) + len(flooded.sent.keys() - flooded.arrived),
               "alarms", 0),
    ]  # fmt: skip
    details: dict[str, object] = {
        "datastreams": STREAMS, "rules": RULES, "stored_after_hundreds": stored, "alarms_after_all": alarms_all,
        "flood_sent_per_s": flooded.flooded / LATENCY_S,
        "seconds_by_stage": stages, "seconds_in_all": round(took, 3),
    }  # fmt: skip
    return finish("sensing", targets, as_json=as_json, details=details)


def _p99(result: Latency) -> float:
    delays = result.delays_ms
    if not delays:
        sys.stderr.write(f"no event arrived of {len(result.sent)}\n")
        return float("inf")
    return delays[min(len(delays) - 1, int(len(delays) * 0.99))]


def _said(result: Latency) -> str:
    delays = result.delays_ms
    middle = statistics.median(delays) if delays else float("nan")
    return f"p50 {middle:.0f} ms of {len(delays)} alarms, {result.observations:,} observations"
