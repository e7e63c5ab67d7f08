# SPDX-License-Identifier: Apache-2.0
"""SensorThings 1.1 write: what is made, by whose right, and where the values go."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import frost_sta_client as client
import pytest
import requests
from django.db import connection
from django.test import Client
from tests.cast import centre, datastream, scene, thing
from tests.ingest.conftest import Running

from anshu.domain.sensing.models import Datastream, Observation, ObservedProperty, Sensor, Thing
from anshu.kernel.access.choices import Role
from anshu.kernel.access.services import api_token_issue
from anshu.kernel.audit.actor import platform
from anshu.kernel.audit.models import AuditEntry
from anshu.web.models import Description

ROOT = "/sta/v1.1"
START = datetime(2026, 7, 4, 0, 0, tzinfo=UTC)
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
# A body of the reference server's own tests; it is all within our profile.
BODIES = ("entitiesDefault.json",)


def issue(**more):
    return api_token_issue(
        name="上级平台", expires_at=datetime(2028, 1, 1, tzinfo=UTC), reason="对接", actor=platform("test"),
        now=datetime.now(UTC), **{"division_code": "330825000000", **more},
    )[1]  # fmt: skip


def asking(token):
    def ask(method, path, body=None, *, status):
        address = path if path.startswith("http") else f"{ROOT}/{path}"
        answer = getattr(Client(), method)(
            address, json.dumps(body) if body is not None else "", content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        ) if method != "get" else Client().get(address, headers={"authorization": f"Bearer {token}"})  # fmt: skip
        assert answer.status_code == status, answer.content.decode()
        return answer if status in (204, 405) else answer.json()

    return ask


@pytest.fixture
def ask(cast):
    return asking(issue())


def station(**more):
    at = centre("330825101200")
    return {
        "name": "新建站", "description": "接口建立的站", "properties": {"owner": "水利局"},
        "Locations": [{
            "name": "桥头", "description": "桥下游 50 米", "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [at.x, at.y]},
        }],
        **more,
    }  # fmt: skip


def stream(**more):
    return {
        "name": "水位", "description": "河道水位", "observationType": MEASUREMENT,
        "unitOfMeasurement": {"name": "米", "symbol": "m", "definition": "ucum:m"},
        "ObservedProperty": {"name": "桥头水位", "definition": "http://example.org/def/Stage", "description": "高程"},
        "Sensor": {"name": "雷达水位计", "description": "非接触", "encodingType": "text/plain", "metadata": "R-1"},
        **more,
    }  # fmt: skip


def test_a_thing_is_made_with_all_that_is_spelled_out_inside(ask):
    shown = ask("post", "Things", station(Datastreams=[stream()]), status=201)
    again = ask("get", f"Things({shown['@iot.id']})?$expand=Locations,Datastreams($expand=Sensor,ObservedProperty)",
                status=200)  # fmt: skip
    assert (again["description"], again["properties"]["owner"]) == ("接口建立的站", "水利局")
    assert again["Locations"][0]["name"] == "桥头"
    made = again["Datastreams"][0]
    assert made["unitOfMeasurement"] == {"name": "米", "symbol": "m", "definition": "ucum:m"}
    assert (made["Sensor"]["name"], made["Sensor"]["metadata"]) == ("雷达水位计", "R-1")
    assert made["ObservedProperty"]["definition"] == "http://example.org/def/Stage"
    row = Thing.objects.get(pk=shown["@iot.id"])
    assert (row.protocol, row.division_code[:6]) == ("http", "330825")
    actions = set(AuditEntry.objects.filter(actor_label="上级平台").values_list("action", flat=True))
    assert {"thing.created", "sensor.created", "datastreams.added", "observed_property.created"} <= actions


def test_the_same_definition_is_the_same_property(ask):
    for name in ("甲站", "乙站"):
        ask("post", "Things", station(name=name, Datastreams=[stream()]), status=201)
    assert ObservedProperty.objects.filter(name="桥头水位").count() == 1


def test_our_own_properties_are_named_by_number_or_by_definition(ask):
    prop = datastream(thing()).observed_property
    for named in (
        {"@iot.id": prop.pk},
        {"name": "水位", "description": "x", "definition": "urn:anshu:property:water_level"},
    ):
        made = ask("post", "Things", station(Datastreams=[stream(ObservedProperty=named)]), status=201)
        assert Datastream.objects.get(thing_id=made["@iot.id"]).observed_property_id == prop.pk


@pytest.mark.parametrize(
    "broken",
    [
        {"unitOfMeasurement": {"name": "厘米", "symbol": "cm", "definition": "x"}, "ObservedProperty": {"@iot.id": 0}},
        {"ObservedProperty": {"@iot.id": 987654}}, {"Sensor": {"@iot.id": 987654}}, {"Sensor": None}, {"name": ""},
        {"observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_TruthObservation"},
        {"unitOfMeasurement": "m"}, {"name": "长" * 121}, {"Observations": {}}, {"unknown": 1},
    ],
)  # fmt: skip
def test_one_fault_inside_and_nothing_is_made(ask, broken):
    good = stream(
        ObservedProperty={"name": "闸门流量", "definition": "http://example.org/def/Flow", "description": "流量"}
    )
    said = ask("post", "Things", station(Datastreams=[good, stream(**broken)]), status=400)
    assert said["message"]
    assert not Thing.objects.exists()
    assert not ObservedProperty.objects.filter(name__in=["桥头水位", "闸门流量"]).exists()
    assert not Description.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"name": None}, {"name": 5}, {"description": None}, {"Locations": []}, {"Locations": {}},
        {"Locations": [{"name": "x", "location": {"type": "Polygon", "coordinates": []}}]},
        {"Locations": [{"name": "x", "location": {"type": "Point", "coordinates": [500, 5]}}]},
        {"Locations": [{"name": "x", "location": {"type": "Point", "coordinates": ["1", True]}}]},
        {"properties": {"kind": "spaceship"}}, {"properties": {"division": "110000000000"}},
        {"properties": {"sector": "magic"}}, {"properties": {"reportInterval": True}}, {"properties": []},
        {"name": "\x00"}, {"name": "\ud800"}, {"Datastreams": [5]}, {"whatever": 1},
    ],
)  # fmt: skip
def test_a_wrong_thing_is_refused_in_words(ask, change):
    assert ask("post", "Things", station(**change), status=400)["message"]
    assert not Thing.objects.exists()


def test_bodies_that_are_no_json_are_refused(cast):
    token, post = issue(), Client().post
    for body, kind, status in (
        ("{", "application/json", 400), ("[]", "application/json", 400), ('{"name": NaN}', "application/json", 400),
        ("[" * 100_000, "application/json", 400), ("{}", "text/plain", 415), (" " * 3_000_000, "application/json", 413),
    ):  # fmt: skip
        answer = post(f"{ROOT}/Things", body, content_type=kind, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.content.decode()


def test_a_code_given_twice_is_a_conflict(ask):
    ask("post", "Things", station(properties={"code": "BR-1"}), status=201)
    assert ask("post", "Things", station(properties={"code": "BR-1"}), status=409)["type"] == "duplicate"


def test_nobody_writes_beyond_his_ground(cast):
    other = asking(issue(role=Role.R03, sectors=("hazchem",)))
    other("post", "Things", station(), status=403)
    other("post", "Things", station(properties={"sector": "flood"}), status=403)
    asking(issue(role=Role.R11, division_code="330825101000"))("post", "Things", station(), status=403)
    assert not Thing.objects.exists()
    there = thing()
    reader = asking(issue(role=Role.R11, division_code="330825101000"))
    reader("patch", f"Things({there.pk})", {"name": "改名"}, status=403)
    reader("delete", f"Things({there.pk})", status=403)
    reader("post", "ObservedProperties", {**stream()["ObservedProperty"], "properties": {"unit": "m"}}, status=403)
    other("patch", f"Things({there.pk})", {"name": "改名"}, status=404)
    other("delete", f"Things({there.pk})", status=404)
    other("post", f"Things({there.pk})/Datastreams", stream(), status=404)
    other("post", "Datastreams", stream(Thing={"@iot.id": there.pk}), status=404)
    assert Thing.objects.get().name == there.name


def test_a_thing_cannot_be_moved_to_a_sector_that_is_not_the_callers(cast):
    mine = asking(issue(role=Role.R03, sectors=("hazchem",)))
    pk = mine("post", "Things", station(properties={"sector": "hazchem"}), status=201)["@iot.id"]
    mine("patch", f"Things({pk})", {"properties": {"sector": "flood"}}, status=403)
    assert Thing.objects.get(pk=pk).sector_code == "hazchem"


def test_a_thing_moves_by_a_new_location_and_its_old_one_stays(ask):
    pk = ask("post", "Things", station(), status=201)["@iot.id"]
    old = ask("get", f"Things({pk})/Locations", status=200)["value"][0]
    x, y = old["location"]["coordinates"]
    moved = {**station()["Locations"][0], "name": "堤上", "location": {"type": "Point", "coordinates": [x + 0.001, y]}}
    made = ask("post", f"Things({pk})/Locations", moved, status=201)
    assert (made["name"], made["@iot.id"] != old["@iot.id"]) == ("堤上", True)
    assert [each["name"] for each in ask("get", f"Things({pk})/Locations", status=200)["value"]] == ["堤上"]
    history = ask("get", f"Things({pk})/HistoricalLocations?$expand=Locations", status=200)["value"]
    assert [each["Locations"][0]["name"] for each in history] == ["桥头", "堤上"]
    assert ask("patch", f"Locations({made['@iot.id']})", {"name": "堤顶"}, status=200)["name"] == "堤顶"
    ask("patch", f"Locations({made['@iot.id']})", {"location": moved["location"]}, status=409)


def test_changes_go_to_the_register_or_beside_it(ask):
    pk = ask("post", "Things", station(Datastreams=[stream()]), status=201)["@iot.id"]
    row = Datastream.objects.get(thing_id=pk)
    shown = ask("patch", f"Things({pk})", {"name": "改名站", "properties": {"kind": "river", "depth": 3}}, status=200)
    assert (shown["name"], shown["description"]) == ("改名站", "接口建立的站")
    assert (shown["properties"]["kind"], shown["properties"]["depth"]) == ("river", 3)
    assert Thing.objects.get(pk=pk).kind == "river"
    assert ask("put", f"Things({pk})", {"name": "又改"}, status=200)["description"].startswith("又改")
    assert ask("patch", f"Datastreams({row.pk})", {"name": "上游水位"}, status=200)["name"] == "上游水位"
    assert ask("patch", f"Sensors({row.sensor_id})", {"metadata": "R-2"}, status=200)["metadata"] == "R-2"
    prop = f"ObservedProperties({row.observed_property_id})"
    assert ask("patch", prop, {"description": "新说明"}, status=200)["description"] == "新说明"
    ask("patch", prop, {"name": "另名"}, status=409)
    ask("patch", f"Datastreams({row.pk})", {"unitOfMeasurement": {"symbol": "cm"}}, status=409)
    ask("patch", f"Things({pk})", {"properties": {"code": "X"}}, status=409)
    ask("patch", f"Things({pk})", {"Datastreams": []}, status=400)


def patching(token, path, operations, *, status, kind="application/json-patch+json"):
    answer = Client().patch(f"{ROOT}/{path}", json.dumps(operations), content_type=kind,
                            headers={"authorization": f"Bearer {token}"})  # fmt: skip
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_operations_change_what_they_name_and_nothing_else(ask):
    token = issue()
    pk = ask("post", "Things", station(Datastreams=[stream()]), status=201)["@iot.id"]
    path = f"Things({pk})"
    shown = patching(token, path, [
        {"op": "test", "path": "/name", "value": "新建站"}, {"op": "replace", "path": "/name", "value": "改名站"},
        {"op": "add", "path": "/properties/depth", "value": 3},
        {"op": "add", "path": "/properties/tags", "value": ["a"]},
        {"op": "add", "path": "/properties/tags/-", "value": "b"},
        {"op": "replace", "path": "/properties/kind", "value": "river"},
        {"op": "move", "from": "/properties/owner", "path": "/properties/keeper"},
        {"op": "copy", "from": "/properties/keeper", "path": "/properties/reader"},
    ], status=200)  # fmt: skip
    assert (shown["name"], shown["description"]) == ("改名站", "接口建立的站")
    assert shown["properties"]["tags"] == ["a", "b"]
    assert shown["properties"]["keeper"] == shown["properties"]["reader"] == "水利局"
    assert "owner" not in shown["properties"]
    assert Thing.objects.get(pk=pk).kind == "river"
    # What the register says is not kept a second time beside it.
    kept = Description.objects.get(entity="Things", key=pk).given["properties"]
    assert kept.keys() == {"depth", "tags", "keeper", "reader"}
    row = Datastream.objects.get(thing_id=pk)
    assert patching(token, f"Datastreams({row.pk})", [{"op": "replace", "path": "/name", "value": "上游"}], status=200)
    assert Datastream.objects.get(pk=row.pk).name == "上游"


def test_operations_that_do_not_fit_change_nothing(ask):
    token = issue()
    pk = ask("post", "Things", station(), status=201)["@iot.id"]
    before = ask("get", f"Things({pk})", status=200)
    name = {"op": "replace", "path": "/name", "value": "改名"}
    grown = [{"op": "copy", "from": "/properties", "path": f"/properties/a{n}"} for n in range(11)]
    for operations, status in (
        ([name, {"op": "test", "path": "/name", "value": "别的"}], 409),
        ([name, {"op": "remove", "path": "/name"}], 409),
        ([name, {"op": "remove", "path": "/properties/code"}], 409),
        ([name, {"op": "remove", "path": "/nothing"}], 400),
        ([name, {"op": "explode", "path": "/name"}], 400), ([name, 5], 400), ([], 400), ({}, 400), ([name] * 51, 400),
        ([{"op": "replace", "path": "", "value": 5}], 400), ([{"op": "add", "path": "/whatever", "value": 1}], 400),
        ([{"op": "replace", "path": "/name", "value": 5}], 400), (grown + grown, 400),
        ([{"op": "replace", "path": "/properties/code", "value": "X"}], 409),
        ([{"op": "replace", "path": "/Datastreams", "value": []}], 400),
    ):  # fmt: skip
        assert patching(token, f"Things({pk})", operations, status=status)["message"], operations
    assert ask("get", f"Things({pk})", status=200) == before
    assert patching(token, f"Things({pk})", [name], status=415, kind="application/merge-patch+json")["message"]
    assert patching(issue(role=Role.R03, sectors=("flood",)), f"Things({pk})", [name], status=404)["message"]
    patching(token, f"FeaturesOfInterest({pk})", [name], status=405)


def test_an_observation_is_corrected_by_operations_with_a_reason(ask):
    row = datastream(thing())
    Observation.objects.create(datastream=row, at=START, value=4.0, quality=0, checks=0, received_at=START)
    path, result = f"Observations('{row.pk}-{int(START.timestamp() * 1e6)}')", {"op": "replace", "path": "/result"}
    patching(issue(), path, [{**result, "value": 5.5}], status=400)
    reason = {"op": "add", "path": "/parameters/reason", "value": "校准"}
    assert patching(issue(), path, [{**result, "value": 5.5}, reason], status=200)["result"] == 5.5
    assert AuditEntry.objects.get(action="observation.corrected").reason == "校准"


def test_what_is_removed_goes_out_of_use_with_its_reason(ask):
    pk = ask("post", "Things", station(), status=201)["@iot.id"]
    ask("delete", f"Things({pk})?reason=拆除", status=204)
    ask("get", f"Things({pk})", status=404)
    ask("delete", f"Things({pk})", status=404)
    assert Thing.objects.get(pk=pk).retired_at is not None
    assert AuditEntry.objects.get(action="thing.retired").reason == "拆除"


def test_methods_that_no_service_allows_say_which_are(ask):
    pk = ask("post", "Things", station(Datastreams=[stream()]), status=201)["@iot.id"]
    row = Datastream.objects.get(thing_id=pk)
    for method, path, allowed in (
        ("post", "Sensors", "GET, HEAD"), ("post", "FeaturesOfInterest", "GET, HEAD"),
        ("post", "HistoricalLocations", "GET, HEAD"), ("post", f"Things({pk})", "GET, HEAD, PATCH, PUT, DELETE"),
        ("delete", f"Datastreams({row.pk})", "GET, HEAD, PATCH, PUT"), ("delete", "Things", "GET, HEAD, POST"),
        ("patch", f"FeaturesOfInterest({pk})", "GET, HEAD"), ("patch", f"Things({pk})/name", "GET, HEAD"),
        ("put", f"Things({pk})/Datastreams/$ref", "GET, HEAD"), ("options", "Things", "GET, HEAD"),
    ):  # fmt: skip
        assert ask(method, path, {}, status=405).headers["Allow"] == allowed, (method, path)


def test_an_observation_is_corrected_with_a_reason(ask):
    row = datastream(thing())
    Observation.objects.create(datastream=row, at=START, value=4.0, quality=0, checks=0, received_at=START)
    path = f"Observations('{row.pk}-{int(START.timestamp() * 1e6)}')"
    ask("patch", path, {"result": 5.5}, status=400)
    shown = ask("patch", path, {"result": 5.5, "parameters": {"reason": "校准"}}, status=200)
    assert (shown["result"], shown["resultQuality"]["code"]) == (5.5, "corrected")
    assert AuditEntry.objects.get(action="observation.corrected").reason == "校准"
    ask("delete", path, status=405)


def test_values_wait_while_ingest_is_away_and_nothing_is_made(ask, settings):
    settings.INGEST_ADDRESSES = {"http": "127.0.0.1:1"}
    row = datastream(thing())
    ask("post", f"Datastreams({row.pk})/Observations", {"result": 1}, status=503)
    full = stream(Observations=[{"phenomenonTime": "2026-07-04T00:00:00Z", "result": 1}])
    ask("post", "Things", station(Datastreams=[full]), status=503)
    assert Thing.objects.count() == 1


def test_a_browser_session_sends_no_values(cast, sit):
    row = datastream(thing())
    answer = sit(cast.township).post(
        f"{ROOT}/Datastreams({row.pk})/Observations", json.dumps({"result": 1}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["type"]) == (403, "token_needed")


# Against running processes


@pytest.fixture
def ingest(transactional_db, settings):
    """A running ingest, the one that the web process is told of; and a token over the county."""
    with connection.cursor() as cursor:
        cursor.execute("truncate sensing_observation")
    scene()
    with Running(datetime.now(UTC)) as running:
        door = running.server.addresses["http"]
        settings.INGEST_ADDRESSES = {"http": f"{door.host}:{door.port}"}
        yield running


def test_values_are_stored_once_and_another_value_is_a_conflict(ingest):
    ask, row = asking(issue()), datastream(thing())
    path, at = f"Datastreams({row.pk})/Observations", "2026-07-04T08:00:00.25+08:00"
    made = ask("post", path, {"phenomenonTime": at, "result": 41.5}, status=201)
    assert (made["result"], made["phenomenonTime"]) == (41.5, "2026-07-04T00:00:00.250000Z")
    assert ask("get", made["@iot.selfLink"], status=200) == made
    ask("post", path, {"phenomenonTime": at, "result": 41.5}, status=201)
    assert ask("post", path, {"phenomenonTime": at, "result": 42}, status=409)["type"] == "duplicate"
    ask("post", "Observations", {"result": 42, "Datastream": {"@iot.id": row.pk}}, status=201)
    ask("post", "Observations", {"result": 42, "Datastream": {"@iot.id": 987654}}, status=400)
    ask("post", path, {"phenomenonTime": "2126-01-01T00:00:00Z", "result": 42}, status=400)
    ask("post", path, {"phenomenonTime": at + "/" + at, "result": 42}, status=400)
    ask("post", path, {"result": "42"}, status=400)
    assert sorted(Observation.objects.values_list("value", flat=True)) == [41.5, 42]


def test_who_may_not_send_for_a_thing_may_not_here(ingest):
    row = datastream(thing())
    asking(issue(role=Role.R03, sectors=("flood",)))(
        "post", f"Datastreams({row.pk})/Observations", {"result": 1}, status=403
    )
    assert not Observation.objects.exists()


def test_arrays_are_stored_row_by_row(ingest):
    ask, one, two = asking(issue()), datastream(thing()), datastream(thing("RV2", "乙站"))
    times = [(START + timedelta(minutes=i)).isoformat() for i in range(4)]
    body = [
        {"Datastream": {"@iot.id": one.pk}, "components": ["phenomenonTime", "result", "FeatureOfInterest/id"],
         "dataArray@iot.count": 3, "dataArray": [[times[0], 1, one.thing_id], [times[1], "x", one.thing_id],
                                                [times[2], 3.5, 987654]]},
        {"Datastream": {"@iot.id": two.pk}, "components": ["result", "phenomenonTime"],
         "dataArray": [[7, times[0]], [8, "2126-01-01T00:00:00Z"], [None, times[3]]]},
        {"Datastream": {"@iot.id": 987654}, "components": ["result"], "dataArray": [[1]]},
    ]  # fmt: skip
    found = ask("post", "CreateObservations", body, status=201)
    assert [each == "error" for each in found] == [False, True, True, False, True, False, True]
    assert ask("get", found[0], status=200)["result"] == 1
    again = deepcopy(body)
    again[1]["dataArray"][0][0] = 9
    assert [each == "error" for each in ask("post", "CreateObservations", again, status=201)][3] is True
    assert Observation.objects.count() == 3
    for broken in ({}, [], [1], [{"Datastream": {"@iot.id": one.pk}, "components": ["result"], "dataArray": [[1, 2]]}]):
        ask("post", "CreateObservations", broken, status=400)


@pytest.mark.parametrize("name", BODIES)
def test_the_bodies_of_the_reference_server_are_taken_whole(ingest, shared, name):
    path = shared / "data/06b_iot_payloads/frost_server_tests" / name
    if not path.is_file():
        pytest.skip("needs the reference server's test bodies")
    assert {each.name for each in path.parent.glob("*.json")} == set(BODIES)
    ask, body = asking(issue()), json.loads(path.read_text(encoding="utf-8"))
    pk = ask("post", "Things", body, status=201)["@iot.id"]
    inner = "Datastreams($orderby=id;$expand=ObservedProperty,Sensor,Observations($orderby=phenomenonTime))"
    shown = ask("get", f"Things({pk})?$expand=Locations,{inner}", status=200)
    assert contains(shown, body), json.dumps(shown, ensure_ascii=False)


def contains(shown, given):
    """Whether all that was given is shown, whatever the server knows besides."""
    if isinstance(given, dict):
        return all(name in shown and contains(shown[name], value) for name, value in given.items())
    if isinstance(given, list):
        return len(shown) == len(given) and all(map(contains, shown, given))
    return shown == given


@pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated:DeprecationWarning")
def test_an_outside_client_works_through_the_wire(ingest, live_server):
    identifier, _dot, secret = issue().partition(".")
    service = client.SensorThingsService(f"{live_server.url}{ROOT}", client.AuthHandler(identifier, secret))
    at = centre("330825101200")
    place = client.Location(
        name="桥头", description="桥", encoding_type="application/geo+json",
        location={"type": "Point", "coordinates": [at.x, at.y]},
    )  # fmt: skip
    sensor = client.Sensor(name="雷达", description="雷达", encoding_type="text/plain", metadata="R-1")
    prop = client.ObservedProperty(name="水面", definition="http://example.org/def/Stage", description="水面高程")
    row = client.Datastream(
        name="水位", description="河道", observation_type=MEASUREMENT,
        unit_of_measurement=client.UnitOfMeasurement("米", "m", "ucum:m"), observed_property=prop, sensor=sensor,
    )  # fmt: skip
    made = client.Thing(name="桥站", description="外部客户端建立", locations=[place], datastreams=[row])
    service.create(made)
    found = service.things().find(made.id)
    assert (found.name, found.description) == ("桥站", "外部客户端建立")
    stream_row = found.get_datastreams().query().list().get(0)
    for minute in range(5):
        when = (START + timedelta(minutes=minute)).isoformat()
        service.create(client.Observation(phenomenon_time=when, result=minute, datastream=stream_row))
    listed = stream_row.get_observations().query().orderby("phenomenonTime", "ASC").top(2).list()
    assert [each.result for each in listed] == [0, 1, 2, 3, 4]
    wanted = stream_row.get_observations().query().filter("result gt 2").count().list()
    assert sorted(each.result for each in wanted) == [3, 4]
    service.delete(found)
    with pytest.raises(requests.exceptions.HTTPError):
        service.things().find(made.id)
    assert Sensor.objects.count() == 1
    assert Observation.objects.count() == 5
