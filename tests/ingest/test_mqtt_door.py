# SPDX-License-Identifier: Apache-2.0
"""The MQTT door with another maker's client: stored before acknowledged, own topics only, passwords, both versions."""

import json
import socket
import threading

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from tests.ingest.conftest import NOW, PATIENCE_S, SETUP
from tests.ingest.test_quarantine import until

from anshu.domain.sensing.models import Contact, DeviceCommand, DeviceModel, Observation, Quarantine, Thing
from anshu.domain.sensing.services import command_request
from anshu.ingest import rubbish
from anshu.wire.mqtt import packets

pytestmark = pytest.mark.commits
AT_MS = round(NOW.timestamp() * 1000) - 60_000
VERSIONS = [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5]
MODEL = {
    "format": "anshu.payload/1",
    "decode": [{"read": "u16", "divide": 100, "property": "water_level", "unit": "m"}],
}


class Device:
    """A client in a thread of its own; everything it hears is an event to wait for."""

    def __init__(self, ingest, name, password=None, version=MQTTProtocolVersion.MQTTv5, *, door="mqtt"):
        self.client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=version)
        self.client.username_pw_set(name, password)
        self.code, self.heard = None, []
        self._connected, self._message = threading.Event(), threading.Event()
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message
        self.ended = threading.Event()
        self.client.on_disconnect = lambda *_: self.ended.set()
        self._address = ingest.server.addresses[door]

    def _on_connect(self, client, data, flags, reason, properties):
        self.code = reason.value
        self._connected.set()

    def _on_message(self, client, data, message):
        self.heard.append(json.loads(message.payload))
        self._message.set()

    def __enter__(self):
        self.client.connect(self._address.host, self._address.port)
        self.client.loop_start()
        assert self._connected.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self.client.disconnect()
        self.client.loop_stop()

    def send(self, topic, body, qos=1):
        given = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = self.client.publish(topic, given, qos)
        told.wait_for_publish(PATIENCE_S)
        assert told.is_published()

    def listen(self, topic):
        self.client.subscribe(topic, 1)

    def wait_message(self):
        assert self._message.wait(PATIENCE_S)
        return self.heard[-1]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("qos", [1, 2])
def test_what_is_acknowledged_is_stored_once(meter, ingest, version, qos):
    body = {"time": AT_MS, "values": {"water_level": 44.2, "voltage": None}}
    with Device(ingest, "m1", "s3cret", version) as device:
        assert device.code == 0
        for _ in range(2):
            device.send("anshu/m1/up", body, qos)
            assert set(Observation.objects.values_list("value", "quality")) == {(44.2, 0), (None, 3)}
    assert Contact.objects.get(thing=meter).peer.startswith("127.0.0.1:")


def test_columns_bring_many_moments_at_once(meter, ingest):
    times = [AT_MS - 60_000 * n for n in range(300)]
    with Device(ingest, "m1", "s3cret") as device:
        device.send("anshu/m1/up", {"times": times, "values": {"water_level": [1.0 + n / 1000 for n in range(300)]}})
    assert Observation.objects.count() == 300


@pytest.mark.parametrize(("version", "code"), [(VERSIONS[0], 0x86), (VERSIONS[1], 0x86)])
def test_a_wrong_password_is_refused(meter, ingest, version, code):
    with Device(ingest, "m1", "guess", version) as device:
        assert device.code == code
    assert not Contact.objects.exists()


def test_nobody_speaks_for_another(meter, ingest):
    with Device(ingest, "m1", "s3cret", MQTTProtocolVersion.MQTTv311) as device:
        device.client.publish("anshu/m2/up", b"{}", 1)
        assert device.ended.wait(PATIENCE_S)
    with Device(ingest, "m1", "s3cret") as device:
        device.send("anshu/m1/up", {"thing": "m2", "time": AT_MS, "values": {"water_level": 1.0}})
    assert Observation.objects.count() == 0
    assert Quarantine.objects.get().reason == "not_its_own"


def test_an_unknown_device_is_kept_in_quarantine(network, ingest):
    with Device(ingest, "new-1") as device:
        device.send("anshu/new-1/up", {"time": AT_MS, "values": {"water_level": 1.0}})
    entry = Quarantine.objects.get()
    assert (entry.kind, entry.thing_address, entry.protocol) == ("unknown", "new-1", "mqtt")


def test_a_makers_payload_is_read_by_its_model(meter, ingest):
    meter.model = DeviceModel.objects.create(code="wl-2", name="WL2", kind="river", protocol="mqtt", decoder=MODEL)
    meter.save()
    with Device(ingest, "m1", "s3cret") as device:
        device.send("anshu/m1/raw/2", (4420).to_bytes(2, "big"))
        assert Observation.objects.get().value == pytest.approx(44.2)
        device.send("anshu/m1/raw", b"\x01")
    assert Quarantine.objects.get().reason == "payload_short"


def test_a_part_of_a_host_is_registered_by_itself(meter, ingest):
    with Device(ingest, "m1", "s3cret") as device:
        device.send("anshu/m1/up", {"thing": "m1/3", "time": AT_MS, "values": {"water_level": 7.0}})
    part = Thing.objects.get(address="m1/3")
    assert (part.parent, part.division_code) == (meter, meter.division_code)
    assert Observation.objects.get().value == 7.0


