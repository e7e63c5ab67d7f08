# SPDX-License-Identifier: Apache-2.0
"""SensorThings 1.1 read: what is answered, in how many statements, and never beyond the caller's rights."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import datastream, observed_property, thing

from anshu.domain.sensing.models import Observation
from anshu.kernel.access.services import api_token_issue
from anshu.kernel.audit.actor import platform
from anshu.web.sensorthings import callers, rate

ROOT = "/sta/v1.1"
START = datetime(2026, 7, 4, 0, 0, tzinfo=UTC)
FAR = "330825109205"


@pytest.fixture(autouse=True)
def fresh_allowance(monkeypatch):
    monkeypatch.setattr(callers, "ALLOWANCES", rate.Allowances(lambda: 0.0, burst=1_000))


@pytest.fixture
def network(cast):
    """Two stations of one township and one of another, each with its values."""
    made = {}
    for code, name, place, count in (
        ("RV001", "后陈水位站", "330825101200", 30),
        ("RV002", "张家埠水位站", "330825101200", 3),
        ("RV009", "外乡水位站", FAR, 3),
    ):
        station = thing(code, name, division_code=place)
        stream = datastream(station)
        Observation.objects.bulk_create(
            Observation(datastream=stream, at=START + timedelta(minutes=5 * i), value=40.0 + i, quality=0, checks=0,
                        received_at=START + timedelta(minutes=5 * i, seconds=2))
            for i in range(count)
        )  # fmt: skip
        made[code] = (station, stream)
    return made


@pytest.fixture
def token(cast):
    """An upper platform's token over the whole county."""
    return api_token_issue(
        name="上级平台", division_code="330825000000", expires_at=datetime(2027, 1, 1, tzinfo=UTC), reason="对接",
        actor=platform("test"), now=START,
    )[1]  # fmt: skip


