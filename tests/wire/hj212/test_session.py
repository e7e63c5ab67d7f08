# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta

import pytest

from anshu.wire import hj212
from anshu.wire.base import CHINA, Answered, Command, Delivery, Refusal, Refused

from .frames import ANSWER, HEARTBEAT, HOUR, MN, WATER, framed, uplink

NOW = datetime(2026, 6, 20, 15, 30, tzinfo=CHINA)
KEY = "30" * 16
SITE = hj212.Site(thing=MN, system="31", version="2025", key=bytes.fromhex(KEY))


def opened(secret="123456"):
    return hj212.Hj212Session(lambda address: secret)


def heard(session, raw):
    return list(session.receive(raw, now=NOW))


def spoken(raw):
    return hj212.decode_frame(raw, lambda thing: SITE.key)


def test_data_is_answered_by_9014_only_when_it_is_stored():
    session = opened()
    raw = framed(
        f"QN=20160801085000001;ST=32;CN=2011;PW=123456;MN={MN};Flag=5;CP=&&DataTime=20160801084000;w01001-Rtd=7&&"
    )
    (delivery,) = heard(session, raw)
    assert isinstance(delivery, Delivery)
    assert (delivery.address, delivery.kind, delivery.secret, delivery.raw) == (MN, "realtime", "123456", raw)
    assert (delivery.observations[0].value, delivery.keep_as, session.address) == (7, "", MN)
    assert session.stored(delivery, now=NOW) == ANSWER


def test_nothing_is_answered_where_no_answer_is_wanted():
    session = opened()
    for raw in (uplink("DataTime=20260620150000;w01001-Rtd=7", flag="4"), ANSWER, uplink("QnRtn=1", "9011")):
        (delivery,) = heard(session, raw)
        assert session.stored(delivery, now=NOW) == b""


def test_a_heartbeat_of_2025_is_answered_by_9013():
    session = opened()
    (delivery,) = heard(session, HEARTBEAT)
    answer = spoken(session.stored(delivery, now=NOW))
    assert (answer.command, answer.flag, answer.system, answer.request) == ("9013", 8, "91", "20260620153000123")


def test_a_device_that_asks_for_the_time_is_given_it():
    session = opened()
    (delivery,) = heard(session, uplink("PolId=w01018", "1013", system="91"))
    frames = hj212.Decoder().feed(session.stored(delivery, now=NOW))
    notice, clock = (hj212.decode(frame) for frame in frames)
    assert (notice.command, clock.command) == ("9013", "1012")
    assert clock.parameters == {"PolId": "w01018", "SystemTime": "20260620153000"}


def test_a_device_of_2005_is_answered_with_its_request_number_in_the_region():
    session = opened()
    (delivery,) = heard(session, uplink("DataTime=20260620150000;011-Rtd=7", flag="1"))
    answer = spoken(session.stored(delivery, now=NOW))
    assert (answer.version, answer.parameters["QN"]) == ("2005", "20260620153000123")


def asked(kind, session=None, number=7, raw=WATER, **parameters):
    session = session or opened()
    heard(session, raw)
    (frame,) = session.command(Command(number, kind, parameters), now=NOW)
    return session, spoken(frame)


@pytest.mark.parametrize(
    ("kind", "parameters", "command", "said"),
    [
        ("set_clock", {}, "1012", {"SystemTime": "20260620153000"}),
        ("set_interval", {"interval_s": 60}, "1062", {"RtdInterval": "60"}),
        ("set_interval", {"interval_s": 600, "series": "minute"}, "1064", {"MinInterval": "10"}),
        ("fetch_now", {}, "2011", {}),
    ],
)
def test_commands_are_written_as_the_table_has_them(kind, parameters, command, said):
    _, message = asked(kind, **parameters)
    assert (message.command, message.parameters, message.direction) == (command, said, "down")
    assert (message.thing, message.password, message.system, message.flag) == (MN, "123456", "32", 5)


@pytest.mark.parametrize(("series", "command"), [("minute", "2051"), ("hour", "2061"), ("day", "2031")])
def test_a_gap_is_asked_for(series, command):
    _, message = asked("fetch_history", since=NOW - timedelta(hours=2), until=NOW, series=series)
    assert message.command == command
    assert message.parameters == {"BeginTime": "20260620133000", "EndTime": "20260620153000"}


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("restart", {}, "unsupported_command"),
        ("fetch_history", {"series": "realtime", "since": NOW, "until": NOW}, "unsupported_command"),
        ("set_interval", {"interval_s": 5}, "bad_field"),
        ("set_interval", {"interval_s": 420, "series": "minute"}, "bad_field"),
    ],
)
def test_what_the_standard_lacks_is_refused(kind, parameters, reason):
    with pytest.raises(Refused) as caught:
        asked(kind, **parameters)
    assert caught.value.reason == reason
    assert caught.value.fault.message("zh")


def test_a_command_to_nobody_is_refused():
    with pytest.raises(Refused):
        opened().command(Command(1, "set_clock"), now=NOW)


