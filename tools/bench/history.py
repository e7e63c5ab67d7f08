# SPDX-License-Identifier: Apache-2.0
"""A year of five-minute values: chart, comparison, files, the outage board; hours and days exact under late rows."""

import os
import random
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import numpy as np

from anshu.project.cluster import Cluster
from tools.bench.report import Target, finish

ROOT = Path(__file__).resolve().parents[2]
STATIONS, DAYS = 8, 365
ROWS = DAYS * 288
# Other stations, so that an index and a page of the table hold what is asked for among much else.
OTHERS, OTHER_ROWS = 10_000, 180
LATE = 20_000
ROUNDS = 25
# A part comes now and then, the rest every five minutes.
_SEED = """
insert into sensing_observation (datastream_id, at, value, quality, checks, received_at)
select d.id, moment, 40 + 2 * sin(n / 2000.0 + d.id) + (hashint8(n * 31 + d.id) %% 1000) / 4000.0,
    case when n %% 977 = 0 then 1 when n %% 1999 = 0 then 3 else 0 end, 0, moment
from sensing_datastream d join sensing_thing t on t.id = d.thing_id, generate_series(0, %(last)s) n,
    lateral (select %(since)s::timestamptz + n * %(every)s::interval as moment) as m
where t.code like %(codes)s on conflict do nothing
"""
_PLAIN = """
select datastream_id,
    (extract(epoch from date_bin('{width}', at, timestamptz '2000-01-01 00:00+08')) * 1000000)::bigint,
    min(value) filter (where quality in (0, 1, 4)), max(value) filter (where quality in (0, 1, 4)),
    sum(value) filter (where quality in (0, 1, 4)), count(value) filter (where quality in (0, 1, 4)), count(*)
from sensing_observation where datastream_id = any(%s) and at >= %s and at < %s and checks & 64 = 0
group by 1, 2 order by 1, 2
"""


def measure(*, as_json: bool) -> int:
    """This will fill the tables once, then time pages and files in this process, without the network."""
    now = _prepare()
    streams = _streams()
    targets = [*_pages(streams, now), *_files(streams[:1], now, "1_station"), *_files(streams, now, "8_stations")]
    exact, marked, late_s = _late(streams, now)
    targets += [
        Target("hours_and_days_that_differ_while_marked", marked, "rows", 0),
        Target(
            "hours_and_days_that_differ_once_closed", exact, "rows", 0, note=f"of {_all_rows():,} rows in the table"
        ),
    ]
    details: dict[str, object] = {"late_rows_recomputed_s": round(late_s, 1), "load_average": os.getloadavg()}
    return finish("history", targets, as_json=as_json, details=details | _drawn(streams, now))


# ---- the material


def _prepare() -> datetime:
    folder = ROOT / "var" / "bench-history"
    os.environ.update({"ANSHU_DATA": str(folder), "ANSHU_DEMO": "1"})
    os.environ["DATABASE_URL"] = Cluster(folder / "pg", durable=False).ensure()
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshu.project.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from anshu.domain.sensing.models import Thing
    from anshu.domain.sensing.services.aggregating import aggregates_close
    from anshu.project.demo.load import load
    from anshu.project.tables import migrate_all

    settings.ALLOWED_HOSTS.append("testserver")
    migrate_all()
    now = timezone.now()
    if not Thing.objects.filter(code="HB0").exists():
        load(now=now)
        _seed(now)
    aggregates_close(now=now)
    return now


def _seed(now: datetime) -> None:
    """This will make the stations and their year, and the others with a value every two days."""
    from django.contrib.gis.geos import Point
    from django.db import connection

    from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
    from anshu.domain.sensing.services import months_ensure
    from anshu.kernel.org.models import Division

    villages = list(Division.objects.filter(level="village").values_list("code", flat=True))
    codes = [*(f"HB{n}" for n in range(STATIONS)), *(f"HO{n}" for n in range(OTHERS))]
    Thing.objects.bulk_create(
        Thing(code=code, name=f"{code} 水位站", kind="river", protocol="sl651", address=f"9{code}", sector_code="flood",
              point=Point(119.2, 29.0, srid=4326), division_code=villages[n % len(villages)], report_interval_s=300)
        for n, code in enumerate(codes)
    )  # fmt: skip
    level = ObservedProperty.objects.get(code="water_level")
    things = Thing.objects.filter(code__in=codes)
    Datastream.objects.bulk_create(Datastream(thing=each, observed_property=level, name="水位") for each in things)
    since = _since(now)
    days = since.timestamp() + 86_400 * np.arange(DAYS + 2)
    months_ensure(at_us=(days * 1e6).astype(np.int64), made=set(), now=now)
    with connection.cursor() as cursor:
        given = {"since": since, "last": ROWS - 1, "every": "5 minutes", "codes": "HB%"}
        cursor.execute(_SEED, given)
        cursor.execute(_SEED, given | {"last": OTHER_ROWS - 1, "every": "2 days", "codes": "HO%"})
        cursor.execute("analyze sensing_observation, sensing_thing, sensing_datastream")