@pytest.fixture
def get(network, token):
    """Asks as the upper platform."""

    def ask(path, *, status=200, **options):
        query = "&".join(f"${name}={quote(str(value))}" for name, value in options.items())
        address = path if path.startswith("http") else f"{ROOT}/{path}" + (f"?{query}" if query else "")
        answer = Client().get(address, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.content.decode()

    return ask


def names(answer):
    return [each["name"] for each in answer["value"]]


def test_the_root_names_every_kind_and_what_is_conformed_to(get):
    root = get("")
    assert {each["name"] for each in root["value"]} == {
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties",
        "Observations", "FeaturesOfInterest",
    }  # fmt: skip
    assert any("1.1/req/datamodel" in each for each in root["serverSettings"]["conformance"])
    for each in root["value"]:
        assert get(each["url"])["value"]


def test_a_thing_has_what_the_standard_asks_for(get, network):
    pk = network["RV001"][0].pk
    shown = get(f"Things({pk})")
    assert shown["@iot.id"] == pk
    assert shown["@iot.selfLink"] == f"http://testserver{ROOT}/Things({pk})"
    assert shown["Datastreams@iot.navigationLink"].endswith(f"Things({pk})/Datastreams")
    assert (shown["name"], shown["properties"]["code"]) == ("后陈水位站", "RV001")
    assert shown["description"]
    assert "secret" not in json.dumps(shown)


def test_paths_go_as_deep_as_links_do(get, network):
    station, stream = network["RV001"]
    path = f"Things({station.pk})/Datastreams({stream.pk})"
    assert len(get(f"{path}/Observations")["value"]) == 30
    assert get(f"{path}/Observations/$count") == "30"
    assert get(f"{path}/Thing/name") == {"name": "后陈水位站"}
    assert get(f"{path}/Thing/name/$value") == "后陈水位站"
    assert get(f"{path}/unitOfMeasurement/symbol/$value") == "m"
    assert get(f"{path}/ObservedProperty/Datastreams({stream.pk})/Sensor/Datastreams/$count") == "1"
    assert get(f"{path}/Observations/$ref")["value"][0].keys() == {"@iot.selfLink"}
    other = network["RV002"][1].pk
    get(f"Things({station.pk})/Datastreams({other})", status=404)


def test_every_link_can_be_followed_both_ways(get):
    for kind in [each["name"] for each in get("")["value"]]:
        shown = get(kind, top=1)["value"][0]
        again = get(shown["@iot.selfLink"])
        assert again == shown
        for name, address in shown.items():
            if name.endswith("navigationLink"):
                get(address)


def test_a_location_is_where_a_thing_stands_and_its_history_where_it_stood(get, network):
    station = network["RV001"][0]
    before = get(f"Things({station.pk})/Locations")["value"][0]
    station.point.x += 0.01
    station.save()
    now = get(f"Things({station.pk})/Locations")["value"]
    assert [each["location"]["coordinates"][0] for each in now] == [pytest.approx(station.point.x, abs=1e-6)]
    assert now[0]["@iot.id"] != before["@iot.id"]
    history = get(f"Things({station.pk})/HistoricalLocations", expand="Locations")["value"]
    assert [each["Locations"][0]["location"] for each in history] == [before["location"], now[0]["location"]]
    assert get(f"Locations({before['@iot.id']})/Things")["value"] == []


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("result gt 68", 1), ("result ge 68 and result le 69", 2), ("result lt 41 or result eq 69", 4),
        ("not result gt 41", 6), ("result add 1 eq 41", 3), ("result sub 40 mul 2 eq -40", 3),
        ("result mod 2 eq 0", 19), ("result div 2 eq 20", 3), ("-result lt -68", 1), ("result eq null", 0),
        ("result ne null", 36), ("phenomenonTime lt 2026-07-04T00:05:00Z", 3),
        ("phenomenonTime ge 2026-07-04T10:00:00 08:00", 6), ("phenomenonTime add duration'PT10M' lt now()", 36),
        ("minute(phenomenonTime) eq 5 and hour(phenomenonTime) eq 2", 1), ("date(phenomenonTime) eq 2026-07-04", 36),
        ("time(phenomenonTime) lt 00:05:00", 3), ("Datastream/Thing/properties/code eq 'RV002'", 3),
        ("Datastream/Thing/name eq '张家埠水位站'", 3), ("substringof('外乡', Datastream/Thing/name)", 3),
        ("Datastream/unitOfMeasurement/symbol eq 'm'", 36), ("resultQuality/code eq 'good'", 36),
        ("resultQuality/checks gt 0", 0), ("round(result div 10) eq 7", 5), ("floor(result) eq 40", 3),
        ("st_within(FeatureOfInterest/feature, geography'POLYGON((0 0,1 0,1 1,0 1,0 0))')", 0),
        ("geo.distance(FeatureOfInterest/feature, geography'POINT(119 29)') lt 1000000", 36),
    ],
)  # fmt: skip
def test_filters_mean_what_the_standard_says(get, condition, found):
    assert int(get("Observations/$count", filter=condition)) == found


@pytest.mark.parametrize(
    ("kind", "condition", "found"),
    [
        ("Things", "startswith(name, '后陈')", ["后陈水位站"]),
        ("Things", "endswith(tolower(properties/code), '9')", ["外乡水位站"]),
        ("Things", "length(name) eq 6", ["张家埠水位站"]),
        ("Things", "indexof(name,'水') eq 2 and substring(name,0,1) eq '外'", ["外乡水位站"]),
        ("Things", "concat(concat(name,'-'),properties/code) eq '后陈水位站-RV001'", ["后陈水位站"]),
        ("Things", "properties/code eq 'RV001' or properties/code eq 'RV009'", ["后陈水位站", "外乡水位站"]),
        ("Things", "Datastreams/ObservedProperty/name eq '水位' and properties/code eq 'RV001'", ["后陈水位站"]),
        ("Things", "Datastreams/Observations/result gt 60", ["后陈水位站"]),
        ("Things", "properties/reportInterval lt 1000 and properties/missing eq null",
         ["后陈水位站", "张家埠水位站", "外乡水位站"]),
        ("Things", "properties/code gt 5", []),
    ],
)  # fmt: skip
def test_things_are_found_by_what_they_are_and_have(get, kind, condition, found):
    assert names(get(kind, filter=condition)) == found