def test_an_answer_finds_its_command_by_its_number():
    session, first = asked("set_clock", number=1)
    _, second = asked("fetch_now", session, number=2)
    assert first.request != second.request
    (ready,) = heard(session, hj212.encode_request_answer(second))
    assert isinstance(ready, Delivery)
    answered, _ = heard(session, hj212.encode_execution_result(second))
    assert (answered.number, answered.accepted, answered.detail["result"]) == (2, True, "done")
    answered, _ = heard(session, hj212.encode_request_answer(first, 3))
    assert (answered.number, answered.accepted, answered.detail["result_zh"]) == (1, False, "密码错误")
    assert not any(isinstance(e, Answered) for e in heard(session, hj212.encode_execution_result(first)))


def test_a_history_that_is_not_there_is_told():
    session, request = asked("fetch_history", since=NOW - timedelta(hours=2), until=NOW)
    answered, _ = heard(session, hj212.encode_execution_result(request, 100))
    assert (answered.accepted, answered.detail["result"]) == (False, "no_data")


def test_commands_never_answered_are_forgotten_in_the_end():
    session = opened()
    heard(session, WATER)
    sent = [spoken(session.command(Command(n, "fetch_now"), now=NOW)[0]) for n in range(100)]
    assert len({message.request for message in sent}) == 100
    assert not any(isinstance(e, Answered) for e in heard(session, hj212.encode_execution_result(sent[0])))
    assert any(isinstance(e, Answered) for e in heard(session, hj212.encode_execution_result(sent[-1])))


def test_a_sealed_message_proves_its_device_and_is_answered():
    session = opened(KEY)
    (raw,) = hj212.encode_data(SITE, "2011", {"sulfur_dioxide": {"Rtd": 12.34, "Flag": "N"}}, at=NOW, sent_at=NOW)
    assert b"{0x" in raw
    (delivery,) = heard(session, raw)
    assert (delivery.secret, delivery.observations[0].value) == (None, 12.34)
    assert spoken(session.stored(delivery, now=NOW)).command == "9014"
    (frame,) = session.command(Command(1, "set_clock"), now=NOW)
    assert b"{0x" in frame
    assert spoken(frame).parameters == {"SystemTime": "20260620153000"}


def test_open_data_under_the_name_of_a_sealed_device_prove_nothing():
    session = opened(KEY)
    (delivery,) = heard(session, WATER)
    assert delivery.secret == "123456"
    (heartbeat,) = heard(session, HEARTBEAT)
    assert heartbeat.secret is None


def test_a_sealed_message_without_key_is_kept_under_its_device_unanswered():
    session = opened(None)
    (raw,) = hj212.encode_data(SITE, "2011", {"sulfur_dioxide": {"Rtd": 12.34}}, at=NOW, sent_at=NOW)
    (delivery,) = heard(session, raw)
    assert (delivery.address, delivery.fault.reason, delivery.raw) == (MN, "no_key", raw)
    assert session.stored(delivery, now=NOW) == b""


def test_each_packet_whose_sender_waits_is_kept_before_it_is_answered():
    session = opened()
    site = hj212.Site(thing=MN)
    values = {f"a24{n:03d}": {"Avg": n} for n in range(100, 200)}
    raws = hj212.encode_data(site, "2051", values, at=NOW, sent_at=NOW)
    deliveries = [event for raw in raws for event in heard(session, raw)]
    assert [d.keep_as for d in deliveries] == ["packet"] * (len(raws) - 1) + [""]
    assert all(spoken(session.stored(d, now=NOW)).command == "9014" for d in deliveries)
    assert len(deliveries[-1].observations) == 100
    *_, again = heard(opened(), deliveries[-1].raw)
    assert again.observations == deliveries[-1].observations


def test_packets_whose_sender_does_not_wait_come_as_one():
    session = opened()
    raws = hj212.encode_data(
        hj212.Site(thing=MN), "2051", {f"a24{n}": {"Avg": n} for n in range(100, 200)}, at=NOW, sent_at=NOW,
        wants_reply=False,
    )  # fmt: skip
    (delivery,) = [event for raw in raws for event in heard(session, raw)]
    assert (len(delivery.observations), delivery.raw) == (100, b"".join(raws))


def test_a_message_that_makes_no_sense_is_kept_and_answered():
    session = opened()
    (delivery,) = heard(session, uplink("DataTime=20269920153000;w01001-Rtd=7"))
    assert (delivery.fault.reason, delivery.address, delivery.observations) == ("bad_time", MN, ())
    assert spoken(session.stored(delivery, now=NOW)).command == "9014"


def test_a_command_sent_up_is_kept_aside():
    session = opened()
    (delivery,) = heard(session, uplink("SystemTime=20260620153000", "1012"))
    assert delivery.keep_as == "not_an_uplink"
    assert session.stored(delivery, now=NOW) == b""


def test_rubbish_and_an_unfinished_frame_are_told():
    session = opened()
    events = heard(session, b"GET / HTTP/1.1\r\n\r\n" + HOUR[:30])
    assert (events, session.pending) == ([], True)
    assert [type(e) for e in session.flush(now=NOW)] == [Refusal, Refusal]
    assert not session.pending


def test_pieces_do_not_matter():
    session = opened()
    stream = WATER + HOUR + HEARTBEAT
    events = [e for at in range(len(stream)) for e in heard(session, stream[at : at + 1])]
    assert events == heard(opened(), stream)
