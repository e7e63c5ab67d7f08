# SPDX-License-Identifier: Apache-2.0
"""Other servers' pages: what is taken, what is left, what is refused."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire.base import Refused
from anshu.wire.sensorthings import SensorThingsSettings, Stream, read_observations, read_streams

SHARED = Path(__file__).resolve().parents[4] / "shared/data/06b_iot_payloads"
SETTINGS = SensorThingsSettings.parse(
    {
        "url": "https://h/FROST-Server/v1.1/",
        "filter": "name eq 'a b'",
        "prefix": "x:",
        "properties": [
            {"match": "Stage", "property": "water_level"},
            {"match": "urn:q", "property": "discharge", "unit": "L/s"},
        ],
    }
)
STREAM = Stream(7, "x:1", "water_level", "m", (-9999.0,))
PERIOD = "2026-07-04T05:00:00Z/2026-07-04T14:00:00+08:00"
THING = {"@iot.id": 1, "name": "T"}


def page(*rows, **more):
    return json.dumps({"value": list(rows), **more}).encode()


def datastream(number, name="", definition="", unit=None, thing=THING):
    return {
        "@iot.id": number,
        "name": "d",
        "unitOfMeasurement": unit,
        "Thing": thing,
        "ObservedProperty": {"name": name, "definition": definition},
    }


def test_datastreams_are_known_by_name_or_definition():
    rows = (datastream(1, "Stage", unit={"symbol": "ft"}), datastream("b", definition="urn:q"), datastream(3, "Salt"))
    found = read_streams(SETTINGS, page(*rows, **{"@iot.nextLink": "http://elsewhere/x?$skip=3"}))
    assert found.rows == [Stream(1, "x:1", "water_level", "ft", ()), Stream("b", "x:1", "discharge", "L/s", ())]
    assert (found.next, found.unmatched) == ("$skip=3", 1)


@pytest.mark.parametrize("thing", [None, {}, {"@iot.id": True}, {"@iot.id": "n" * 70}, {"@iot.id": "a\nb"}])
def test_a_thing_without_a_usable_address_is_left(thing):
    assert read_streams(SETTINGS, page(datastream(1, "Stage", thing=thing))).unmatched == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"phenomenonTime": "2026-07-04T06:00:00Z", "result": 1.5}, ("2026-07-04T06:00:00+00:00", 1.5, "good")),
        ({"phenomenonTime": PERIOD, "result": 2}, ("2026-07-04T14:00:00+08:00", 2.0, "good")),
        ({"phenomenonTime": "2026-07-04T06:00:00Z", "result": None}, ("2026-07-04T06:00:00+00:00", None, "missing")),
        ({"phenomenonTime": "2026-07-04T06:00:00Z", "result": -9999}, ("2026-07-04T06:00:00+00:00", None, "missing")),
        ({"phenomenonTime": "2026-07-04T06:00:00Z", "result": True}, ("2026-07-04T06:00:00+00:00", 1.0, "good")),
        ({"phenomenonTime": "2026-07-04T06:00:00Z", "result": 10**400}, ("2026-07-04T06:00:00+00:00", None, "missing")),
    ],
)  # fmt: skip
def test_an_observation_is_read(row, told):
    (found,) = read_observations(STREAM, page(row)).rows
    assert (found.time.isoformat(), found.value, found.quality) == told
    assert (found.thing, found.property, found.unit) == ("x:1", "water_level", "m")


@pytest.mark.parametrize("result", ["wet", {"a": 1}, [1]])
def test_what_is_no_number_is_left(result):
    assert read_observations(STREAM, page({"phenomenonTime": "2026-07-04T06:00:00Z", "result": result})).rows == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"value": {}}',
        b"[" * 100_000,
        page(**{"@iot.nextLink": 5}),
        page({"phenomenonTime": "2026-07-04T06:00:00", "result": 1}),
        page({"phenomenonTime": "yesterday", "result": 1}),
    ],
)
def test_what_is_no_page_is_refused(body):
    with pytest.raises(Refused) as caught:
        read_observations(STREAM, body)
    assert caught.value.fault.message("zh")


@given(
    st.binary(max_size=80)
    | st.recursive(
        st.none() | st.text(max_size=9) | st.integers() | st.floats(),
        lambda each: (
            st.lists(each, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["value", "Thing", "ObservedProperty", "@iot.id", "result", "phenomenonTime", "@iot.nextLink"]
                ),
                each,
                max_size=4,
            )
        ),
    ).map(lambda each: json.dumps(each).encode())
)
def test_no_bytes_do_any_harm(body):
    for read in (lambda: read_streams(SETTINGS, body), lambda: read_observations(STREAM, body)):
        with contextlib.suppress(Refused):
            read()


def test_addresses_carry_what_the_standard_wants():
    streams = urlsplit(SETTINGS.streams())
    assert (streams.hostname, streams.path) == ("h", "/FROST-Server/v1.1/Datastreams")
    assert parse_qs(streams.query)["$filter"] == ["name eq 'a b'"]
    asked = urlsplit(SETTINGS.observations("o'clock", datetime(2026, 7, 4, tzinfo=UTC)))
    assert asked.path == "/FROST-Server/v1.1/Datastreams(%27o%27%27clock%27)/Observations"
    assert parse_qs(asked.query)["$filter"] == ["phenomenonTime gt 2026-07-04T00:00:00.000000Z"]


def test_the_usgs_servers_reply_is_read():
    """A reply of labs.waterdata.usgs.gov as printed in an article; its thing is put where $expand has it."""
    if not SHARED.exists():
        pytest.skip("needs the shared data beside the project")
    served = json.loads((SHARED / "sensorthings_usgs/usgs_09380000.json").read_text())
    rows = [{**each, "Thing": served["Thing"]} for each in served["Datastreams"]["value"]]
    matches = [{"match": "00065", "property": "water_level"}, {"match": "Discharge", "property": "discharge"}]
    settings = SensorThingsSettings.parse({"url": "https://h/sta/v1.1", "properties": matches})
    found = read_streams(settings, page(*rows)).rows
    assert [(each.thing, each.property, each.unit) for each in found] == [
        ("USGS-09380000", "water_level", "ft"),
        ("USGS-09380000", "discharge", "ft^3/s"),
    ]
