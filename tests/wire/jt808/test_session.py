# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import jt808
from anshu.wire.base import CHINA, Answered, Command, Delivery, Refused, Reply
from anshu.wire.jt808.packets import MAX_BYTES
from anshu.wire.vehicles import Report

from .frames import BATCH, HEARTBEAT, PHONE, POSITION, fixed, message, message_2019, sealed

NOW = datetime(2026, 6, 20, 15, 31, tzinfo=CHINA)
EPOCH = datetime(1970, 1, 1, tzinfo=CHINA)
TERMINAL = jt808.Terminal("13912345678")
REGISTER = jt808.encode_register(TERMINAL, serial=7, terminal_id="T123456", plate="浙K12345")
REPORT = Report(
    observed_at=NOW,
    longitude=119.654321,
    latitude=28.123456,
    altitude=312,
    speed=45.6,
    course=270,
    values=(("vehicle.mileage", 12345.6, "km"), ("satellites", 14, "1")),
)
PICTURE = bytes(range(256)) * 10


def session(secret=""):
    return jt808.Jt808Session({PHONE: secret}.get if secret is not None else lambda address: None)


def received(talk, *raws):
    return [event for raw in raws for event in talk.receive(raw, now=NOW)]


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def said(raw):
    """Read a platform's frame back: its kind and parameters."""
    back = jt808.decode_frame(raw)
    return back.kind, dict(back.parameters)


def authenticated(secret="0571"):
    talk = session(secret)
    received(talk, jt808.encode_authenticate(TERMINAL, serial=1, code=secret))
    return talk


def test_a_position_is_answered_only_when_it_is_stored():
    talk = session()
    (delivery,) = received(talk, POSITION)
    assert isinstance(delivery, Delivery)
    assert (delivery.address, delivery.kind, delivery.keep_as, len(delivery.observations)) == (
        PHONE,
        "position",
        "",
        31,
    )
    assert said(talk.stored(delivery, now=NOW)) == (
        "platform_answer",
        {"answers_serial": 1, "answers": "0200", "result": "done"},
    )
    assert talk.address == PHONE


@pytest.mark.parametrize("raw", [HEARTBEAT, BATCH, jt808.encode_logout(TERMINAL, serial=9)])
def test_heartbeats_batches_and_logouts_are_answered(raw):
    talk = session()
    (delivery,) = received(talk, raw)
    assert said(talk.stored(delivery, now=NOW))[1]["result"] == "done"


def test_an_unregistered_terminal_registers_and_is_let_in():
    talk = session(None)
    reply, delivery = received(talk, REGISTER)
    kind, told = said(reply.raw)
    assert (kind, told["answers_serial"], told["result"]) == ("registered", 7, 0)
    assert delivery.parameters["plate"] == "浙K12345"
    assert talk.stored(delivery, now=NOW) == b""
    reply, _ = received(talk, jt808.encode_authenticate(TERMINAL, serial=8, code=told["code"]))
    assert said(reply.raw)[1]["result"] == "done"
    assert of(Delivery, received(talk, POSITION))[0].observations


def test_a_registration_tells_the_secret_only_to_one_that_knows_it():
    reply, delivery = received(session("T123456"), REGISTER)
    assert said(reply.raw)[1] == {"answers_serial": 7, "result": 0, "code": "T123456"}
    assert delivery.keep_as == ""
    reply, delivery = received(session("0571"), REGISTER)
    assert said(reply.raw)[1] == {"answers_serial": 7, "result": 4}
    assert delivery.keep_as == "wrong_secret"


def test_before_authentication_nothing_is_used_and_the_terminal_hears_of_failure():
    talk = session("0571")
    (delivery,) = received(talk, POSITION)
    assert (delivery.keep_as, delivery.observations) == ("not_authenticated", ())
    assert said(talk.stored(delivery, now=NOW))[1]["result"] == "failed"


def test_a_wrong_code_is_told_and_a_right_one_opens():
    talk = session("0571")
    reply, delivery = received(talk, jt808.encode_authenticate(TERMINAL, serial=1, code="0572"))
    assert (said(reply.raw)[1]["result"], delivery.keep_as) == ("failed", "wrong_secret")
    assert (received(talk, POSITION)[0].keep_as, talk.address) == ("not_authenticated", "")
    assert "code" not in delivery.parameters
    reply, delivery = received(talk, jt808.encode_authenticate(TERMINAL, serial=2, code="0571"))
    assert (said(reply.raw)[1]["result"], delivery.keep_as) == ("done", "")
    assert (received(talk, POSITION)[0].keep_as, talk.address) == ("", PHONE)


def test_after_a_logout_the_terminal_must_prove_itself_again():
    talk = authenticated()
    assert received(talk, jt808.encode_logout(TERMINAL, serial=9))[0].keep_as == ""
    assert received(talk, POSITION)[0].keep_as == "not_authenticated"


