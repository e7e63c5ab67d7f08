# SPDX-License-Identifier: Apache-2.0
"""Frames in both directions are kept for the diagnosis of a device: what it sent, our answers, our commands."""

import json
from datetime import timedelta

import pytest
from tests.ingest.conftest import AT, NOW, SETUP, Running, frame
from tests.ingest.test_devices import DEVICE, MN, SITE, TERMINAL, Wire, device
from tests.ingest.test_mqtt_door import AT_MS, Device
from tests.ingest.test_quarantine import until

from anshu.domain.sensing.models import Exchange, Thing
from anshu.domain.sensing.services import command_request, exchange_watch
from anshu.web.devices.decoding import read_sent
from anshu.wire import gb26875, hj212, jt808, jt809, sl651
from anshu.wire.vehicles import Report

pytestmark = pytest.mark.commits


@pytest.fixture
def running(network):
    with Running(NOW) as running:
        yield running


def kept(thing, number):
    """The frames kept of a thing, oldest first, once there are so many."""
    until(lambda: Exchange.objects.filter(thing=thing).count() >= number)
    return list(Exchange.objects.filter(thing=thing).order_by("id"))


def kinds(exchanges):
    return [(each.way, each.kind) for each in exchanges]


def down(exchanges, protocol):
    """What the platform sent, read as the page reads it."""
    sent = [each for each in exchanges if each.way == "down"]
    readings = [reading for each in sent for reading in read_sent(protocol, each.kind, bytes(each.raw), each.at)]
    assert not [each.problem for each in readings if each.problem]
    assert all(each.attributes.get("direction") == "down" for each in readings)
    return [each.attributes["kind"] for each in readings]


def test_a_stations_frame_and_its_answer_stand_side_by_side(network, running):
    with running.line() as line:
        assert line.ask(frame([("water_level", 41.0)])) is not None
        both = kept(network, 2)
    assert [each.way for each in both] == ["up", "down"]
    assert bytes(both[0].raw) == frame([("water_level", 41.0)])
    assert down(both, "sl651") == [sl651.decode_frame(bytes(both[1].raw)).kind]


def test_beyond_the_sample_nothing_is_kept_unless_the_device_is_watched(network, running):
    with running.line() as line:
        for number in range(4):
            line.ask(frame([("water_level", 41.0)], serial=number, at=AT + timedelta(seconds=number)))
        assert len(kept(network, 2)) == 2
        exchange_watch(thing=network, minutes=10, actor=SETUP, now=NOW)
        for number in range(4, 7):
            line.ask(frame([("water_level", 41.0)], serial=number, at=AT + timedelta(seconds=number)))
        assert [each.way for each in kept(network, 8)] == ["up", "down"] * 4


def test_a_frame_with_a_wrong_password_is_kept_while_its_device_is_watched(network, running):
    Thing.objects.filter(pk=network.pk).update(secret="4321", watched_until=NOW + timedelta(minutes=10))
    with running.line() as line:
        line.ask(frame([("water_level", 41.0)], password="1234"))
        assert [each.way for each in kept(network, 2)] == ["up", "down"]


def test_an_hj212_site_is_seen_to_be_answered_by_9014_and_asked_for_its_clock(running):
    thing = device("hj212", MN, ["ph"], secret="123456")
    command_request(thing=thing, kind="set_clock", actor=SETUP, now=NOW)
    with Wire(running, "hj212", hj212.Decoder()) as line:
        line.send(*hj212.encode_data(SITE, "2011", {"ph": {"Rtd": 7.2}}, at=AT, sent_at=NOW, wants_reply=True))
        line.answer(), line.answer()
        found = kept(thing, 3)
    assert sorted(kinds(found)) == [("down", "answer"), ("down", "command:set_clock"), ("up", found[0].kind)]
    sent = {each.kind: hj212.decode_frame(bytes(each.raw)).command for each in found if each.way == "down"}
    assert sent == {"answer": "9014", "command:set_clock": "1012"}
    assert len(down(found, "hj212")) == 2


def test_a_vehicle_is_seen_to_be_answered_and_to_get_a_text(running):
    thing = device("jt808", TERMINAL.phone, ["position.longitude"], kind="vehicle")
    command_request(thing=thing, kind="text", parameters={"text": "前方山洪,请绕行"}, actor=SETUP, now=NOW)
    report = Report(observed_at=AT, longitude=119.3, latitude=29.1, altitude=80, speed=36.0, course=90)
    with Wire(running, "jt808", jt808.Decoder()) as line:
        line.send(jt808.encode_position(TERMINAL, report, serial=1))
        line.answer(), line.answer()
        found = kept(thing, 3)
    assert sorted(down(found, "jt808")) == ["platform_answer", "text"]


def test_a_transmission_device_is_seen_to_be_confirmed(running):
    thing = device("gb26875", DEVICE, kind="fire")
    with Wire(running, "gb26875", gb26875.Decoder()) as line:
        alarm = gb26875.system_object(1, 1, 0b11, AT)
        line.send(gb26875.encode_uplink(bytes.fromhex(DEVICE), 1, [alarm], serial=3, sent_at=NOW))
        line.answer()
        found = kept(thing, 2)
    assert gb26875.parse_frame(bytes(found[1].raw)).command == gb26875.CONFIRM
    assert not read_sent("gb26875", "answer", bytes(found[1].raw), NOW)[0].problem


def test_a_platform_is_seen_to_be_let_in(running):
    thing = device("jt809", "33112400", secret="pass0001", kind="vehicle")
    login = jt809.encode_login(jt809.Platform(33112400), serial=1, now=NOW, user=42, password="pass0001")
    with Wire(running, "jt809", jt809.Decoder()) as line:
        line.send(login)
        line.answer()
        found = kept(thing, 2)
    assert kinds(found) == [("up", found[0].kind), ("down", "answer")]
    assert down(found, "jt809") == [jt809.decode_frame(bytes(found[1].raw)).kind]


def test_an_mqtt_device_is_seen_to_be_acknowledged_and_commanded(meter, running):
    command_request(thing=meter, kind="set_interval", parameters={"interval_s": 60}, actor=SETUP, now=NOW)
    with Device(running, "m1", "s3cret") as client:
        client.listen("anshu/m1/down")
        client.wait_message()
        client.send("anshu/m1/up", {"time": AT_MS, "values": {"water_level": 44.2}})
        found = kept(meter, 3)
    assert kinds(found) == [("down", "command:set_interval"), ("up", "up"), ("down", "answer")]
    assert json.loads(bytes(found[0].raw))["interval_s"] == 60
    (answer,) = read_sent("mqtt", "answer", bytes(found[2].raw), NOW)
    assert answer.attributes["kind"] == "puback"
    (asked,) = read_sent("mqtt", found[0].kind, bytes(found[0].raw), NOW)
    assert ("interval_s", "60") in [(each.property, each.value) for each in asked.lines]


def test_a_payload_keeps_the_port_by_which_it_is_read_beside_its_bytes(meter, running):
    with Device(running, "m1", "s3cret") as client:
        client.send("anshu/m1/raw/7", b"\x01")
        (up, *_) = kept(meter, 1)
    assert (up.way, up.kind) == ("up", "raw/7")
