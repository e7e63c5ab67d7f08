# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta

import pytest

from anshu.wire import gb26875
from anshu.wire.base import CHINA, Refusal, Refused
from anshu.wire.base.session import Answered, Command, Delivery, Reply

from .frames import AT, CENTER, DEVICE, HEARTBEAT, ON_DUTY, SMOKE, packet

NOW = datetime(2012, 9, 26, 9, 58, 35, tzinfo=CHINA)


@pytest.fixture
def session():
    return gb26875.Gb26875Session(lambda address: "")


def test_an_upload_is_confirmed_once_it_is_stored(session):
    (delivery,) = session.receive(SMOKE, now=NOW)
    assert isinstance(delivery, Delivery)
    assert (delivery.address, delivery.kind, delivery.keep_as) == (DEVICE, "component_state", "")
    assert delivery.raw == SMOKE
    assert len(delivery.observations) == 9
    reply = session.stored(delivery, now=NOW)
    assert reply == packet("", command="03", source=CENTER, destination=DEVICE, sent="233A091A090C")
    assert session.address == DEVICE


def test_a_heartbeat_is_confirmed_like_any_upload(session):
    (delivery,) = session.receive(HEARTBEAT, now=NOW)
    assert delivery.observations == ()
    assert gb26875.parse_frame(session.stored(delivery, now=NOW)).command == gb26875.CONFIRM


def test_a_damaged_upload_is_denied_and_kept(session):
    refusal, reply = session.receive(SMOKE[:-3] + b"\x00" + SMOKE[-2:], now=NOW)
    assert isinstance(refusal, Refusal)
    assert isinstance(reply, Reply)
    denial = gb26875.parse_frame(reply.raw)
    assert (denial.command, denial.serial, denial.destination.hex()) == (gb26875.DENY, 1, DEVICE)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (packet(f"15 02 08 {AT}"), "bad_object_count"),
        (packet(f"15 01 08 {AT}", sent="3C3A091A090C"), "bad_time"),
        (packet("09 01 00"), "unknown_data_type"),
    ],
)
def test_an_upload_that_makes_no_sense_is_kept_under_its_device_and_confirmed(session, raw, reason):
    (delivery,) = session.receive(raw, now=NOW)
    assert (delivery.address, delivery.fault.reason, delivery.raw) == (DEVICE, reason, raw)
    assert gb26875.parse_frame(session.stored(delivery, now=NOW)).command == gb26875.CONFIRM


def test_a_damaged_confirmation_is_not_answered(session):
    raw = packet("", command="03")
    (refusal,) = session.receive(raw[:-3] + b"\x00" + raw[-2:], now=NOW)
    assert isinstance(refusal, Refusal)


def asked(session, kind, **parameters):
    (raw,) = session.command(Command(7, kind, parameters), now=NOW)
    return gb26875.decode_frame(raw), gb26875.parse_frame(raw)


def test_a_roll_call_is_answered_by_the_person_on_duty(session):
    session.receive(HEARTBEAT, now=NOW)
    message, frame = asked(session, "roll_call", minutes=10)
    assert (message.kind, message.parameters["objects"]) == ("roll_call", [{"minutes": 10}])
    assert (frame.source.hex(), frame.destination.hex()) == (CENTER.lower(), DEVICE)
    # The bell rings, nobody has come yet.
    assert session.receive(packet("", command="03", serial="0000"), now=NOW) == []
    delivery, answer = session.receive(ON_DUTY, now=NOW)
    assert answer == Answered(7, True, {"operator": 7, "at": "2012-09-26T09:58:02+08:00"})
    assert delivery.parameters["operations"][0]["operations"] == ["roll_call_answer"]


def test_a_roll_call_that_the_device_denies_is_answered_at_once(session):
    session.receive(HEARTBEAT, now=NOW)
    asked(session, "roll_call")
    assert session.receive(packet("", command="06", serial="0000"), now=NOW) == [Answered(7, False)]