def test_a_command_reaches_the_device_that_listens(meter, ingest):
    with Device(ingest, "m1", "s3cret") as device:
        device.listen("anshu/m1/down")
        command = command_request(thing=meter, kind="set_interval", parameters={"interval_s": 60}, actor=SETUP, now=NOW)
        assert device.wait_message() == {"id": command.pk, "command": "set_interval", "interval_s": 60}
    assert DeviceCommand.objects.get().state == "sent"


def test_rubbish_ends_the_connection_and_is_kept(meter, ingest):

    address = ingest.server.addresses["mqtt"]
    with socket.create_connection((address.host, address.port), timeout=PATIENCE_S) as line:
        line.sendall(b"\x10\x0c\x00\x04MQTX\x04\x02\x00\x3c\x00\x00")
        assert line.recv(100) == b""


class Bare:
    """A client that says exactly these bytes, for what a well-behaved library would not do."""

    def __init__(self, ingest, name, password):
        address = ingest.server.addresses["mqtt"]
        self.socket = socket.create_connection((address.host, address.port), timeout=PATIENCE_S)
        texts = b"".join(len(each).to_bytes(2, "big") + each for each in (name, name, password))
        self.socket.sendall(packets.packet(packets.CONNECT, b"\x00\x04MQTT\x05\xc2\x00\x3c\x00" + texts))
        assert self.packet()[0] == packets.CONNACK

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def packet(self):
        head = self.socket.recv(2, socket.MSG_WAITALL)
        return head[0] >> 4, self.socket.recv(head[1], socket.MSG_WAITALL) if head[1] else b""


def test_a_message_of_qos_2_sent_twice_is_not_acknowledged_before_it_is_stored(meter, ingest):
    body = json.dumps({"time": AT_MS, "values": {"water_level": 44.2}}).encode()
    publish = packets.packet(packets.PUBLISH, b"\x00\x0banshu/m1/up\x00\x07\x00" + body, flags=4)
    with Bare(ingest, b"m1", b"s3cret") as line:
        # Both come in one piece, so that the second is read while the first is on its way.
        line.socket.sendall(publish + publish + packets.packet(packets.PINGREQ, b""))
        assert line.packet()[0] == packets.PINGRESP
        assert line.packet() == (packets.PUBREC, b"\x00\x07")
        assert Observation.objects.count() == 1
        line.socket.sendall(publish)
        assert line.packet() == (packets.PUBREC, b"\x00\x07")
        line.socket.sendall(packets.acknowledgement(packets.PUBREL, packets.V5, 7))
        assert line.packet() == (packets.PUBCOMP, b"\x00\x07")
    assert Observation.objects.count() == 1


@pytest.mark.parametrize("body", [b'{"time": 1, "values": {', b"\xff" * 10, b""])
def test_of_what_nobody_can_use_only_so_much_is_kept_and_the_rest_not_acknowledged(meter, ingest, monkeypatch, body):
    monkeypatch.setattr(rubbish, "MOST_OF_HOST", 2)
    with Bare(ingest, b"m1", b"s3cret") as line:
        for number in range(1, 4):
            head = b"\x00\x0banshu/m1/up" + number.to_bytes(2, "big") + b"\x00"
            line.socket.sendall(packets.packet(packets.PUBLISH, head + body + b"%d" % number, flags=2))
        while (answer := line.packet())[0] != packets.DISCONNECT:
            assert answer[0] == packets.PUBACK
        assert answer[1] == bytes((packets.QUOTA,))
    ingest.stop()
    assert Quarantine.objects.count() == 2


def test_a_device_registered_while_nothing_is_sent_must_know_its_password(network, ingest):
    thing = Thing.objects.create(
        code="M9",
        name="新水位计",
        kind="river",
        protocol="mqtt",
        address="m9",
        secret="s3cret",
        point=network.point,
        division_code=network.division_code,
    )
    until(lambda: ingest.server.pipeline.secret_of("mqtt", thing.address) == "s3cret")
    with Device(ingest, "m9") as device:
        assert device.code == 0x86


def test_a_stranger_that_is_registered_meanwhile_has_to_prove_itself(network, ingest):
    with Bare(ingest, b"m8", b"") as line:
        Thing.objects.create(
            code="M8",
            name="水位计",
            kind="river",
            protocol="mqtt",
            address="m8",
            secret="s3cret",
            point=network.point,
            division_code=network.division_code,
        )
        until(lambda: ingest.server.pipeline.secret_of("mqtt", "m8") == "s3cret")
        body = b'{"time": 1783144800000, "values": {}}'
        line.socket.sendall(packets.packet(packets.PUBLISH, b"\x00\x0banshu/m8/up\x00\x01\x00" + body, flags=2))
        assert line.packet() == (packets.DISCONNECT, bytes((packets.NOT_AUTHORIZED,)))
    assert Observation.objects.count() == Quarantine.objects.count() == 0
