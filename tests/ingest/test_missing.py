# SPDX-License-Identifier: Apache-2.0
"""Codes for no value, from the bytes of a river service and of a device to the database: never a value."""

import asyncio
import json

import pytest
from tests.ingest.conftest import AT, NOW, PATIENCE_S, SETUP, frame, rule

from anshu.domain.alerts.models import Alarm
from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.models import Datastream, Latest, Observation, Thing
from anshu.domain.sensing.rules import Check
from anshu.domain.sensing.services import datastreams_ensure, missing_codes_set, missing_codes_undo
from anshu.ingest.parcels import Parcel
from anshu.wire.usgs import read_reply

pytestmark = pytest.mark.commits
SITE = "01491000"


@pytest.fixture
def gauge(network):
    """The station of the reply."""
    thing = Thing.objects.create(
        code="US1", name="Choptank River", kind="river", protocol="http", address=SITE, point=network.point,
        division_code=network.division_code, sector_code="flood",
    )  # fmt: skip
    wanted = [("water_level", None), ("discharge", None)]
    datastreams_ensure(thing_id=thing.pk, properties=wanted, actor=SETUP, now=NOW)
    return thing


def submit(ingest, parcel):
    """Hands a parcel to the running pipeline and waits for its commit."""

    async def stored():
        await (await ingest.server.pipeline.submit(parcel))

    asyncio.run_coroutine_threadsafe(stored(), ingest._loop).result(PATIENCE_S)


def test_the_missing_code_of_a_river_service_ends_as_missing(gauge, ingest, shared):
    reply = json.loads((shared / "data/02b_river_stage/usgs_waterservices_iv.txt").read_text())
    levels = next(
        each["values"][0]["value"]
        for each in reply["value"]["timeSeries"]
        if each["sourceInfo"]["siteCode"][0]["value"] == SITE
        and each["variable"]["variableCode"][0]["value"] == "00065"
    )
    levels[1]["value"] = levels[-1]["value"] = "-999999"
    body = json.dumps(reply).encode()
    own = [each for each in read_reply(body) if each.thing == SITE]
    submit(ingest, Parcel(protocol="http", peer="usgs", raw=body, address=SITE, observations=own))
    stream = Datastream.objects.get(thing=gauge, observed_property__code="water_level")
    rows = list(Observation.objects.filter(datastream=stream).order_by("at"))
    assert [row.value is None for row in rows] == [False, True, False, False, True]
    assert {row.quality for row in rows if row.value is None} == {Quality.MISSING}
    assert all(row.checks & Check.MISSING for row in rows if row.value is None)
    assert not Observation.objects.filter(value__lt=-1000).exists()
    assert Latest.objects.get(datastream=stream).at == rows[-2].at


def test_a_devices_own_code_is_missing_from_when_it_is_set_until_it_is_taken_back(network, ingest):
    stream = Datastream.objects.get(thing=network, observed_property__code="water_level")
    rule(network, blue=40.0, yellow=None, orange=None, red=None)

    def send(minute, serial):
        with ingest.line() as line:
            line.ask(frame([("water_level", 99.99)], at=AT.replace(minute=minute), serial=serial))

    missing_codes_set(datastream=stream, codes=[99.99], actor=SETUP, now=NOW, reason="探头断线时送 99.99")
    send(1, 1)
    assert Observation.objects.get().quality == Quality.MISSING
    assert not Alarm.objects.exists()
    missing_codes_undo(datastream=stream, actor=SETUP, now=NOW, reason="说明书有误")
    send(2, 2)
    assert list(Observation.objects.order_by("at").values_list("value", flat=True)) == [None, 99.99]
    assert Alarm.objects.count() == 1
