# SPDX-License-Identifier: Apache-2.0
import pytest

from anshu.wire import jt809
from anshu.wire.base import Refused

from .frames import (
    BATCH,
    CENTER,
    ESCAPED,
    POSITION,
    POSITION_2019,
    exchange,
    gnss,
    gnss_2019,
    message,
    message_2019,
)

CIPHER = jt809.Cipher(m1=30_000_000, ia1=20_000_000, ic1=20_000_000)


def values(decoded):
    return {o.property: o.value for o in decoded.observations}


def refusal(raw):
    with pytest.raises(Refused) as caught:
        jt809.decode_frame(raw)
    return caught.value


@pytest.mark.parametrize(("raw", "speed", "mileage"), [(POSITION, 45, 12345), (POSITION_2019, 45.6, 12345.6)])
def test_a_position_of_either_year_is_that_of_the_vehicle(raw, speed, mileage):
    decoded = jt809.decode_frame(raw)
    assert (decoded.kind, decoded.thing, decoded.center) == ("position", "浙K12345-2", CENTER)
    told = values(decoded)
    assert {name: told[name] for name in told if not name.startswith("alarm")} == {
        "position.longitude": 119.654321,
        "position.latitude": 28.123456,
        "position.altitude": 312,
        "vehicle.speed": speed,
        "vehicle.course": 270,
        "vehicle.mileage": mileage,
        "vehicle.acc": 1,
    }
    assert {o.time.isoformat() for o in decoded.observations} == {"2026-06-20T15:30:05+08:00"}


def test_the_year_is_told_by_the_time_in_the_header():
    assert jt809.decode_frame(POSITION).version == 2011
    decoded = jt809.decode_frame(POSITION_2019)
    assert (decoded.version, decoded.sent_at.isoformat()) == (2019, "2025-06-21T10:44:45+08:00")


def test_a_batch_gives_every_position_at_its_own_time():
    decoded = jt809.decode_frame(BATCH)
    assert decoded.parameters["blind_spot"] is True
    times = [o.time.hour for o in decoded.observations if o.property == "vehicle.speed"]
    assert times == [15, 16]
    batch = jt809.decode_frame(message_2019("1200", exchange("1203", "02" + gnss_2019() * 2)))
    assert len(batch.reports) == 2


def test_alarm_bits_are_told_set_and_cleared():
    told = values(jt809.decode_frame(message("1200", exchange("1202", gnss(alarm=1 << 29)))))
    assert (told["alarm.collision"], told["alarm.rollover"]) == (1, 0)


def test_without_a_fix_the_place_is_missing():
    decoded = jt809.decode_frame(message("1200", exchange("1202", gnss(status=0))))
    place = [o for o in decoded.observations if o.property.startswith("position")]
    assert {(o.value, o.quality) for o in place} == {(None, "missing")}


@pytest.mark.parametrize(
    "raw",
    [
        message("1200", exchange("1202", gnss(shifted=1))),
        message_2019("1200", exchange("1202", gnss_2019(shifted=1))),
    ],
)
def test_shifted_coordinates_are_suspect(raw):
    observed = jt809.decode_frame(raw).observations
    assert {o.quality for o in observed if o.property.startswith("position")} == {"suspect"}


def test_an_impossible_date_gives_no_observation():
    assert jt809.decode_frame(message("1200", exchange("1202", gnss(day=32)))).observations == ()


def test_the_platforms_that_judged_are_named():
    told = jt809.decode_frame(POSITION_2019).parameters["platforms"]
    assert [each["platform"] for each in told] == ["1" * 11, "2" * 11, "3" * 11]


def test_a_plate_in_another_encoding_is_read():
    body = exchange("1202", gnss())
    plate = "浙K12345".encode().hex()
    assert jt809.decode_frame(message("1200", plate + "00" * 12 + body[42:])).thing == "浙K12345-2"
    assert jt809.decode_frame(message("1200", "鲁B1".encode("gbk").hex() + "00" * 17 + body[42:])).thing == "鲁B1-2"


