# SPDX-License-Identifier: Apache-2.0
"""Server time and statement count of SensorThings requests over a million observations of a thousand datastreams."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from anshu.project.cluster import Cluster
from tools.bench.report import Target, finish

ROOT = Path(__file__).resolve().parents[2]
BASE = "/sta/v1.1"
THINGS, STREAMS_EACH, MOMENTS = 100, 10, 1_000
STEP_MINUTES = 15
FIRST = datetime(2026, 7, 1, tzinfo=UTC)
LAST = FIRST + timedelta(minutes=STEP_MINUTES * (MOMENTS - 1))
ROUNDS, PAGES = 60, 10
USUAL_MS, WHOLE_MS = 150, 500
_VALUES = """
insert into sensing_observation (datastream_id, at, value, quality, checks, received_at)
select d.id, %s + n * %s, 40 + (d.id * 7 + n * 13) %% 1000 / 100.0, 0, 0, %s + n * %s + interval '2 seconds'
from sensing_datastream d join sensing_thing t on t.id = d.thing_id cross join generate_series(0, %s - 1) n
where t.code like 'BENCH-%%'
"""
Ask = Callable[[str], Any]


def measure(*, as_json: bool) -> int:
    """This will fill the tables once, then time requests of an upper platform in this process, without the network."""
    ask, stream = _prepare()
    times = {name: sorted(_timed(ask, paths)) for name, paths in _requests(stream).items()}
    times["pages_in_turn"] = sorted(_walked(ask, stream))
    # The root document asks the database for nothing but who asks: how busy the machine is.
    least = _median(sorted(_timed(ask, [""])))
    targets = [
        Target(f"{name}_p95", each[int(len(each) * 0.95)] * 1000, "ms", _target(name), reference=least)
        for name, each in times.items()
    ]
    few, many = (_statements(ask, _newest(top)) for top in (2, 100))
    targets.append(Target("statements_added_by_98_more_things", many - few, "statements", 0))
    details: dict[str, object] = {name: {"median_ms": _median(each)} for name, each in times.items()}
    return finish(
        "sensorthings", targets, as_json=as_json, details={**details, "statements": many, "root_median_ms": least}
    )


def _target(name: str) -> int:
    """This will give what a request may take: a whole county in one answer, or ten thousand rows, take longer."""
    return WHOLE_MS if name.startswith(("array", "newest_of_every")) else USUAL_MS


def _requests(stream: int) -> dict[str, list[str]]:
    """This will give the addresses of each kind of request, one after another."""
    late = (LAST - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    arrays = "$resultFormat=dataArray&$select=phenomenonTime,result"
    above = f"$filter={quote(f'phenomenonTime ge {late} and result gt 49.5')}"
    streams = [f"Datastreams({stream + n})/Observations" for n in range(50)]
    return {
        "newest_of_every_datastream": [_newest(100)],
        "newest_of_ten_things": [_newest(10)],
        "one_datastream_newest_first": [f"{each}?$orderby=phenomenonTime desc" for each in streams],
        "network_newest_first": ["Observations?$orderby=phenomenonTime desc&$top=100"],
        "one_datastream_above": [f"{each}?{above}" for each in streams],
        "network_above": [f"Observations?{above}&$top=100"],
        "network_above_in_order": [f"Observations?{above}&$top=100&$orderby=phenomenonTime desc"],
        "one_datastream_counted": [f"{each}?$count=true&$top=10" for each in streams],
        "million_counted": ["Observations?$count=true&$top=10"],
        "count_alone": ["Observations/$count"],
        "things_by_property": ["Things?$filter=properties/code eq 'BENCH-42'&$expand=Datastreams,Locations"],
        "things_by_observation": ["Things?$filter=Datastreams/Observations/result gt 49.98&$top=20"],
        "array_of_1000_of_one": [f"Datastreams({stream})/Observations?{arrays}&$top=1000"],
        "array_of_10000": [f"Observations?{arrays}&$top=10000"],
        "array_of_10000_newest_first": [f"Observations?{arrays}&$top=10000&$orderby=phenomenonTime desc"],
    }  # fmt: skip


def _newest(top: int) -> str:
    return f"Things?$top={top}&$expand=Datastreams/Observations($top=1;$orderby=phenomenonTime desc)"


def _prepare() -> tuple[Ask, int]:
    """This will give what asks, and the number of the first of a thousand datastreams."""
    folder = ROOT / "var" / "bench-sensorthings"
    os.environ.update({"ANSHU_DATA": str(folder), "ANSHU_STA_BURST": "1000000"})
    os.environ["DATABASE_URL"] = Cluster(folder / "pg", durable=False).ensure()
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshu.project.settings"
    import django

    django.setup()
    from django.conf import settings

    from anshu.project.tables import migrate_all

    settings.ALLOWED_HOSTS.append("testserver")
    migrate_all()
    return _asking(), _filled()


def _filled() -> int:
    from django.db import connection

    from anshu.domain.sensing.models import Datastream, Thing

    if not Thing.objects.filter(code__startswith="BENCH-").exists():
        _register()
        with connection.cursor() as cursor:
            step = timedelta(minutes=STEP_MINUTES)
            cursor.execute("select sensing_partition(%s)", [FIRST])
            cursor.execute(_VALUES, [FIRST, step, FIRST, step, MOMENTS])
            # As autovacuum leaves what only grows.
            cursor.execute("vacuum analyze")
    first = Datastream.objects.filter(thing__code__startswith="BENCH-").order_by("id").first()
    assert first is not None
    return int(first.pk)


def _register() -> None:
    from django.contrib.gis.geos import Point
    from django.db import transaction

    from anshu.domain.sensing.models import Datastream, ObservedProperty, Thing
    from anshu.kernel.org.models import Division

    villages = Division.objects.filter(level="village").order_by("code").values_list("code", flat=True)[:THINGS]
    with transaction.atomic():
        known = [
            ObservedProperty.objects.create(code=f"bench_{n}", name=f"要素 {n}", unit="m") for n in range(STREAMS_EACH)
        ]
        things = Thing.objects.bulk_create(
            Thing(code=f"BENCH-{n}", name=f"站 {n}", kind="river", protocol="http", address=f"bench-{n}",
                  point=Point(119.0 + n / 1000, 29.0, srid=4326), division_code=code, sector_code="flood")
            for n, code in enumerate(villages)
        )  # fmt: skip
        Datastream.objects.bulk_create(
            Datastream(thing=thing, observed_property=each, name=each.name) for thing in things for each in known
        )


def _asking() -> Ask:
    """This will sign in as an upper platform of the whole county."""
    from django.test import Client
    from django.utils import timezone

    from anshu.kernel.access.services import api_token_issue
    from anshu.kernel.audit.actor import platform
    from anshu.kernel.org.models import Division
    from anshu.kernel.org.services import divisions_load

    now, actor = timezone.now(), platform("bench")
    if not Division.objects.exists():
        divisions_load(actor=actor, now=now)
    token = api_token_issue(
        name="压测",
        division_code="330825000000",
        expires_at=now + timedelta(days=1),
        reason="压测",
        actor=actor,
        now=now,
    )[1]
    client = Client(headers={"authorization": f"Bearer {token}"})

    def ask(path: str) -> Any:
        answer = client.get(path if path.startswith("http") else f"{BASE}/{path}")
        assert answer.status_code == 200, (path, answer.content[:300])
        return answer

    return ask


def _timed(ask: Ask, paths: list[str]) -> Iterator[float]:
    for path in paths[:3]:
        ask(path)
    for number in range(ROUNDS):
        start = time.perf_counter()
        ask(paths[number % len(paths)])
        yield time.perf_counter() - start


def _walked(ask: Ask, stream: int) -> Iterator[float]:
    """This will follow the links to the next page, through a datastream and through the whole network."""
    one = f"Datastreams({stream})/Observations"
    for path in (
        f"{one}?$orderby=phenomenonTime desc",
        "Observations?$top=100",
        "Observations?$orderby=phenomenonTime",
    ):
        address = path
        for _page in range(PAGES):
            start = time.perf_counter()
            answer = ask(address)
            yield time.perf_counter() - start
            address = answer.json().get("@iot.nextLink", path)


def _statements(ask: Ask, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask(path)
    with CaptureQueriesContext(connection) as captured:
        ask(path)
    return len(captured)


def _median(times: list[float]) -> float:
    return round(statistics.median(times) * 1000, 1)
