# SPDX-License-Identifier: Apache-2.0
"""What the root document claims, requirement class by requirement class (OGC 18-088), and nothing that is not so."""

import pytest
from django.test import Client
from tests.cast import centre

from anshu.web.sensorthings import options, views

ROOT = "/sta/v1.1"
SPEC = "http://www.opengis.net/spec/iot_sensing/1.1/req"
# Mandatory properties and links of each kind (18-088, tables 2 to 21).
MODEL = {
    "Things": ("name description", "Locations HistoricalLocations Datastreams"),
    "Locations": ("name description encodingType location", "Things HistoricalLocations"),
    "HistoricalLocations": ("time", "Locations Thing"),
    "Datastreams": (
        "name description observationType unitOfMeasurement", "Thing Sensor ObservedProperty Observations",
    ),
    "Sensors": ("name description encodingType metadata", "Datastreams"),
    "ObservedProperties": ("name definition description", "Datastreams"),
    "Observations": ("phenomenonTime result resultTime", "Datastream FeatureOfInterest"),
    "FeaturesOfInterest": ("name description encodingType feature", "Observations"),
}  # fmt: skip


def the_data_model(get, network, monkeypatch):
    for kind, (properties, links) in MODEL.items():
        shown = get(kind, top=1)["value"][0]
        assert all(shown[name] is not None for name in (*properties.split(), "@iot.id", "@iot.selfLink")), kind
        assert {f"{name}@iot.navigationLink" for name in links.split()} <= shown.keys(), kind
    assert get("Datastreams", top=1)["value"][0]["unitOfMeasurement"].keys() == {"name", "symbol", "definition"}


def paths_to_entities(get, network, monkeypatch):
    station, stream = network["RV001"]
    assert {each["name"] for each in get("")["value"]} == set(MODEL)
    for path in (f"Things({station.pk})/Datastreams({stream.pk})/ObservedProperty", f"Datastreams({stream.pk})/Sensor"):
        assert get(path)["@iot.selfLink"]
    assert get(f"Things({station.pk})/name") == {"name": "后陈水位站"}
    assert get(f"Things({station.pk})/name/$value") == "后陈水位站"
    assert get(f"Things({station.pk})/Datastreams/$ref")["value"] == [
        {"@iot.selfLink": f"http://testserver{ROOT}/Datastreams({stream.pk})"}
    ]
    assert get("Things(987654321)", status=404)["code"] == 404


def query_options(get, network, monkeypatch):
    monkeypatch.setattr(options, "MOST_TOP", 5)
    shown = get("Observations", top=1_000_000, count="true", orderby="result desc", skip=1)
    # A $top beyond the service's own limit is served by pages of that limit.
    assert [each["result"] for each in shown["value"]] == [68, 67, 66, 65, 64]
    assert shown["@iot.count"] == 36
    assert len(get(shown["@iot.nextLink"])["value"]) == 5
    assert "@iot.count" not in get("Observations", count="false")
    picked = get("Things", select="name,Datastreams", expand="Locations($select=name)", filter="name eq '后陈水位站'")
    assert picked["value"][0].keys() == {"name", "Datastreams@iot.navigationLink", "Locations"}
    for wrong in ({"filter": "result gt"}, {"unknown": "1"}, {"top": "-1"}):
        assert get("Observations", status=400, **wrong)["code"] == 400


def history_of_locations(get, network, monkeypatch):
    station = network["RV001"][0]
    before = get(f"Things({station.pk})/HistoricalLocations")["value"]
    station.point = centre("330825109205")
    station.save()
    after = get(f"Things({station.pk})/HistoricalLocations", orderby="time desc", expand="Locations")["value"]
    assert len(after) == len(before) + 1
    assert after[0]["Locations"][0]["location"]["coordinates"] == pytest.approx(station.point.coords, abs=1e-6)


def arrays(get, network, monkeypatch):
    shown = get(f"Datastreams({network['RV001'][1].pk})/Observations", resultFormat="dataArray", top=3)
    (group,) = shown["value"]
    assert group.keys() == {"Datastream@iot.navigationLink", "components", "dataArray@iot.count", "dataArray"}
    assert len(group["components"]) == len(group["dataArray"][0])
    assert {"id", "phenomenonTime", "result"} <= set(group["components"])


CLASSES = {
    "datamodel": the_data_model,
    "resource-path/resource-path-to-entities": paths_to_entities,
    "request-data": query_options,
    "create-update-delete/historical-location-auto-creation": history_of_locations,
    "data-array/data-array": arrays,
}


@pytest.mark.parametrize("claimed", CLASSES)
def test_what_is_claimed_holds(claimed, get, network, monkeypatch):
    CLASSES[claimed](get, network, monkeypatch)


def test_nothing_more_is_claimed():
    assert set(views.CONFORMANCE) == {f"{SPEC}/{each}" for each in CLASSES}


def test_what_is_not_claimed_is_indeed_not_so(network, token):
    client = Client(headers={"authorization": f"Bearer {token}"})
    station, stream = network["RV001"]
    answers = {
        "create-entity": client.post(f"{ROOT}/Sensors", "{}", content_type="application/json"),
        "update-entity": client.patch(
            f"{ROOT}/FeaturesOfInterest({station.pk})", "{}", content_type="application/json"
        ),
        "delete-entity": client.delete(f"{ROOT}/Datastreams({stream.pk})"),
        "batch-request": client.post(f"{ROOT}/$batch", "{}", content_type="application/json"),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "create-entity": 405, "update-entity": 405, "delete-entity": 405, "batch-request": 404,
    }  # fmt: skip
