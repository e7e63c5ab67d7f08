# SPDX-License-Identifier: Apache-2.0
"""Brokers outside, real ones: what Mosquitto delivers is acknowledged to it after our commit."""

import json
import threading

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from tests.ingest.conftest import NOW, PATIENCE_S, Running, meter  # noqa: F401  a fixture
from tests.ingest.connectors.conftest import connect, fails, register_thing, works
from tests.ingest.test_quarantine import until
from tools.mosquitto import PASSWORD, PROGRAM, USER, mosquitto

from anshu.domain.sensing.models import Contact, DeviceModel, Observation, Quarantine

pytestmark = [
    pytest.mark.commits,
    pytest.mark.skipif(PROGRAM is None, reason="needs mosquitto (apt install mosquitto)"),
]
AT_MS = round(NOW.timestamp() * 1000) - 60_000
MODEL = {
    "format": "anshu.payload/1",
    "decode": [{"read": "u16", "divide": 100, "property": "water_level", "unit": "m"}],
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with mosquitto(tmp_path_factory.mktemp("broker") / "b", password=True) as found:
        yield found


class Sender:
    """A device of somebody else's broker."""

    def __init__(self, broker):
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(USER, PASSWORD)
        connected = threading.Event()
        self._client.on_connect = lambda *_: connected.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert connected.wait(PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, topic, body, qos=1):
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = self._client.publish(topic, given, qos)
        told.wait_for_publish(PATIENCE_S)
        assert told.is_published()


def settings_for(broker, *subscriptions, client_id="anshu-1", **more):
    given = subscriptions or ({"topic": "site/+/up", "level": 2},)
    return {
        "host": "127.0.0.1",
        "port": broker.port,
        "user": USER,
        "client_id": client_id,
        "subscriptions": list(given),
    } | more


def subscribed(connector):
    """Wait until the broker has let us in: from then on nothing passes us by."""
    return works(connector)


@pytest.mark.parametrize("version", [4, 5])
def test_what_a_broker_delivers_is_stored(meter, ingest, broker, version):  # noqa: F811
    connector = connect("mqtt", settings_for(broker, client_id=f"v{version}", version=version), secret=PASSWORD)
    subscribed(connector)
    with Sender(broker) as sender:
        sender.send("site/m1/up", {"time": AT_MS, "values": {"water_level": 44.2, "voltage": None}})
    until(lambda: Observation.objects.count() == 2)
    assert set(Observation.objects.values_list("value", "quality")) == {(44.2, 0), (None, 3)}
    assert Contact.objects.get(thing=meter).peer == "C1 site/m1/up"


def test_what_comes_while_we_are_away_is_kept_for_us_and_stored_once(meter, quick, broker):  # noqa: F811
    connector = connect("mqtt", settings_for(broker, client_id="away"), secret=PASSWORD)
    with Running(NOW):
        subscribed(connector)
    with Sender(broker) as sender:
        for number in range(200):
            sender.send("site/m1/up", {"time": AT_MS + number, "values": {"water_level": 44.0}})
    with Running(NOW):
        until(lambda: Observation.objects.count() == 200)


def test_a_broker_that_comes_back_is_joined_again(meter, ingest, tmp_path):  # noqa: F811
    with mosquitto(tmp_path / "own", password=True) as own:
        connector = connect("mqtt", settings_for(own), secret=PASSWORD)
        subscribed(connector)
        own.kill()
        fails(connector)
        own.start()
        subscribed(connector)
        with Sender(own) as sender:
            sender.send("site/m1/up", {"time": AT_MS, "values": {"water_level": 44.2}})
        until(lambda: Observation.objects.count() == 1)


def test_a_wrong_password_is_said(network, ingest, broker):
    assert "被拒绝" in fails(connect("mqtt", settings_for(broker, client_id="guess"), secret="guess")).error


def test_payloads_and_envelopes_are_read_like_those_of_our_own_doors(network, ingest, broker):
    model = DeviceModel.objects.create(code="wl", name="WL", kind="river", protocol="mqtt", decoder=MODEL)
    for protocol, address in (("mqtt", "x-7"), ("lorawan", "24e124136b502217")):
        thing = register_thing(protocol, address, "water_level")
        thing.model = model
        thing.save()
    subscriptions = (
        {"topic": "maker/+/bytes", "form": "raw", "level": 2, "prefix": "x-", "port": 2},
        {"topic": "application/#", "form": "chirpstack"},
    )
    subscribed(connect("mqtt", settings_for(broker, *subscriptions, client_id="forms"), secret=PASSWORD))
    uplink = {
        "time": NOW.isoformat(),
        "deviceInfo": {"devEui": "24e124136b502217"},
        "fPort": 2,
        "fCnt": 1,
        "data": "EUQ=",
    }
    with Sender(broker) as sender:
        sender.send("maker/7/bytes", (4420).to_bytes(2, "big"))
        sender.send("application/1/device/24e124136b502217/event/up", uplink)
    until(lambda: Observation.objects.count() == 2)
    assert {round(value, 2) for value in Observation.objects.values_list("value", flat=True)} == {44.2}


def test_rubbish_is_kept_and_does_not_come_again(meter, ingest, broker):  # noqa: F811
    connector = connect("mqtt", settings_for(broker, client_id="rubbish"), secret=PASSWORD)
    subscribed(connector)
    with Sender(broker) as sender:
        sender.send("site/m1/up", b"\xff\x00{")
        sender.send("site/m1/up", {"time": AT_MS, "values": {"water_level": 44.2}})
    until(lambda: Observation.objects.count() == 1)
    entry = Quarantine.objects.get()
    assert (entry.kind, entry.thing_address, entry.seen) == ("refused", "m1", 1)
    assert works(connector).failures == 0


def test_a_flood_is_taken_at_our_pace_and_nothing_of_it_is_lost(meter, ingest, broker, monkeypatch):  # noqa: F811
    monkeypatch.setattr("anshu.ingest.connectors.broker.MOST_UNANSWERED", 50)
    subscribed(connect("mqtt", settings_for(broker, client_id="flood"), secret=PASSWORD))
    with Sender(broker) as sender:
        for number in range(2_000):
            sender.send("site/m1/up", {"time": AT_MS + number, "values": {"water_level": 44.0}}, qos=1)
    until(lambda: Observation.objects.count() == 2_000)
