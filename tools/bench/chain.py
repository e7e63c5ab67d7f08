# SPDX-License-Identifier: Apache-2.0
"""From the first byte on the socket to the event on an open live stream, at 1,000 observations a second."""

import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from anshu.project.demo import PASSWORD
from anshu.project.demo.client import Person
from anshu.wire.sl651 import Group, Station, encode_uplink
from tools.bench.report import Target, finish
from tools.running import Platform, platform, run

ROOT = Path(__file__).resolve().parents[2]
STATIONS, CONNECTIONS, SECONDS, WARM_UP_S = 250, 25, 60, 5
CROSSINGS_A_SECOND = 5
CHINA = timezone(timedelta(hours=8))
PROPERTIES = ("water_level", "rain_5min", "rain_1h", "voltage")
THRESHOLD = 5.0

_SETUP = f"""
import django; django.setup()
from django.contrib.gis.geos import Point
from django.utils import timezone
from anshu.domain.alerts.models import Rule
from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
from anshu.kernel.org.models import Division
known = {{row.code: row for row in ObservedProperty.objects.all()}}
villages = list(Division.objects.filter(level="village").values_list("code", flat=True))
for number in range({STATIONS}):
    thing = Thing.objects.create(code=f"B{{number}}", name=f"B{{number}}", kind="river", protocol="sl651",
        address=f"90{{number:08d}}", point=Point(119.2, 29.0, srid=4326), division_code=villages[number % 288],
        sector_code="flood")
    for code in {PROPERTIES!r}:
        stream = Datastream.objects.create(thing=thing, observed_property=known[code], name=f"B{{number}} {{code}}")
        if code == "water_level":
            Rule.objects.create(datastream=stream, name="b", yellow={THRESHOLD}, source="bench",
                valid_from=timezone.now() - timezone.timedelta(days=1))
"""


@dataclass
class Run:
    """What was sent when, and what arrived when."""

    sent: dict[tuple[str, str], float] = field(default_factory=dict)
    arrived: dict[tuple[str, str], float] = field(default_factory=dict)
    observations: int = 0
    replies: int = 0


def measure(*, as_json: bool) -> int:
    """This will run the chain for a minute and print its latencies."""
    with platform(ROOT / "var" / "bench") as running:
        run(running, _SETUP)
        result = asyncio.run(_drive(running))
        stored = int(run(running, _COUNT).strip())
    return _report(result, stored, as_json)


_COUNT = """
import django; django.setup()
from anshu.domain.sensing.models import Observation, Thing
print(Observation.objects.filter(datastream__thing__code__startswith="B").count())
"""


async def _drive(running: Platform) -> Run:
    result = Run()
    duty = await asyncio.to_thread(Person, running.url("ANSHU_WEB", ""), "duty", PASSWORD)
    listening = asyncio.create_task(_listen(running, duty.cookie, result))
    await asyncio.sleep(1.0)
    start = time.perf_counter() + 0.5
    groups = [range(first, STATIONS, CONNECTIONS) for first in range(CONNECTIONS)]
    await asyncio.gather(*(_station_group(running, group, start, result) for group in groups))
    end = time.perf_counter() + 10
    while len(result.arrived) < len(result.sent) and time.perf_counter() < end:
        await asyncio.sleep(0.1)
    listening.cancel()
    return result


async def _station_group(running: Platform, numbers: range, start: float, result: Run) -> None:
    reader, writer = await asyncio.open_connection(*running.address("ANSHU_INGEST_SL651"))
    draining = asyncio.create_task(_drain(reader, result))
    # Minutes are the resolution of the protocol's observation times, so each second of the run is one of them.
    first_at = datetime.now(CHINA).replace(second=0, microsecond=0) - timedelta(minutes=SECONDS + WARM_UP_S + 5)
    for second in range(SECONDS + WARM_UP_S):
        at = first_at + timedelta(minutes=second)
        for number in numbers:
            await asyncio.sleep(max(0.0, start + second + number / STATIONS - time.perf_counter()))
            crosses = number % (STATIONS // CROSSINGS_A_SECOND) == second % (STATIONS // CROSSINGS_A_SECOND)
            frame = _frame(number, at, second, 6.0 if crosses else 1.0)
            if crosses and second >= WARM_UP_S:
                result.sent[f"B{number}", at.isoformat()] = time.perf_counter()
            writer.write(frame)
            result.observations += len(PROPERTIES)
        await writer.drain()
    await asyncio.sleep(2.0)
    draining.cancel()
    writer.close()


def _frame(number: int, at: datetime, serial: int, level: float) -> bytes:
    values = [("water_level", level), ("rain_5min", 0.2), ("rain_1h", 1.0), ("voltage", 12.4)]
    station = Station(f"90{number:08d}", password="1234", station_class="H")
    return encode_uplink(0x33, station, serial=serial + 1, sent_at=at, groups=[Group(at, values)])


async def _drain(reader: asyncio.StreamReader, result: Run) -> None:
    while data := await reader.read(65536):
        result.replies += data.count(b"\x7e\x7e")


async def _listen(running: Platform, cookie: str, result: Run) -> None:
    host, port = running.address("ANSHU_STREAM")
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET /stream/ HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    while line := await reader.readline():
        if line.startswith(b"data: "):
            _note(json.loads(line[6:]), result)


def _note(event: dict[str, Any], result: Run) -> None:
    if event["kind"] == "alarm.raised":
        moment = datetime.fromisoformat(event["observed_at"]).astimezone(CHINA).isoformat()
        result.arrived.setdefault((event["thing_name"], moment), time.perf_counter())


def _report(result: Run, stored: int, as_json: bool) -> int:
    delays = sorted(result.arrived[key] - sent for key, sent in result.sent.items() if key in result.arrived)
    if not delays:
        sys.stderr.write(f"no event arrived; sent {list(result.sent)[:3]}, saw {list(result.arrived)[:3]}\n")
        return 1
    p99 = delays[min(len(delays) - 1, int(len(delays) * 0.99))]
    targets = [
        Target("latency_p50", statistics.median(delays) * 1000, "ms", 1000),
        Target("latency_p99", p99 * 1000, "ms", 1000),
        Target("alarms_lost", len(result.sent) - len(delays), "alarms", 0),
        Target("observations_lost", result.observations - stored, "observations", 0),
        Target("rate", result.observations / (SECONDS + WARM_UP_S), "observations/s", 990, at_most=False),
    ]
    details: dict[str, object] = {"alarms": len(delays), "observations": result.observations, "replies": result.replies}
    return finish("chain", targets, as_json=as_json, details=details)
