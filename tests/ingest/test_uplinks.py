# SPDX-License-Identifier: Apache-2.0
"""What network servers post: kept until its device is adopted, then read by its model, stored once, and answered so."""

import base64
import hashlib
import http.client
import json
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from tests.ingest.conftest import AT, NOW, SETUP
from tests.ingest.test_quarantine import until

from anshu.domain.sensing.models import DeviceModel, Observation, Quarantine
from anshu.domain.sensing.services import models_seed, quarantine_adopt, thing_connect
from anshu.ingest import rubbish
from anshu.ingest.uplinks import FirstHeard
from anshu.kernel.access.models import ApiToken
from anshu.wire.payload import Uplink, shipped

pytestmark = pytest.mark.commits
EUI = "24e124136b502217"
LEVEL = bytes.fromhex("0382a00f")  # distance 4000 mm
WHEN = AT.isoformat()
POSTED = {
    "chirpstack": {
        "deviceInfo": {"devEui": EUI},
        "time": WHEN,
        "fPort": 85,
        "fCnt": 9,
        "data": base64.b64encode(LEVEL).decode(),
        "rxInfo": [{"rssi": -101, "snr": 5.5}],
    },
    "tts": {
        "end_device_ids": {"dev_eui": EUI.upper(), "device_id": "gauge"},
        "uplink_message": {
            "f_port": 85,
            "frm_payload": base64.b64encode(LEVEL).decode(),
            "received_at": WHEN,
            "rx_metadata": [{"rssi": -101, "snr": 5.5}],
        },
    },
    "thingpark": {
        "DevEUI_uplink": {
            "DevEUI": EUI.upper(),
            "FPort": "85",
            "payload_hex": LEVEL.hex(),
            "Time": WHEN,
            "LrrRSSI": "-101",
            "LrrSNR": "5.5",
        }
    },
    "loriot": {
        "EUI": EUI.upper(),
        "port": 85,
        "data": LEVEL.hex(),
        "ts": AT.timestamp() * 1000,
        "rssi": -101,
        "snr": 5.5,
    },
    "plain": {"devEui": EUI, "fPort": 85, "payload_hex": LEVEL.hex(), "time": WHEN, "rssi": -101, "snr": 5.5},
}