def test_packets_of_one_who_has_not_proved_himself_are_not_collected():
    events = received(session("0571"), *packets())
    assert [event.keep_as for event in events] == ["not_authenticated"] * 4


def test_one_terminals_proof_is_not_anothers():
    secrets = {PHONE: "0571", "013900000000": "0572"}
    talk = jt808.Jt808Session(secrets.get)
    received(talk, jt808.encode_authenticate(TERMINAL, serial=1, code="0571"))
    spoofed = message("0200", fixed(), phone="013900000000")
    assert received(talk, spoofed)[0].keep_as == "not_authenticated"


def test_an_unknown_message_is_kept_and_answered_as_unsupported():
    talk = session()
    (delivery,) = received(talk, message("0F01", "00"))
    assert delivery.keep_as == "unsupported"
    assert said(talk.stored(delivery, now=NOW))[1]["result"] == "unsupported"


def test_a_message_we_do_not_use_is_kept_and_acknowledged():
    talk = session()
    (delivery,) = received(talk, message("0702", "01 260620153005"))
    assert delivery.keep_as == "not_used"
    assert said(talk.stored(delivery, now=NOW))[1]["result"] == "done"


def test_a_platforms_message_from_below_is_not_taken():
    assert received(session(), message("8201"))[0].keep_as == "not_an_uplink"


def test_a_body_that_makes_no_sense_is_kept_with_its_fault_and_answered_as_wrong():
    talk = session()
    (delivery,) = received(talk, message("0200", "00"))
    assert delivery.fault.reason == "truncated"
    assert said(talk.stored(delivery, now=NOW))[1]["result"] == "wrong"


def test_an_alarm_of_a_vehicle_without_a_clock_stands_at_the_time_it_came():
    (delivery,) = received(session(), message("0200", fixed(alarm="00000001", status="00000000", time="000000000000")))
    (alarm,) = [o for o in delivery.observations if o.property == "alarm.emergency"]
    assert (alarm.value, alarm.quality, alarm.time) == (1, "suspect", NOW)


def test_the_clock_is_told_to_who_asks():
    (reply,) = received(session(), message_2019("0004"))
    assert said(reply.raw) == ("time", {"time": "260620073100"})


def packets(serial=20, media_id=5):
    return jt808.encode_media(TERMINAL, REPORT, PICTURE, serial=serial, media_id=media_id)


def test_a_picture_in_packets_is_put_together_in_any_order():
    talk = session()
    *_, delivery = of(Delivery, received(talk, *reversed(packets())))
    assert (delivery.kind, delivery.keep_as, delivery.raw) == ("media", "picture", PICTURE)
    assert said(talk.stored(delivery, now=NOW)) == ("media_answer", {"media_id": 5})


def test_missing_packets_are_asked_for_again_when_the_last_one_came():
    talk = session()
    first, _, third, last = packets()
    (reply,) = received(talk, first, third, last)
    assert said(reply.raw) == ("ask_again", {"answers_serial": 20, "packets": [2]})
    assert received(talk, packets()[1])[0].raw == PICTURE


def test_the_first_packets_number_is_reckoned_when_it_is_the_one_missing():
    _, second, third, last = packets(serial=0xFFFF)
    (reply,) = received(session(), second, third, last)
    assert said(reply.raw)[1] == {"answers_serial": 0xFFFF, "packets": [1]}


def test_a_batch_in_packets_can_be_read_again_from_what_was_kept():
    frames = jt808.encode_positions(TERMINAL, [REPORT] * 60, serial=1, blind_spot=True)
    assert len(frames) > 1
    (delivery,) = received(session(), *frames)
    assert len(delivery.observations) == 60 * 29
    (again,) = session("0571").receive(delivery.raw, now=EPOCH)
    assert (again.observations, again.keep_as) == (delivery.observations, "")


def test_what_is_read_again_without_a_time_gives_no_observation():
    (again,) = session().receive(message("0200", fixed(time="000000000000")), now=EPOCH)
    assert again.observations == ()


def test_another_message_of_as_many_packets_takes_the_place_of_an_unfinished_one():
    talk = session()
    other = jt808.encode_media(TERMINAL, REPORT, PICTURE[::-1], serial=30, media_id=6)
    events = received(talk, *packets()[:2], *other)
    assert of(Delivery, events)[0].raw == PICTURE[::-1]


def test_what_is_collected_is_bounded():
    assembler = jt808.Assembler()
    for n in range(3000):
        body = b"\x00" * 1023
        raw = jt808.build_frame(message_id=0x0801, phone="1", serial=n, body=body, total=4000, index=n + 1)
        assembler.add(jt808.parse_frame(raw))
        assert assembler.size <= MAX_BYTES + 2048