def test_a_key_pressed_without_a_roll_call_answers_nothing(session):
    (delivery,) = session.receive(ON_DUTY, now=NOW)
    assert isinstance(delivery, Delivery)


def test_setting_the_clock_carries_our_time_and_ends_with_the_confirmation(session):
    session.receive(HEARTBEAT, now=NOW)
    message, frame = asked(session, "set_clock")
    assert message.parameters["objects"][0]["clock"] == NOW.isoformat()
    confirmed = packet("", command="03", serial=frame.serial.to_bytes(2, "little").hex())
    assert session.receive(confirmed, now=NOW) == [Answered(7, True)]
    assert session.receive(confirmed, now=NOW) == []


def test_an_answer_to_a_question_is_stored_and_not_confirmed(session):
    session.receive(HEARTBEAT, now=NOW)
    message, _ = asked(session, "fetch_now")
    assert message.kind == "read_device_state"
    delivery, answer = session.receive(packet(f"15 01 08 {AT}", command="05", serial="0000"), now=NOW)
    assert {o.property for o in delivery.observations if o.value} == {"fire.mains_fault"}
    assert answer.accepted
    assert session.stored(delivery, now=NOW) == b""


def test_records_are_asked_for_from_a_time_on(session):
    message, _ = asked(session, "fetch_history", since=NOW - timedelta(days=1), until=NOW)
    assert message.parameters["objects"] == [{"count": 127, "clock": "2012-09-25T09:58:35+08:00"}]


def test_a_command_the_protocol_lacks_is_refused(session):
    with pytest.raises(Refused) as caught:
        session.command(Command(1, "set_interval", {"interval_s": 60}), now=NOW)
    assert caught.value.reason == "unsupported_command"
    assert caught.value.fault.message("zh")


def test_commands_that_are_never_answered_do_not_pile_up(session):
    session.receive(HEARTBEAT, now=NOW)
    for number in range(70_000):
        session.command(Command(number, "set_clock"), now=NOW)
    assert session.receive(packet("", command="03", serial="0000"), now=NOW) == []


def test_what_a_centre_would_ask_is_kept_aside_when_a_device_sends_it(session):
    (delivery,) = session.receive(packet("5B 01 0A", command="01"), now=NOW)
    assert delivery.keep_as == "not_an_uplink"
    assert session.stored(delivery, now=NOW) == b""


def test_a_makers_own_data_is_confirmed_and_kept_aside(session):
    (delivery,) = session.receive(packet("C8 01 01"), now=NOW)
    assert delivery.keep_as == "user_defined"
    assert session.stored(delivery, now=NOW)


def test_a_state_without_a_time_is_of_now_but_never_of_the_epoch(session):
    raw = packet("15 01 02 000000000000", sent="000000000000")
    (delivery,) = session.receive(raw, now=NOW)
    assert {o.time for o in delivery.observations} == {NOW}
    (again,) = session.receive(raw, now=datetime(1970, 1, 1, tzinfo=CHINA))
    assert again.observations == ()


def test_what_a_device_sends_is_read_back_as_it_was_written():
    device, at = bytes.fromhex(DEVICE), NOW - timedelta(minutes=1)
    objects = [
        gb26875.component_object((1, 1), 40, (10, 2), 0b110, at, "会议室"),
        gb26875.component_object((1, 1), 40, (10, 3), 1, at),
    ]
    message = gb26875.decode_frame(gb26875.encode_uplink(device, 2, objects, serial=9, sent_at=NOW))
    first, second = message.parameters["objects"]
    assert (first["states"], first["note"], second["number"]) == (["fire.alarm", "fire.fault"], "会议室", 3)
    assert (message.serial, message.sent_at, message.observations[0].time) == (9, NOW, at)
    analog = gb26875.analog_object((11, 1), 92, (0, 1), 2, -5, at)
    system = gb26875.system_object(1, 1, 2, at)
    for kind, given in ((3, analog), (1, system), (21, gb26875.device_object(2, at))):
        assert gb26875.decode_frame(gb26875.encode_uplink(device, kind, [given], serial=1, sent_at=NOW)).observations
