# SPDX-License-Identifier: Apache-2.0
"""Other servers' SensorThings and a USGS-style service, harvested over HTTP on loopback."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from tests.ingest.conftest import NOW, SETUP, Running
from tests.ingest.connectors.conftest import Service, connect, fails, register_thing, state_of, works
from tests.ingest.test_quarantine import adopt, until

from anshu.domain.sensing.models import Observation, Quarantine
from anshu.domain.sensing.services import connector_update

pytestmark = pytest.mark.commits
SHARED = Path(__file__).resolve().parents[4] / "shared"
HOUR = timedelta(hours=1)
FOOT_M = 0.3048


class Frost:
    """A SensorThings server with two datastreams of one thing, in pages of its own size, that knows itself wrongly."""

    def __init__(self, page=3):
        self.page, self.broken = page, set()
        self.rows = {1: [], 2: [(NOW - HOUR, 7.0)]}

    def __call__(self, request):
        path = request.path
        if path == "/v1.1/Datastreams":
            return {"value": [_datastream(1, "Water level", "ft"), _datastream(2, "Wind", "m/s")]}
        stream = int(re.fullmatch(r"/v1\.1/Datastreams\((\d+)\)/Observations", path)[1])
        if stream in self.broken:
            return web.Response(status=500)
        since = datetime.fromisoformat(request.query["$filter"].removeprefix("phenomenonTime gt "))
        found = [row for row in sorted(self.rows[stream], key=lambda row: row[0]) if row[0] > since]
        skip = int(request.query.get("$skip", 0))
        answer = {"value": [_observation(*row) for row in found[skip : skip + self.page]]}
        if len(found) > skip + self.page:
            query = request.url.update_query({"$skip": skip + self.page}).raw_query_string
            answer["@iot.nextLink"] = f"http://inside.invalid:8080/FROST{path}?{query}"
        return answer


def _datastream(number, name, unit):
    return {
        "@iot.id": number,
        "name": f"{name} of the bridge",
        "unitOfMeasurement": {"symbol": unit},
        "Thing": {"@iot.id": 5, "name": "Bridge", "properties": {"code": "BR5"}},
        "ObservedProperty": {"name": name, "definition": f"http://example.org/{number}"},
    }


def _observation(at, result):
    return {"phenomenonTime": at.isoformat(), "result": result}


@pytest.fixture
def frost():
    found = Frost()
    found.rows[1] = [(NOW - HOUR * n, 10.0 + n) for n in range(1, 8)]
    return found


def settings_for(service, **more):
    matches = [{"match": "Water level", "property": "water_level", "missing": [-9999]}]
    return {"url": f"{service.url}/v1.1", "interval_s": 10, "thing": "properties/code", "properties": matches} | more


def test_every_page_is_read_in_our_units_and_once(network, ingest, frost):
    register_thing("sensorthings", "BR5", "water_level")
    frost.rows[1] += [(NOW - HOUR * 9, -9999), (NOW - HOUR * 10, None), (NOW - HOUR * 11, "wet")]
    with Service(frost) as service:
        connector = connect("sensorthings", settings_for(service))
        until(lambda: Observation.objects.count() == 9)
        state = works(connector)
    stored = dict(Observation.objects.values_list("at", "value"))
    assert stored[NOW - HOUR * 3] == pytest.approx(13.0 * FOOT_M)
    assert [stored[NOW - HOUR * n] for n in (9, 10)] == [None, None]
    assert state.received == 9
    assert state.cursor == {"1": (NOW - HOUR).isoformat()}


def test_the_next_time_goes_on_from_where_it_was_read_to(network, quick, frost):
    register_thing("sensorthings", "BR5", "water_level")
    with Service(frost) as service:
        connector = connect("sensorthings", settings_for(service, overlap_h=1.5))
        with Running(NOW):
            until(lambda: Observation.objects.count() == 7)
            works(connector)
        frost.rows[1].append((NOW - timedelta(minutes=5), 30.0))
        service.asked.clear()
        with Running(NOW):
            until(lambda: Observation.objects.count() == 8)
        told = next(each.query["$filter"] for each in service.asked if "Observations" in each.path)
    assert datetime.fromisoformat(told.removeprefix("phenomenonTime gt ")) == NOW - HOUR * 2.5


def test_a_thing_nobody_registered_is_shown_once_and_read_from_its_beginning_when_it_is(network, ingest, frost):
    with Service(frost) as service:
        connector = connect("sensorthings", settings_for(service))
        until(lambda: Quarantine.objects.exists())
        state = works(connector)
        assert (state.cursor, state.received) == ({}, 0)
        assert "BR5" in state.note
        entry = Quarantine.objects.get()
        assert (entry.protocol, entry.thing_address) == ("sensorthings", "BR5")
        adopt(entry)
        connector_update(connector=connector, name="again", reason="x", actor=SETUP, now=NOW)
        until(lambda: Observation.objects.count() == 3)
        # The next round; it need not be waited for.
        connector_update(
            connector=connector, settings=settings_for(service, page=500), reason="x", actor=SETUP, now=NOW
        )
        until(lambda: Observation.objects.count() == 7)


def test_a_datastream_that_fails_costs_no_other(network, ingest, frost):
    register_thing("sensorthings", "BR5", "water_level", "wind_speed")
    frost.broken = {1}
    matches = [{"match": "Water level", "property": "water_level"}, {"match": "Wind", "property": "wind_speed"}]
    with Service(frost) as service:
        connector = connect("sensorthings", settings_for(service, properties=matches))
        until(lambda: Observation.objects.count() == 1)
        state = works(connector)
    assert "HTTP 500" in state.error


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"value": 3}, "value"),
        ({"nothing": []}, "value"),
        ({"value": []}, "0 个数据流"),
        ({"value": [{"@iot.id": 1}]}, "1 个数据流"),
    ],
)
def test_an_answer_that_is_none_is_said(network, ingest, answer, said):
    with Service(lambda request: answer) as service:
        assert said in fails(connect("sensorthings", settings_for(service))).error


def reply(site, *rows):
    """One site's reply in the service's own layout; values in feet."""
    values = [{"value": value, "qualifiers": ["P"], "dateTime": at.isoformat()} for at, value in rows]
    variable = {"variableCode": [{"value": "00065"}], "unit": {"unitCode": "ft"}, "noDataValue": -999999.0}
    series = {"sourceInfo": {"siteCode": [{"value": site}]}, "variable": variable, "values": [{"value": values}]}
    return {"value": {"timeSeries": [series]}}


def test_a_river_service_is_read_in_metres_and_its_missing_code_is_missing(network, ingest):
    register_thing("usgs", "us:01646500", "water_level")
    answer = reply("01646500", (NOW - HOUR, "3.5"), (NOW - HOUR * 2, "-999999"))
    with Service(lambda request: answer) as service:
        settings = {"url": f"{service.url}/iv", "sites": ["01646500", "99"], "prefix": "us:"}
        connector = connect("usgs", settings)
        until(lambda: Observation.objects.count() == 2)
        state = works(connector)
        query = service.asked[0].query
    assert dict(Observation.objects.values_list("value", "quality")) == {3.5 * FOOT_M: 0, None: 3}
    assert (query["sites"], query["parameterCd"]) == ("01646500,99", "00060,00065")
    assert datetime.fromisoformat(query["startDT"]) == (NOW - timedelta(days=1)).replace(second=0, microsecond=0)
    assert state.error == "没有 99 的数据"


def test_a_reply_as_served_is_harvested(network, quick):
    """The mock reply of DOI-USGS/dataretrieval-python, as that service sent it."""
    file = SHARED / "data/02b_river_stage/usgs_nwis_iv_mock.json"
    if not file.exists():
        pytest.skip("needs the shared data beside the project")
    document = json.loads(file.read_bytes())
    served = document["value"]["timeSeries"]
    sites = sorted({series["sourceInfo"]["siteCode"][0]["value"] for series in served})
    for site in sites:
        register_thing("usgs", site, "water_level", "discharge")
    latest = max(
        datetime.fromisoformat(row["dateTime"])
        for series in served
        for group in series["values"]
        for row in group["value"]
    )
    with Service(lambda request: document) as service, Running(latest + HOUR):
        connector = connect("usgs", {"url": service.url, "sites": sites, "first_days": 60})
        works(connector)
    wanted = sum(
        len(g["value"])
        for s in served
        for g in s["values"]
        if s["variable"]["variableCode"][0]["value"] in ("00060", "00065")
    )
    assert Observation.objects.count() == wanted
    assert state_of(connector).failures == 0