def asked(talk, kind, **given):
    return talk.command(Command(41, kind, given), now=NOW)


def ready(version=2013):
    talk = session()
    received(talk, HEARTBEAT if version == 2013 else message_2019("0002"))
    return talk


def test_a_reporting_interval_is_set_and_its_answer_told():
    talk = ready()
    (raw,) = asked(talk, "set_interval", interval_s=30)
    back = jt808.decode_frame(raw)
    assert back.parameters["settings"] == {"report_strategy": 0, "report_interval_s": 30}
    answer = jt808.encode_terminal_answer(TERMINAL, serial=3, answers_serial=back.serial, answers=0x8103, result=0)
    (event,) = received(talk, answer)
    assert isinstance(event, Answered)
    assert (event.number, event.accepted) == (41, True)
    assert received(talk, answer) == []


def test_a_refused_command_is_told():
    talk = ready()
    back = jt808.decode_frame(asked(talk, "restart")[0])
    assert back.parameters["command"] == 4
    answer = jt808.encode_terminal_answer(TERMINAL, serial=3, answers_serial=back.serial, answers=0x8105, result=3)
    (event,) = received(talk, answer)
    assert (event.accepted, event.detail["result"]) == (False, "unsupported")


def test_where_it_is_now_is_answered_by_a_position():
    talk = ready()
    back = jt808.decode_frame(asked(talk, "fetch_now")[0])
    answered, delivery = received(
        talk, jt808.encode_position_answer(TERMINAL, REPORT, serial=4, answers_serial=back.serial)
    )
    assert answered.number == 41
    assert {o.property: o.value for o in delivery.observations}["vehicle.speed"] == 45.6
    assert talk.stored(delivery, now=NOW) == b""


def test_settings_are_fetched():
    talk = ready()
    back = jt808.decode_frame(asked(talk, "fetch_settings")[0])
    answer = message("0104", f"{back.serial:04X} 01 00000029 04 0000001E")
    event = of(Answered, received(talk, answer))[0]
    assert event.detail["settings"] == {"report_interval_s": 30}


def test_a_text_is_shown_in_the_year_of_the_terminal():
    for version, size in ((2013, 1), (2019, 2)):
        (raw,) = asked(ready(version), "text", text="前方道路中断，请绕行")
        back = jt808.decode_frame(raw)
        assert (back.version, back.parameters["text"]) == (version, "前方道路中断，请绕行")
        assert len(jt808.parse_frame(raw).body) == size + 20


def test_a_long_text_goes_in_packets():
    frames = asked(ready(), "text", text="涉水" * 600)
    assembler = jt808.Assembler()
    *_, whole = [assembler.add(jt808.parse_frame(raw)) for raw in frames]
    assert (len(frames), whole.parameters["text"]) == (3, "涉水" * 600)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("set_clock", {}),
        ("fetch_history", {}),
        ("roll_call", {}),
        ("set_interval", {}),
        ("set_interval", {"interval_s": -1}),
    ],
)
def test_what_the_protocol_lacks_is_refused(kind, given):
    with pytest.raises(Refused) as caught:
        asked(ready(), kind, **given)
    assert caught.value.reason == "unsupported_command"


def test_nobody_to_command_before_anybody_spoke():
    with pytest.raises(Refused):
        asked(session(), "fetch_now")


def test_an_encoded_report_is_read_back():
    again = jt808.decode_frame(jt808.encode_position(TERMINAL, REPORT, serial=1))
    assert again.reports[0].values == REPORT.values
    assert (again.reports[0].longitude, again.reports[0].course) == (119.654321, 270)
    assert again.sent_at == NOW


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([POSITION, BATCH, REGISTER, *packets()])), max_size=8)
)
def test_no_input_raises_and_every_delivery_can_be_answered(pieces):
    talk = session("0571")
    for n, piece in enumerate(pieces):
        for event in talk.receive(piece, now=NOW + timedelta(seconds=n)):
            if isinstance(event, Delivery):
                answer = talk.stored(event, now=NOW)
                assert not answer or jt808.decode_frame(answer).direction == "down"
            assert not isinstance(event, Reply) or jt808.parse_frame(event.raw).direction == "down"
    talk.flush(now=NOW)
    assert not talk.pending


def test_a_registration_that_cannot_be_read_is_turned_down_and_the_line_lives_on():
    # Marked as encrypted, its body is not read: there is no terminal number to compare.
    talk = session("T123456")
    events = talk.receive(sealed(f"01000404{PHONE}0001A0A0A0A0"), now=NOW)
    assert [type(event) for event in events] == [Reply, Delivery]
    assert events[1].keep_as == "wrong_secret"