@pytest.fixture
def token(network):
    models_seed(templates={name: shipped.config(name) for name in shipped.names()}, actor=SETUP, now=NOW)
    ApiToken.objects.create(
        name="ChirpStack",
        identifier="lora",
        secret_hash=hashlib.sha256(b"secret").hexdigest(),
        division_code="330825000000",
        created_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


def post(ingest, network, body, *, query="", secret="lora.secret"):
    address = ingest.server.addresses["http"]
    line = http.client.HTTPConnection(address.host, address.port, timeout=20)
    try:
        content = body if isinstance(body, bytes) else json.dumps(body)
        line.request("POST", f"/uplinks/{network}{query}", content, {"Authorization": f"Bearer {secret}"})
        reply = line.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        line.close()


def place(**more):
    values = {
        "code": "DL1",
        "name": "雷达水位计",
        "point": Point(119.2, 29.0, srid=4326),
        "division_code": "330825109201",
    }
    return values | {"model": DeviceModel.objects.get(code="milesight-em500-udl")} | more


def stored():
    rows = Observation.objects.filter(datastream__thing__code="DL1")
    return {(row.datastream.observed_property.code, row.value, row.at) for row in rows}


EXPECTED = {("distance", 4000.0, AT), ("rssi", -101.0, AT), ("snr", 5.5, AT)}


@pytest.mark.parametrize("network_server", POSTED)
def test_a_device_behind_any_network_is_kept_adopted_and_read_by_its_model_once(token, ingest, network_server):
    assert post(ingest, network_server, POSTED[network_server]) == (200, {"accepted": 0, "kept": "unknown_thing"})
    entry = Quarantine.objects.get()
    assert (entry.protocol, entry.thing_address) == ("lorawan", EUI)
    quarantine_adopt(entry=entry, actor=SETUP, now=NOW, **place())
    until(lambda: stored() == EXPECTED)
    # Posted again, as networks do when an answer was lost.
    assert post(ingest, network_server, POSTED[network_server]) == (200, {"accepted": 1})
    assert stored() == EXPECTED


def test_what_is_no_uplink_is_refused_in_words_and_other_events_are_passed_over(token, ingest):
    status, reply = post(ingest, "chirpstack", b"{")
    assert (status, reply["error"]["code"]) == (422, "payload_not_json")
    status, reply = post(ingest, "tts", {"join_accept": {}})
    assert (status, reply["error"]["code"]) == (422, "payload_not_uplink")
    assert post(ingest, "chirpstack", {"deviceInfo": {}}, query="?event=join") == (
        200,
        {"accepted": 0, "ignored": "join"},
    )
    assert post(ingest, "sigfox", POSTED["plain"])[0] == 404
    assert post(ingest, "plain", POSTED["plain"], secret="lora.wrong")[0] == 401
    assert Quarantine.objects.count() == 0


def test_a_payload_that_its_model_cannot_read_is_kept_with_the_reason(token, ingest):
    thing_connect(actor=SETUP, now=NOW, protocol="lorawan", address=EUI, **place())
    status, reply = post(ingest, "plain", POSTED["plain"] | {"payload_hex": "03"})
    assert (status, reply["accepted"]) == (200, 0)
    assert Quarantine.objects.get().reason == reply["kept"]


def test_another_countys_device_looks_like_an_unknown_one(token, ingest):
    thing_connect(actor=SETUP, now=NOW, protocol="lorawan", address=EUI, **place(division_code="330824101201"))
    assert post(ingest, "plain", POSTED["plain"]) == (200, {"accepted": 0, "kept": "unknown_thing"})
    assert stored() == set()


def test_one_device_that_floods_is_told_to_wait_and_others_are_not(token, ingest, monkeypatch):
    door = ingest.server._door
    monkeypatch.setattr(door, "_rate", 0.2)
    status = [post(ingest, "plain", POSTED["plain"] | {"time": None, "n": n})[0] for n in range(4)]
    assert (status[0], status[-1]) == (200, 429)
    assert post(ingest, "plain", POSTED["plain"] | {"devEui": "0000000000000001"})[0] == 200


def test_only_a_counter_tells_a_repetition():
    heard = FirstHeard()
    counted, bare = Uplink(device=EUI, data=LEVEL, counter=7), Uplink(device=EUI, data=LEVEL)
    later = NOW + timedelta(minutes=5)
    assert heard.of(counted, NOW) == heard.of(counted, later) == NOW
    assert heard.of(bare, NOW) == NOW
    assert heard.of(bare, later) == later
    # A counter that began anew.
    assert heard.of(counted, NOW + timedelta(hours=2)) == NOW + timedelta(hours=2)


def test_a_token_brings_only_so_many_strangers_a_minute(token, ingest, monkeypatch):
    monkeypatch.setattr(rubbish, "MOST_OF_HOST", 2)
    status = [post(ingest, "plain", POSTED["plain"] | {"devEui": f"{n:016x}"})[0] for n in range(1, 4)]
    assert status == [200, 200, 429]
    assert Quarantine.objects.count() == 2
    # A registered device is heard all the same.
    thing_connect(actor=SETUP, now=NOW, protocol="lorawan", address=EUI, **place())
    assert post(ingest, "plain", POSTED["plain"]) == (200, {"accepted": 1})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{}", b"\xff\xfe", b"[" * 5000, b'{"devEui": "' + b"a" * 300_000]
)
def test_what_makes_no_sense_is_refused_in_words_and_stored_nowhere(token, ingest, body):
    status, reply = post(ingest, "plain", body)
    assert status in (413, 422)
    assert reply["error"]["message"]
    assert Quarantine.objects.count() == 0