def _since(now: datetime) -> datetime:
    """This will give the first midnight of the year before now."""
    from django.utils import timezone

    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)


def _streams() -> list[Any]:
    from anshu.domain.sensing.models import Datastream

    found = Datastream.objects.filter(thing__code__startswith="HB", observed_property__code="water_level")
    return list(found.select_related("thing", "observed_property").order_by("thing__code"))


def _all_rows() -> int:
    from anshu.domain.sensing.models import Observation

    return int(Observation.objects.count())


# ---- what is measured


def _pages(streams: list[Any], now: datetime) -> Iterable[Target]:
    for name, number in (("1_station", 1), ("8_stations", STATIONS)):
        times, body = _time(_address(streams[:number], now))
        drawing = sum(map(len, re.findall(rb"<svg class=\"web-history\".*?</svg>", body, re.DOTALL)))
        yield Target(f"year_chart_{name}_p95", times[int(ROUNDS * 0.95)] * 1e3, "ms", 1_000, note=_median(times))
        yield Target(f"year_chart_{name}_drawing", drawing, "bytes", 400_000, note=f"page {len(body):,} bytes")
    times, body = _time(_address(streams, now, step="raw", days=30))
    yield Target("month_raw_8_stations_p95", times[int(ROUNDS * 0.95)] * 1e3, "ms", 1_000, note=_median(times))
    times, _body = _time("/outages/")
    yield Target(
        "outage_board_10000_datastreams_p95", times[int(ROUNDS * 0.95)] * 1e3, "ms", 1_000, note=_median(times)
    )


def _address(streams: list[Any], now: datetime, *, path: str = "/history/", days: int = DAYS, **more: str) -> str:
    since = _since(now)
    first, last = since + timedelta(days=DAYS - days), since + timedelta(days=DAYS - 1)
    given = {"property": "water_level", "first": first.date().isoformat(), "last": last.date().isoformat(), **more}
    return f"{path}?{urlencode([*given.items(), *(('thing', each.thing_id) for each in streams)])}"


def _client() -> Any:
    from django.test import Client

    from anshu.kernel.access.models import User

    client = Client()
    client.force_login(User.objects.get(username="duty"))
    return client


def _time(path: str) -> tuple[list[float], bytes]:
    client, times = _client(), []
    client.get(path)
    for _round in range(ROUNDS):
        start = time.perf_counter()
        response = client.get(path)
        times.append(time.perf_counter() - start)
        assert response.status_code == 200, (path, response.status_code)
    return sorted(times), response.content


def _median(times: list[float]) -> str:
    return f"median {statistics.median(times) * 1e3:.0f} ms"


def _files(streams: list[Any], now: datetime, name: str) -> Iterable[Target]:
    for form, least in (("csv", 50_000), ("parquet", 100_000)):
        path = _address(streams, now, path="/history/export/", step="raw", format=form)
        seconds, size, more_mb = _with_peak(lambda path=path: _read(path))
        note = f"{ROWS * len(streams):,} rows, {size:,} bytes"
        rate = ROWS * len(streams) / seconds
        yield Target(f"{form}_{name}", rate, "rows/s", least, at_most=False, note=note)
        yield Target(f"{form}_{name}_more_memory", more_mb, "MB", 200)


def _read(path: str) -> int:
    return sum(map(len, _client().get(path).streaming_content))