def test_the_cipher_is_that_of_the_standard():
    # Published by another implementation for these numbers and key 256178.
    assert CIPHER.apply(bytes.fromhex("01020304050607"), 256178).hex() == "d34c7078a73a41"
    assert CIPHER.apply(CIPHER.apply(b"anything", 7), 7) == b"anything"


def test_key_and_modulus_zero_count_as_one():
    assert jt809.Cipher(0, 5 << 20, 1 << 20).apply(b"\x00\x00", 0) == b"\x01\x01"
    assert jt809.Cipher(9, 5 << 20, 1 << 20).apply(b"\x00", 0) == jt809.Cipher(9, 5 << 20, 1 << 20).apply(b"\x00", 1)


def test_an_encrypted_position_is_read_with_its_cipher_and_kept_unread_without():
    body = bytes.fromhex(exchange("1202", gnss()).replace(" ", ""))
    raw = message("1200", CIPHER.apply(body, 99).hex(), encrypted="01", key=99)
    assert values(jt809.decode_frame(raw, CIPHER))["position.latitude"] == 28.123456
    unread = jt809.decode_frame(raw)
    assert (unread.unread, unread.observations, unread.thing) == (True, (), str(CENTER))


def test_escapes_are_undone():
    assert values(jt809.decode_frame(ESCAPED))["position.latitude"] == 0x015A5B5D / 1e6


def test_a_login_is_read_in_either_layout():
    host = "31302E302E302E31" + "00" * 24
    login = f"0000002A 70617373 00000000 {host} 2328"
    of_2019 = f"0000002A 70617373 00000000 {CENTER:08X} {host} 2328"
    for raw in (message("1001", login), message_2019("1001", of_2019)):
        told = jt809.decode_frame(raw).parameters
        assert (told["user"], told["password"], told["host"], told["port"]) == (42, "pass", "10.0.0.1", 9000)


def test_a_vehicle_registration_names_its_terminal():
    data = "41" * 11 + "42" * 11 + "43" * 20 + "44" * 7 + "303133393132333435363738"
    told = jt809.decode_frame(message("1200", exchange("1201", data))).parameters
    assert (told["plate"], told["model"], told["phone"]) == ("浙K12345", "C" * 20, "013912345678")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (POSITION[:-3] + bytes((POSITION[-3] ^ 0x80,)) + POSITION[-2:], "bad_crc"),
        (POSITION[:-1], "truncated"),
        (POSITION[1:], "bad_start"),
        (POSITION + b"\x00", "trailing_bytes"),
        (b"\x5b\x00\x5d", "truncated"),
        (message("1005", length=99), "bad_length"),
        (message("1200", exchange("1202", gnss())[:-4]), "truncated"),
        (message("1200", exchange("1202", gnss(), length=35)), "trailing_bytes"),
        (message("1200", exchange("1203", "03" + gnss())), "truncated"),
        (message("1200", "00" * 22 + "1202" + "00000000"), "bad_value"),
        (message("1001", "0000002A"), "truncated"),
        (b"", "bad_start"),
    ],
)
def test_what_is_damaged_is_refused_with_reason_and_clause(raw, reason):
    refused = refusal(raw)
    assert refused.reason == reason
    assert refused.clause
    assert 0 <= refused.offset <= len(raw)
    assert refused.fault.message("zh")


def test_every_truncation_is_refused():
    for end in range(len(POSITION)):
        assert refusal(POSITION[:end]).reason in ("bad_start", "truncated")


def test_every_flipped_bit_is_refused():
    for at in range(1, len(POSITION) - 1):
        for bit in range(8):
            raw = POSITION[:at] + bytes((POSITION[at] ^ 1 << bit,)) + POSITION[at + 1 :]
            assert refusal(raw).reason in ("bad_crc", "truncated", "trailing_bytes")