def test_pages_hang_together_whatever_the_order(get, network):
    for order in ("phenomenonTime desc", "phenomenonTime asc", "result desc", "Datastream/Thing/name,id desc", "id"):
        answer, seen = get("Observations", orderby=order, top=7, count="true"), []
        while True:
            assert answer["@iot.count"] == 36
            seen += [each["@iot.id"] for each in answer["value"]]
            if "@iot.nextLink" not in answer:
                break
            answer = get(answer["@iot.nextLink"])
        assert len(seen) == len(set(seen)) == 36, order


def test_the_newest_come_first_over_the_whole_network(get):
    answer = get("Observations", orderby="phenomenonTime desc", top=3, skip=1)
    assert [each["result"] for each in answer["value"]] == [68, 67, 66]


def test_expand_goes_down_with_options_of_its_own(get, network):
    inner = "Datastreams($select=name;$expand=Observations($top=2;$orderby=phenomenonTime desc;$count=true)),Locations"
    found = get("Things", expand=inner, filter="properties/code eq 'RV001'")["value"][0]
    stream = found["Datastreams"][0]
    assert stream.keys() == {
        "name", "Observations", "Observations@iot.count", "Observations@iot.nextLink",
    }  # fmt: skip
    assert [each["result"] for each in stream["Observations"]] == [69, 68]
    assert stream["Observations@iot.count"] == 30
    assert found["Locations"][0]["location"]["type"] == "Point"
    following = get(stream["Observations@iot.nextLink"])
    assert [each["result"] for each in following["value"]] == [67, 66]
    deep = get("Observations", expand="Datastream/Thing/Locations,Datastream/ObservedProperty,FeatureOfInterest", top=1)
    one = deep["value"][0]
    assert one["Datastream"]["Thing"]["Locations"]
    assert one["Datastream"]["ObservedProperty"]["name"] == "水位"
    assert one["FeatureOfInterest"]["feature"]["type"] == "Point"


def test_statements_do_not_grow_with_rows(get, network):
    def statements(**options):
        with CaptureQueriesContext(connection) as caught:
            get("Things", expand="Datastreams($expand=Observations,ObservedProperty),Locations", **options)
        return len(caught)

    assert statements(top=1) == statements(top=3)


def test_values_come_as_arrays_where_asked(get, network):
    answer = get("Observations", resultFormat="dataArray", select="phenomenonTime,result", top=32, count="true")
    assert answer["@iot.count"] == 36
    assert [each["dataArray@iot.count"] for each in answer["value"]] == [30, 2]
    assert answer["value"][0]["components"] == ["phenomenonTime", "result"]
    assert answer["value"][0]["dataArray"][0] == ["2026-07-04T00:00:00Z", 40]
    assert [len(each["dataArray"]) for each in get(answer["@iot.nextLink"])["value"]] == [1, 3]


