# SPDX-License-Identifier: Apache-2.0
"""Each protocol over a real socket, from the device's first byte to the stored value and the alarm."""

import socket

import pytest
from django.contrib.gis.geos import Point
from tests.ingest.conftest import AT, NOW, PATIENCE_S, SETUP, Running, rule

from anshu.domain.alerts.models import Alarm
from anshu.domain.sensing.models import DeviceCommand, Observation, Position, Quarantine, Thing
from anshu.domain.sensing.services import command_request, thing_create
from anshu.ingest import rubbish
from anshu.wire import gb26875, hj212, jt808
from anshu.wire.vehicles import Report

pytestmark = pytest.mark.commits
MN = "010000A8900016F000169DC0"
SITE = hj212.Site(thing=MN, password="123456")
TERMINAL = jt808.Terminal("13912345678")
DEVICE = "790300000000"


def device(protocol, address, properties=(), **more):
    return thing_create(
        actor=SETUP,
        now=NOW,
        code=f"{protocol}-1",
        name=protocol,
        kind=more.pop("kind", "plant"),
        protocol=protocol,
        address=address,
        point=Point(119.2, 29.0, srid=4326),
        division_code="330825109201",
        properties=properties,
        **more,
    )


class Wire:
    """A device's end of a connection; `decoder` cuts the platform's answers out of the stream."""

    def __init__(self, ingest, protocol, decoder):
        address = ingest.server.addresses[protocol]
        self._socket = socket.create_connection((address.host, address.port), timeout=PATIENCE_S)
        self._decoder, self._frames = decoder, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, *frames):
        for each in frames:
            self._socket.sendall(each)

    def answer(self):
        while not self._frames:
            data = self._socket.recv(4096)
            assert data, "the platform closed the connection"
            self._frames.extend(self._decoder.feed(data))
        return self._frames.pop(0)


@pytest.fixture
def running(network):
    with Running(NOW) as running:
        yield running


def test_an_hj212_site_is_answered_when_its_values_are_stored(running):
    device("hj212", MN, ["ph"], secret="123456")
    values = {"ph": {"Rtd": 7.2, "Flag": "N"}}
    with Wire(running, "hj212", hj212.Decoder()) as line:
        line.send(*hj212.encode_data(SITE, "2011", values, at=AT, sent_at=NOW, wants_reply=True))
        assert hj212.decode_frame(line.answer().raw).command == "9014"
        assert Observation.objects.get().value == pytest.approx(7.2)


def test_a_command_for_an_hj212_site_goes_out_and_its_answer_is_noted(running):
    thing = device("hj212", MN, secret="123456")
    command = command_request(thing=thing, kind="set_clock", actor=SETUP, now=NOW)
    with Wire(running, "hj212", hj212.Decoder()) as line:
        line.send(*hj212.encode_data(SITE, "2011", {}, at=AT, sent_at=NOW, wants_reply=True))
        while (asked := hj212.decode_frame(line.answer().raw)).command != "1012":
            pass
        line.send(hj212.encode_request_answer(asked), hj212.encode_execution_result(asked))
        line.send(*hj212.encode_data(SITE, "2011", {}, at=NOW, sent_at=NOW, wants_reply=True))
        line.answer()
    running.stop()
    assert DeviceCommand.objects.get(pk=command.pk).state == "accepted"


def test_a_vehicle_moves_and_its_overspeed_is_an_alarm(running):
    thing = device("jt808", TERMINAL.phone, ["alarm.overspeed", "position.longitude"], kind="vehicle")
    rule(thing, "alarm.overspeed", yellow=1.0, orange=None, red=None, hysteresis=0.0)
    fast = Report(observed_at=AT, longitude=119.3, latitude=29.1, altitude=80, speed=96.0, course=90, alarm=0b10)
    with Wire(running, "jt808", jt808.Decoder()) as line:
        line.send(jt808.encode_position(TERMINAL, fast, serial=1))
        assert jt808.decode_frame(line.answer().raw).parameters["result"] == "done"
    place = Position.objects.get(thing=thing)
    assert (place.point.coords, place.speed, place.course, place.at) == ((119.3, 29.1), 96.0, 90.0, AT)
    assert Alarm.objects.get().thing == thing


def test_a_smoke_detector_is_registered_under_its_transmission_device(running):
    host = device("gb26875", DEVICE, kind="fire")
    with Wire(running, "gb26875", gb26875.Decoder()) as line:
        alarm = gb26875.system_object(1, 1, 0b11, AT)
        line.send(gb26875.encode_uplink(bytes.fromhex(DEVICE), 1, [alarm], serial=3, sent_at=NOW))
        assert gb26875.parse_frame(line.answer().raw).command == gb26875.CONFIRM
    part = Thing.objects.get(parent=host)
    assert part.address.startswith(f"{DEVICE}/")
    fire = Observation.objects.get(datastream__thing=part, datastream__observed_property__code="fire.alarm")
    assert fire.value == 1.0


def test_a_stranger_is_heard_and_kept(running):
    with Wire(running, "gb26875", gb26875.Decoder()) as line:
        alarm = gb26875.system_object(1, 1, 0b11, AT)
        line.send(gb26875.encode_uplink(bytes.fromhex(DEVICE), 1, [alarm], serial=3, sent_at=NOW))
        line.answer()
    assert Quarantine.objects.get().kind == "unknown"


def test_rubbish_at_any_door_is_kept_and_ends_nothing_else(running):
    for protocol in ("hj212", "jt808", "jt809", "gb26875"):
        address = running.server.addresses[protocol]
        with socket.create_connection((address.host, address.port), timeout=PATIENCE_S) as line:
            line.sendall(b"GET / HTTP/1.1\r\n\r\n~~@@##[[")
            line.shutdown(socket.SHUT_WR)
            while line.recv(4096):
                pass
    assert set(Quarantine.objects.values_list("protocol", flat=True)) == {"hj212", "jt808", "jt809", "gb26875"}


def test_a_stranger_is_kept_at_the_pace_that_is_worth_keeping_and_holds_up_nobody(running, monkeypatch):
    monkeypatch.setattr(rubbish, "MOST_OF_HOST", 2)
    device("hj212", MN, ["ph"], secret="123456")
    with Wire(running, "hj212", hj212.Decoder()) as stranger, Wire(running, "hj212", hj212.Decoder()) as known:
        for number in range(4):
            site = hj212.Site(thing=f"STRANGER{number}", password="x")
            stranger.send(*hj212.encode_data(site, "2011", {"ph": {"Rtd": 7}}, at=AT, sent_at=NOW, wants_reply=True))
        for _ in range(2):
            assert hj212.decode_frame(stranger.answer().raw).command == "9014"
        for _ in range(4):
            known.send(*hj212.encode_data(SITE, "2011", {"ph": {"Rtd": 7}}, at=AT, sent_at=NOW, wants_reply=True))
            assert hj212.decode_frame(known.answer().raw).command == "9014"
        assert Quarantine.objects.count() == 2