def _with_peak(call: Callable[[], int]) -> tuple[float, int, float]:
    """This will give seconds, the result, and by how many MB the process grew at its highest."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _memory("VmRSS")
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found, (_memory("VmHWM") - before) / 1024


def _memory(name: str) -> int:
    text = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith(f"{name}:")))


# ---- late rows


def _late(streams: list[Any], now: datetime) -> tuple[int, int, float]:
    """This will store late rows as ingest does; gives the differing rows once closed and while marked, and the time."""
    from anshu.domain.sensing.services.aggregating import aggregates_close

    _store_late(streams, now)
    marked = _differing(streams, now)
    start = time.perf_counter()
    aggregates_close(now=now)
    return _differing(streams, now), marked, time.perf_counter() - start


def _store_late(streams: list[Any], now: datetime) -> None:
    from django.db import transaction

    from anshu.domain.sensing.selectors import registry_load
    from anshu.domain.sensing.services import Columns, observations_store

    dice, columns, registry = random.Random(), Columns(), registry_load(now=now)
    slots = {pk: slot for slot, pk in enumerate(registry.datastream_ids.tolist())}
    since_us = round(_since(now).timestamp() * 1e6)
    rows = {(dice.choice(streams).pk, dice.randrange(DAYS * 86_400)) for _ in range(LATE)}
    for pk, second in rows:
        columns.add(slots[pk], since_us + second * 1_000_000, dice.randrange(160) / 4, 0, False)
    with transaction.atomic():
        observations_store(registry=registry, columns=columns, now=now)


def _differing(streams: list[Any], now: datetime) -> int:
    """This will hold the year's hours and days, as readers get them, to plain SQL over the raw rows."""
    from django.db import connection

    from anshu.domain.sensing.selectors.history import Step, curves

    since, different = _since(now), 0
    until = since + timedelta(days=DAYS)
    for step, width in ((Step.HOUR, "1 hour"), (Step.DAY, "1 day")):
        with connection.cursor() as cursor:
            cursor.execute(_PLAIN.format(width=width), [[each.pk for each in streams], since, until])
            plain = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
        for curve in curves(streams, since, until, step):
            parts = (curve.at_us, curve.low, curve.high, curve.total, curve.usable, curve.reported)
            for at_us, *told in zip(*(each.tolist() for each in parts), strict=True):
                different += not _same(told, plain.pop((curve.datastream.pk, at_us), None))
        different += len(plain)
    return different


def _same(told: list[Any], plain: Any) -> bool:
    """This will compare; a sum of doubles depends on the order of addition in its last digits."""
    if plain is None:
        return False
    low, high, total, usable, reported = (np.nan if each is None else each for each in plain)
    exact = np.array_equal([low, high, usable, reported], [told[0], told[1], told[3], told[4]], equal_nan=True)
    return exact and bool(np.isclose(total, told[2], rtol=1e-12, atol=0, equal_nan=True))


# ---- in a browser

# Two frames after the document is there, the drawing is on the screen.
_NOTE_DRAWN = """
addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => requestAnimationFrame(
    () => { window.drawnAt = performance.now(); })));
"""
_WHEN_DRAWN = """() => new Promise((done) => {
    const look = () => window.drawnAt ? done(window.drawnAt) : requestAnimationFrame(look);
    look();
})"""


def _drawn(streams: list[Any], now: datetime) -> dict[str, object]:
    """This will give the time from asking until Chromium has drawn the chart; nothing without a browser."""
    program = shutil.which("chromium")
    if program is None:
        return {"drawn_in_chromium": "no chromium here"}
    from playwright.sync_api import sync_playwright

    paths = {f"drawn_in_chromium_{n}_ms": _address(streams[:n], now) for n in (1, STATIONS)}
    session = _client().cookies[_setting("SESSION_COOKIE_NAME")].value
    with _server() as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": _setting("SESSION_COOKIE_NAME"), "value": session, "url": address}])
        context.add_init_script(_NOTE_DRAWN)
        page = context.new_page()
        found = {name: _draw(page, f"{address}{path}") for name, path in paths.items()}
        browser.close()
    return found


def _draw(page: Any, url: str) -> str:
    times = []
    for _round in range(10):
        page.goto(url, wait_until="load")
        assert page.locator("svg.web-history path").count()
        times.append(page.evaluate(_WHEN_DRAWN))
    return f"median {statistics.median(times):.0f}, worst {max(times):.0f}"


@contextmanager
def _server() -> Iterator[str]:
    """This will serve the pages in a thread of this process."""
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, handler_class=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    """A browser asks for the page and its files at once."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_given: Any) -> None:
        """This will say nothing of each request."""


def _setting(name: str) -> str:
    """This will give a setting, once Django is set up."""
    from django.conf import settings

    return str(getattr(settings, name))
