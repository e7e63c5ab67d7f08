# SPDX-License-Identifier: Apache-2.0
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import jt809
from anshu.wire.base import CHINA, Command, Delivery, Refused
from anshu.wire.vehicles import Report

from .frames import BATCH, CENTER, KEEP_ALIVE, POSITION, message

NOW = datetime(2026, 6, 20, 15, 31, tzinfo=CHINA)
EPOCH = datetime(1970, 1, 1, tzinfo=CHINA)
CIPHER = jt809.Cipher(m1=30_000_000, ia1=20_000_000, ic1=20_000_000)
PLAIN = jt809.Platform(CENTER)
SECRET = "pass0001"
REPORT = Report(
    observed_at=NOW,
    longitude=119.654321,
    latitude=28.123456,
    altitude=312.0,
    speed=45.0,
    course=270.0,
    values=(("vehicle.mileage", 12345.0, "km"),),
)


def session(secret=SECRET):
    return jt809.Jt809Session({str(CENTER): secret}.get if secret is not None else lambda address: None)


def received(talk, *raws):
    return [event for raw in raws for event in talk.receive(raw, now=NOW)]


def login(platform=PLAIN, password=SECRET):
    return jt809.encode_login(platform, serial=1, now=NOW, user=42, password=password)


def result(reply):
    return jt809.decode_frame(reply.raw).parameters["result"]


def logged_in(secret=SECRET, platform=PLAIN):
    talk = session(secret)
    reply, _ = received(talk, login(platform))
    assert result(reply) == 0
    return talk


def test_a_known_platform_logs_in_and_its_vehicles_positions_are_used():
    talk = logged_in()
    assert talk.address == str(CENTER)
    (delivery,) = received(talk, POSITION)
    assert (delivery.address, delivery.kind, delivery.keep_as) == ("浙K12345-2", "position", "")
    assert len(delivery.observations) == 28
    assert talk.stored(delivery, now=NOW) == b""


def test_a_keep_alive_is_answered_once_it_is_noted():
    talk = logged_in()
    (delivery,) = received(talk, KEEP_ALIVE)
    assert jt809.decode_frame(talk.stored(delivery, now=NOW)).kind == "keep_alive_answer"


@pytest.mark.parametrize(
    ("secret", "password", "expected", "keep_as"),
    [(SECRET, "wrong", 4, "wrong_secret"), (None, SECRET, 3, ""), ("", "anything", 0, "")],
)
def test_who_is_let_in(secret, password, expected, keep_as):
    talk = session(secret)
    reply, delivery = received(talk, login(password=password))
    assert (result(reply), delivery.keep_as, delivery.kind) == (expected, keep_as, "login")
    assert "password" not in delivery.parameters
    (position,) = received(talk, POSITION)
    assert bool(position.observations) == (expected == 0)


def test_before_login_and_after_logout_nothing_is_used():
    talk = session()
    assert received(talk, POSITION)[0].keep_as == "not_authenticated"
    talk = logged_in()
    reply, _ = received(talk, jt809.encode_logout(PLAIN, serial=2, now=NOW, user=42, password=SECRET))
    assert jt809.decode_frame(reply.raw).kind == "logout_answer"
    assert talk.address == ""
    (delivery,) = received(talk, POSITION)
    assert (delivery.keep_as, delivery.observations) == ("not_authenticated", ())
    (quiet,) = received(talk, KEEP_ALIVE)
    assert talk.stored(quiet, now=NOW) == b""


def test_a_platform_without_a_secret_need_not_log_in():
    assert received(session(""), POSITION)[0].observations


def test_an_encrypting_platform_is_understood_and_what_is_kept_is_readable_without_its_cipher():
    secret = jt809.write_secret(SECRET, CIPHER)
    platform = jt809.Platform(CENTER, cipher=CIPHER, key=99)
    talk = logged_in(secret, platform)
    raw = jt809.encode_position(platform, serial=2, now=NOW, plate="浙K12345", report=REPORT)
    (delivery,) = received(talk, raw)
    assert len(delivery.observations) == 28
    (again,) = session(None).receive(delivery.raw, now=EPOCH)
    assert (again.observations, again.keep_as) == (delivery.observations, "")


def test_an_encrypted_frame_without_a_cipher_is_kept():
    platform = jt809.Platform(CENTER, cipher=CIPHER, key=99)
    raw = jt809.encode_position(platform, serial=2, now=NOW, plate="浙K12345", report=REPORT)
    (delivery,) = received(logged_in(), raw)
    assert (delivery.keep_as, delivery.address) == ("encrypted", str(CENTER))


def test_a_secret_holds_password_and_cipher_in_32_characters():
    secret = jt809.write_secret(SECRET, CIPHER)
    assert len(secret) == 32
    assert jt809.read_secret(secret) == (SECRET, CIPHER)
    assert jt809.read_secret(SECRET) == (SECRET, None)
    assert jt809.read_secret("") == ("", None)
    with pytest.raises(ValueError, match="8 bytes"):
        jt809.write_secret("123456789", CIPHER)


@pytest.mark.parametrize("version", [2011, 2019])
def test_a_batch_is_read_back_in_either_year(version):
    platform = jt809.Platform(CENTER, version)
    raw = jt809.encode_positions(platform, serial=2, now=NOW, plate="浙K12345", reports=[REPORT, REPORT])
    (delivery,) = received(logged_in(), raw)
    assert (delivery.kind, delivery.parameters["blind_spot"]) == ("positions", True)
    told = {(o.property, o.value) for o in delivery.observations}
    assert {("position.longitude", 119.654321), ("vehicle.speed", 45.0), ("vehicle.course", 270.0)} <= told


@pytest.mark.parametrize(
    ("raw", "keep_as"),
    [(message("1400", "00"), "not_used"), (message("1F00"), "unsupported"), (message("9200"), "not_an_uplink")],
)
def test_what_is_not_used_is_kept_with_its_reason(raw, keep_as):
    assert received(logged_in(), raw)[0].keep_as == keep_as


def test_a_body_that_makes_no_sense_is_kept_with_its_fault():
    (delivery,) = received(logged_in(), message("1200", "00"))
    assert delivery.fault.reason == "truncated"


def test_commands_are_refused():
    with pytest.raises(Refused) as caught:
        logged_in().command(Command(1, "fetch_now"), now=NOW)
    assert caught.value.reason == "unsupported_command"


@settings(deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([POSITION, BATCH, KEEP_ALIVE, login()])), max_size=8))
def test_no_input_raises_and_every_delivery_can_be_answered(pieces):
    talk = session()
    for piece in pieces:
        for event in talk.receive(piece, now=NOW):
            if isinstance(event, Delivery):
                answer = talk.stored(event, now=NOW)
                assert not answer or jt809.parse_frame(answer).message_id == 0x1006
    talk.flush(now=NOW)
    assert not talk.pending
