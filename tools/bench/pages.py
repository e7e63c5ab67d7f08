# SPDX-License-Identifier: Apache-2.0
"""Server time and query count of lists over a million alarms and a million tasks."""

import os
import statistics
import time
from pathlib import Path

from anshu.project.cluster import Cluster
from tools.bench.report import Target, finish

ROOT = Path(__file__).resolve().parents[2]
ROWS = 1_000_000
# Enough that the 95th percentile is not one neighbour's hiccup.
ROUNDS = 100

_ALARMS = """
insert into alerts_alarm (division_code, sector_code, unit_id, rule_id, thing_id, cause, title, level, peak_level,
    state, raised_at, changed_at, cleared_at, value, threshold, occurrences, point, park_code{extra})
select v.code, 'flood', null, (select min(id) from alerts_rule), (select min(id) from sensing_thing), 'threshold',
    '水位超阈值 ' || n, 1 + n %% 4, 1 + n %% 4, 'cleared', now() - n * interval '1 minute', now(), now(), n %% 50, 5, 1,
    st_setsrid(st_makepoint(119.1 + (n %% 200) / 1000.0, 28.8 + (n %% 400) / 1000.0), 4326), ''{values}
from generate_series(1, %s) n
join (select code, row_number() over (order by code) - 1 as place from org_division where level = 'village') v
  on v.place = n %% 288
"""
_TASKS = """
insert into grassroots_task (division_code, sector_code, unit_id, number, title, text, kind, origin, source_type,
    source_id, level, state, rung, point, reporter, created_at, due_at, extensions, returns, updated_at{extra})
select v.code, 'general', null, 'B' || n, '隐患 ' || n, '', 'other', 'report', '', '', n %% 5,
    case when n %% 50 = 0 then 'assigned' else 'closed' end, 'village', null, '甲', now() - n * interval '1 minute',
    now() + interval '1 day', 0, 0, now(){values}
from generate_series(1, %s) n
join (select code, row_number() over (order by code) - 1 as place from org_division where level = 'village') v
  on v.place = n %% 288
"""
_HANDLED = {
    "alerts_alarm": "division_code sector_code unit_id rule_id thing_id cause title level peak_level state raised_at "
    "changed_at cleared_at value threshold occurrences point park_code",
    "grassroots_task": "division_code sector_code unit_id number title text kind origin source_type source_id level "
    "state rung point reporter created_at due_at extensions returns updated_at",
}


def measure(*, as_json: bool) -> int:
    """This will fill the tables once, then time the pages in this process, without the network."""
    _prepare()
    targets: list[Target] = []
    details: dict[str, object] = {}
    pages = {
        "alarms_county": ("duty", "/r/alarms/"),
        "alarms_by_township": ("duty", "/r/alarms/?division=330825109000"),
        "alarms_of_own_township": ("z330825109000b", "/r/alarms/"),
        "alarms_search_in_township": ("z330825109000b", "/r/alarms/?q=9999"),
        "tasks_by_township": ("duty", "/r/tasks/?division=330825109000"),
        "tasks_of_own_township": ("z330825109000b", "/r/tasks/"),
    }
    for name, (user, path) in pages.items():
        times, queries = _time(user, path)
        targets.append(Target(f"{name}_p95", times[int(len(times) * 0.95)] * 1000, "ms", 150))
        details[name] = {"median_ms": round(statistics.median(times) * 1000, 1), "queries": queries}
    small, large = _queries("duty", "/r/alarms/?per_page=50"), _queries("duty", "/r/alarms/?per_page=200")
    targets.append(Target("queries_added_by_150_more_rows", large - small, "queries", 0))
    return finish("pages", targets, as_json=as_json, details=details)


def _prepare() -> None:
    folder = ROOT / "var" / "bench-pages"
    os.environ.update({"ANSHU_DATA": str(folder), "ANSHU_DEMO": "1"})
    os.environ["DATABASE_URL"] = Cluster(folder / "pg", durable=False).ensure()
    os.environ["DJANGO_SETTINGS_MODULE"] = "anshu.project.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from anshu.project.demo.load import load
    from anshu.project.tables import migrate_all

    settings.ALLOWED_HOSTS.append("testserver")
    migrate_all()
    load(now=timezone.now())
    for table, statement in (("alerts_alarm", _ALARMS), ("grassroots_task", _TASKS)):
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")
            missing = ROWS - cursor.fetchone()[0]
            if missing > 0:
                # Histories and the outbox are not what is measured here.
                cursor.execute("set session_replication_role = replica")
                cursor.execute(statement.format(**_defaults(table)), [missing])
                cursor.execute("set session_replication_role = origin")
                cursor.execute(f"analyze {table}")


def _defaults(table: str) -> dict[str, str]:
    """This will fill columns that later migrations added and that allow no null."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type from information_schema.columns where table_name = %s "
            "and is_nullable = 'NO' and column_default is null and is_identity = 'NO'",
            [table],
        )
        rest = [(name, kind) for name, kind in cursor.fetchall() if name not in _HANDLED[table].split()]
    blank = {"boolean": "false", "character varying": "''", "text": "''", "jsonb": "'{}'", "ARRAY": "'{}'"}
    return {
        "extra": "".join(f", {name}" for name, _ in rest),
        "values": "".join(f", {blank.get(kind, '0')}" for _, kind in rest),
    }


def _client(username: str) -> "object":
    from django.test import Client

    from anshu.kernel.access.models import User

    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _time(username: str, path: str) -> tuple[list[float], int]:
    client = _client(username)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        response = client.get(path)  # type: ignore[attr-defined]
        times.append(time.perf_counter() - start)
        assert response.status_code == 200, (path, response.status_code)
    return sorted(times), _queries(username, path)


def _queries(username: str, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _client(username)
    client.get(path)  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as captured:
        client.get(path)  # type: ignore[attr-defined]
    return len(captured)
