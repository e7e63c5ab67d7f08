# SPDX-License-Identifier: Apache-2.0
"""SensorThings 1.1 read: what is answered, in how many statements, and never beyond the caller's rights."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import datastream, observed_property

from anshu.domain.sensing.models import Observation
from anshu.kernel.access.services import api_token_issue
from anshu.kernel.audit.actor import platform
from anshu.web.sensorthings import callers, rate

ROOT = "/sta/v1.1"
START = datetime(2026, 7, 4, 0, 0, tzinfo=UTC)


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
    monkeypatch.setattr(callers, "ALLOWANCES", rate.Allowances(rate=0.01, burst=2))
    ask = lambda: Client().get(f"{ROOT}/", headers={"authorization": f"Bearer {token}"})  # noqa: E731
    assert [ask().status_code for _ in range(3)] == [200, 200, 429]
    assert 90 < int(ask().headers["Retry-After"]) <= 101


def test_a_bucket_is_of_its_burst_and_fills_again_with_time(db):
    allowances = rate.Allowances(rate=2, burst=3)
    moments = [0, 0, 0, 0, 0.4, 0.5, 0.5, 10, 10, 10, 10]
    waits = [allowances.take("a", START + timedelta(seconds=moment)) for moment in moments]
    assert waits == pytest.approx([0, 0, 0, 0.5, 0.1, 0, 0.5, 0, 0, 0, 0.5])
    assert allowances.take("b", START) == 0


@pytest.mark.django_db(transaction=True)
def test_processes_share_one_bucket():
    def work(_number):
        try:
            return [rate.Allowances(rate=1, burst=10).take("a", START) == 0 for _ in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        served = [each for one in pool.map(work, range(4)) for each in one]
    assert (served.count(True), served.count(False)) == (10, 30)


def test_a_township_s_token_reaches_the_township_and_no_further(network, cast):
    near = api_token_issue(
        name="镇平台", division_code="330825101000", expires_at=datetime(2027, 1, 1, tzinfo=UTC), reason="对接",
        actor=platform("test"), now=START,
    )[1]  # fmt: skip
    headers = {"authorization": f"Bearer {near}"}
    assert names(Client().get(f"{ROOT}/Things", headers=headers).json()) == ["后陈水位站", "张家埠水位站"]
    assert Client().get(f"{ROOT}/Observations/$count", headers=headers).content == b"33"
    assert Client().get(f"{ROOT}/Things({network['RV009'][0].pk})", headers=headers).status_code == 404


def test_a_missing_value_is_null(get, network):
    stream = datastream(network["RV002"][0], observed_property("rain_1h", "雨量", "mm"))
    Observation.objects.create(datastream=stream, at=START, value=None, quality=3, checks=1, received_at=START)
    only = get(f"Datastreams({stream.pk})/Observations")["value"][0]
    assert only["result"] is None
    assert only["resultQuality"] == {"code": "missing", "checks": 1}
    get(f"Observations('{stream.pk}-{round(START.timestamp() * 1e6)}')/result", status=204)
