# SPDX-License-Identifier: Apache-2.0
"""What the screens read: the contract's shapes, history, caches, and query counts that do not grow."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.web.conftest import make_world

from anshu.console.maplayers import map_layers
from anshu.web.onemap import features


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return len(captured)


def grown(path, world, cast, sit, now):
    """How many queries a page takes with one world, and with five."""
    client = sit(cast.township)
    client.get(path)
    few = queries(client, path)
    for number in range(1, 5):
        make_world(now, suffix=str(number))
    return few, queries(client, path)


PATHS = [
    "/api/v1/session",
    "/api/v1/map/layers",
    "/api/v1/map/layers/things-water",
    "/api/v1/map/layers/alarms",
    "/api/v1/alarms",
    "/api/v1/tasks?mine=1",
    "/api/v1/tasks",
    "/api/v1/incidents",
    "/api/v1/search?q=秘",
    "/api/v1/wall",
    "/",
]


@pytest.mark.parametrize("path", PATHS)
def test_the_number_of_queries_does_not_grow_with_the_rows(path, world, cast, sit, now):
    few, many = grown(path, world, cast, sit, now)
    assert many <= few
    assert many <= 45


def test_the_session_tells_who_looks_and_where(cast, sit):
    told = sit(cast.township).get("/api/v1/session").json()
    assert told["user"]["name"].startswith("湖镇镇镇长")
    assert told["roles"] == [{"code": "R11", "name": "乡镇应急站"}]
    assert told["area"]["code"] == "330825101000"
    assert len(told["area"]["bbox"]) == 4
    assert "U" in told["capabilities"]["monitoring"]
    assert told["posts"][0]["division"]["name"] == "湖镇镇"
    assert told["now"].endswith("+08:00")


def test_a_station_shows_its_value_its_age_and_its_alarm(world, cast, sit):
    told = sit(cast.township).get("/api/v1/map/layers/things-water").json()["features"][0]["properties"]
    assert (told["value"], told["unit"], told["level"], told["stale"]) == (41.0, "m", "yellow", False)
    assert told["age_s"] < 60


def test_history_shows_what_stood_then(world, cast, sit, now):
    client = sit(cast.township)
    before = (now - timedelta(minutes=25)).isoformat()
    assert client.get("/api/v1/map/layers/alarms", {"at": before}).json()["features"] == []
    told = client.get("/api/v1/map/layers/things-water", {"at": before}).json()["features"][0]["properties"]
    assert told["value"] == pytest.approx(40.7)
    later = (now - timedelta(minutes=1)).isoformat()
    assert len(client.get("/api/v1/map/layers/alarms", {"at": later}).json()["features"]) == 1


def test_a_box_keeps_what_lies_in_it(world, cast, sit):
    client, point = sit(cast.township), world.risk.point
    near = f"{point.x - 0.01},{point.y - 0.01},{point.x + 0.01},{point.y + 0.01}"
    assert len(client.get("/api/v1/map/layers/risks-nature", {"bbox": near}).json()["features"]) == 1
    assert client.get("/api/v1/map/layers/risks-nature", {"bbox": "110,20,111,21"}).json()["features"] == []


def test_a_layer_says_when_it_was_cut(world, cast, sit, now, monkeypatch):
    make_world(now, suffix="2")
    monkeypatch.setattr(features, "MOST", 1)
    told = sit(cast.township).get("/api/v1/map/layers/risks-nature").json()
    assert told["truncated"] is True
    assert len(told["features"]) == 1


def test_layers_have_different_codes_and_count_what_is_seen(world, cast, sit):
    told = sit(cast.township).get("/api/v1/map/layers").json()
    assert len({row["code"] for row in told}) == len(told) == len(list(map_layers()))
    assert {row["code"]: row["count"] for row in told}["alarms"] == 1


def test_outlines_are_cached_by_what_they_contain(cast, sit):
    client = sit(cast.township)
    first = client.get("/api/v1/map/boundaries", {"level": "township"})
    assert {row["properties"]["name"] for row in first.json()["features"]} == {"湖镇镇", "溪口镇"}
    again = client.get("/api/v1/map/boundaries", {"level": "township"}, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    within = client.get("/api/v1/map/boundaries", {"level": "village", "within": "330825101000"}).json()
    assert {row["properties"]["code"][:9] for row in within["features"]} == {"330825101"}


def test_a_changed_outline_is_told_at_once(cast, sit):
    from anshu.kernel.org.models import Division

    client = sit(cast.township)
    first = client.get("/api/v1/map/boundaries", {"level": "township"})
    Division.objects.filter(code="330825101000").update(name="新湖镇")
    assert "新湖镇" in client.get("/api/v1/map/boundaries", {"level": "township"}).content.decode()
    assert client.get("/api/v1/map/boundaries", {"level": "township"})["ETag"] != first["ETag"]


def test_the_base_map_is_labelled_schematic(cast, sit):
    assert "示意" in sit(cast.township).get("/api/v1/map/basemap").content.decode()


def test_an_objects_drawer_has_every_part_of_the_contract(world, cast, sit):
    told = sit(cast.township).get(f"/api/v1/map/objects/thing/{world.thing.pk}").json()
    assert told["live"][0]["value"] == 41.0
    assert len(told["live"][0]["series"]) == 5
    assert told["open"][0]["type"] == "alarm"
    assert told["people"][0]["phone_masked"] == "138****8000"
    assert {row["type"] for row in told["nearest"]} == {"shelter", "team"}
    assert told["level"] == "yellow"


def test_no_answer_holds_a_whole_phone_number(world, cast, sit):
    client = sit(cast.township)
    for name, pk in world.ids.items():
        assert "13812345678" not in client.get(f"/api/v1/map/objects/{name}/{pk}").content.decode()


def test_places_are_found_by_name_and_code(cast, sit):
    client = sit(cast.township)
    assert client.get("/api/v1/search", {"q": "溪口"}).json()[0]["type"] == "division"
    assert client.get("/api/v1/search", {"q": "330825109"}).json()[0]["title"] == "溪口镇"
    assert client.get("/api/v1/search", {"q": " "}).json() == []


def test_the_wall_counts_alarms_by_township(world, cast, sit):
    told = sit(cast.leader).get("/api/v1/wall").json()
    assert told["alarms_by_township"] == [
        {"code": "330825101000", "name": "湖镇镇", "red": 0, "orange": 0, "yellow": 1, "blue": 0}
    ]
    [group] = told["alarm_groups"]
    assert (group["place"]["name"], group["level"], group["number"], group["yellow"]) == ("湖镇镇", "yellow", 1, 1)
    assert told["incident"]["id"] == world.incident.pk
    assert told["incident"]["clocks"][0]["done_at"] is None


def test_groups_of_alarms_lead_to_exactly_their_rows(world, cast, sit):
    client = sit(cast.leader)
    told = client.get("/api/v1/alarms/groups").json()
    assert told["count"] == sum(row["number"] for row in told["rows"]) == 1
    assert client.get(told["rows"][0]["href"]).status_code == 200


def test_health_needs_no_account_and_tells_no_secret(db):
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert set(answer.json()) == {"ok", "database", "ingest_age_s"}


def test_the_description_is_for_those_who_signed_in(cast, sit):
    assert Client().get("/api/v1/openapi.json").status_code == 401
    assert "/api/v1/alarms" in sit(cast.township).get("/api/v1/openapi.json").json()["paths"]