@pytest.mark.parametrize(
    "options",
    [
        {"filter": "result gt"}, {"filter": "result gt 'x'"}, {"filter": "nothing eq 1"}, {"filter": "result"},
        {"filter": "drop(result)"}, {"filter": "(" * 60 + "1 eq 1" + ")" * 60},
        {"filter": "1 eq 1 and " * 800 + "true"},
        {"filter": "phenomenonTime gt 2026-13-45T00:00:00Z"}, {"filter": "result eq 1e308 mul 1e308"},
        {"filter": "st_within(FeatureOfInterest/feature, geography'POINT(')"}, {"filter": "result eq 'a"},
        {"filter": "'a' ; drop table x"}, {"filter": "length(1,2) eq 3"}, {"filter": "phenomenonTime add 5 eq now()"},
        {"top": 1001}, {"top": -1}, {"top": "x"}, {"skip": 10**8}, {"count": "maybe"}, {"orderby": "nothing"},
        {"orderby": "FeatureOfInterest/feature"}, {"select": "nothing"}, {"expand": "Nothing"},
        {"expand": "Datastream("}, {"expand": "Datastream($bad=1)"}, {"skiptoken": "!"}, {"skiptoken": "WzFd"},
        {"expand": "Datastream/Thing/Datastreams/Thing/Datastreams"}, {"resultFormat": "csv"}, {"search": "x"},
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_words(get, options):
    said = get("Observations", status=400, **options)
    assert said.keys() == {"code", "type", "message"}
    assert said["code"] == 400
    assert said["message"]


@pytest.mark.parametrize(
    "path", ["Nothing", "Things(999999)", "Things(x)", "Things('1')x", "Observations('1-')", "Things(1)/Nothing",
             "Things(999999)/Datastreams", "Observations('1-99999999999999999')", "../api"],
)  # fmt: skip
def test_what_is_not_there_is_404_in_the_same_form(get, path):
    assert get(path, status=404)["code"] == 404


def test_nobody_is_served_without_a_name(network):
    for headers in ({}, {"authorization": "Bearer a.b"}, {"authorization": "Basic !!"}):
        answer = Client().get(f"{ROOT}/Things", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["type"] == "unauthorized"


def test_the_token_may_come_as_name_and_password(network, token):
    identifier, _, secret = token.partition(".")
    given = base64.b64encode(f"{identifier}:{secret}".encode()).decode()
    assert Client().get(f"{ROOT}/Things", headers={"authorization": f"Basic {given}"}).status_code == 200


def test_another_townships_station_is_absent_by_every_way(network, cast, sit):
    client, (station, stream) = sit(cast.township), network["RV009"]
    assert "外乡" not in client.get(f"{ROOT}/Things?$expand=Datastreams,Locations").content.decode()
    prop = stream.observed_property_id
    for path in (
        f"Things({station.pk})", f"Datastreams({stream.pk})", f"Datastreams({stream.pk})/Observations",
        f"FeaturesOfInterest({station.pk})", f"Sensors({-station.pk})",
        f"ObservedProperties({prop})/Datastreams({stream.pk})",
    ):  # fmt: skip
        answer = client.get(f"{ROOT}/{path}")
        assert answer.status_code == 404
        assert answer.json()["message"] == client.get(f"{ROOT}/Things(99999999)").json()["message"]
    hidden = f"{ROOT}/Observations/$count?$filter=Datastream/Thing/name eq '外乡水位站'"
    assert client.get(hidden).content == b"0"
    through = f"{ROOT}/ObservedProperties?$filter=Datastreams/Thing/name eq '外乡水位站'"
    assert client.get(through).json()["value"] == []
    assert client.get(f"{ROOT}/Observations/$count").content == b"33"


def test_who_has_no_right_to_monitoring_sees_nothing(network, cast, sit):
    client = sit(cast.system_administrator)
    for kind in ("Things", "Datastreams", "Observations", "ObservedProperties", "Locations"):
        assert client.get(f"{ROOT}/{kind}").json()["value"] == []


def test_whoever_asks_too_often_waits(network, token, monkeypatch):
    monkeypatch.setattr(callers, "ALLOWANCES", rate.Allowances(lambda: 0.0, rate=1, burst=2))
    ask = lambda: Client().get(f"{ROOT}/", headers={"authorization": f"Bearer {token}"})  # noqa: E731
    assert [ask().status_code for _ in range(3)] == [200, 200, 429]
    assert int(ask().headers["Retry-After"]) >= 1


def test_a_bucket_fills_again_with_time():
    clock = iter([0.0, 0.0, 0.5, 1.0])
    allowances = rate.Allowances(lambda: next(clock), rate=1, burst=1)
    assert [allowances.take("a") > 0 for _ in range(4)] == [False, True, True, False]


def test_a_missing_value_is_null(get, network):
    stream = datastream(network["RV002"][0], observed_property("rain_1h", "雨量", "mm"))
    Observation.objects.create(datastream=stream, at=START, value=None, quality=3, checks=1, received_at=START)
    only = get(f"Datastreams({stream.pk})/Observations")["value"][0]
    assert only["result"] is None
    assert only["resultQuality"] == {"code": "missing", "checks": 1}
    get(f"Observations('{stream.pk}-{round(START.timestamp() * 1e6)}')/result", status=204)
