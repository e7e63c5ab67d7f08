# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire import hj212
from anshu.wire.base import Refused, crc16_modbus

from .frames import ANSWER, HOUR, MN, WATER, crc, framed, uplink


def reason(raw, keys=None):
    with pytest.raises(Refused) as caught:
        hj212.decode_frame(raw, keys)
    assert 0 <= caught.value.offset <= len(raw)
    assert caught.value.clause
    assert caught.value.fault.message("zh")
    assert caught.value.fault.message("en")
    return caught.value.reason


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_the_appendix(data):
    assert hj212.crc16_hj212(data) == crc(data)


def test_the_standard_s_own_example_has_its_checksum():
    frame = f"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN={MN};Flag=5;CP=&&RtdInterval=30&&1C80\r\n"
    assert hj212.decode_frame(frame.encode()).parameters == {"RtdInterval": "30"}
    assert hj212.decode_frame(frame.replace("1C80", "1c80").encode()).kind == "realtime_interval_set"


def test_a_frame_sealed_by_the_checksum_of_modbus_is_refused():
    segment = WATER[6:-6]
    assert reason(WATER[:-6] + b"%04X\r\n" % crc16_modbus(segment)) == "bad_crc"


@pytest.mark.parametrize("frame", [WATER, HOUR, ANSWER])
def test_every_truncation_is_refused(frame):
    reasons = {reason(frame[:size]) for size in range(len(frame))}
    assert reasons <= {"bad_start", "truncated"}


@pytest.mark.parametrize("frame", [WATER, HOUR])
def test_any_changed_byte_is_refused(frame):
    for at in range(len(frame)):
        changed = frame[:at] + bytes((frame[at] ^ 1,)) + frame[at + 1 :]
        assert reason(changed)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "bad_start"),
        (b"#!" + WATER[2:], "bad_start"),
        (b"##01x1" + WATER[6:], "bad_length"),
        (b"##0000" + WATER[6:], "bad_length"),
        (b"##0020" + WATER[6:], "bad_length"),
        (b"##0900" + WATER[6:], "truncated"),
        (WATER + b"#", "trailing_bytes"),
        (WATER[:-6] + b"0000\r\n", "bad_crc"),
        (WATER[:-6] + b"ZZZZ\r\n", "bad_crc"),
        (framed(f"ST=32;PW=1;MN={MN};CP=&&&&"), "missing_field"),
        (framed("ST=32;CN=2011;PW=1;CP=&&&&"), "missing_field"),
        (framed(f"ST=32;CN=2011;MN={MN};CP=&&a=1"), "missing_field"),
        (framed(f"ST=32;CN=20A1;MN={MN};CP=&&&&"), "bad_field"),
        (framed(f"ST=32;CN=2011;MN={'9' * 40};CP=&&&&"), "bad_field"),
        (uplink("", flag="12"), "bad_field"),
        (uplink("", flag="x"), "bad_field"),
        (uplink("", flag="6", more=";PNUM=2;PNO=3"), "bad_packet_number"),
        (uplink("", flag="6", more=";PNUM=2"), "bad_packet_number"),
        (uplink("DataTime=20261320153000;w01018-Rtd=1"), "bad_time"),
        (uplink("DataTime=2026;w01018-Rtd=1"), "bad_time"),
        (framed(f"ST=32;CN=2011;MN={MN};CP=&&w01018-Rtd=1&&"), "no_observation_time"),
        (framed(b"ST=32;CN=2011;MN=1;CP=&&a=\x00&&"), "bad_charset"),
        (framed(b"ST=32;CN=2011;MN=1;CP=&&a=\xff\xff\xff&&"), "bad_charset"),
    ],
)
def test_what_breaks_the_standard_is_refused_with_its_reason(raw, expected):
    assert reason(raw) == expected


def test_text_is_read_as_utf_8_and_as_gbk_and_the_length_may_count_characters():
    body = f"ST=32;CN=3020;PW=1;MN={MN};Flag=4;CP=&&DataTime=20260620153000;i11001-Info=//清洗管路;完毕=1//&&"
    for charset in ("utf-8", "gbk"):
        for length in (None, len(body)):
            message = hj212.decode_frame(framed(body, length=length, charset=charset))
            assert message.charset == charset
            assert message.parameters["items"][0]["Info"] == "清洗管路;完毕=1"


def test_the_version_is_told_by_flag():
    versions = [hj212.decode_frame(uplink("", "9015", flag=str(flag))).version for flag in range(12)]
    assert versions == ["2005"] * 4 + ["2017"] * 4 + ["2025"] * 4
    assert hj212.decode_frame(framed(f"ST=32;CN=2011;MN={MN};CP=&&&&")).version == "2005"


KEY = bytes.fromhex("30" * 16)
PLAIN = f"QN=20260620153000123;ST=31;CN=2011;PW=1;MN={MN};Flag=9;CP=&&DataTime=20240520153000;a21026-Rtd=12.34&&"


def sealed(length=None, key=KEY):
    raw = hj212.build_frame(PLAIN[: PLAIN.index(";CP")], PLAIN[PLAIN.index("&&") + 2 : -2], key=key)
    return raw if length is None else b"##%04d" % length + raw[6:]


def test_an_encrypted_frame_is_read_with_the_key_whichever_length_it_states():
    raw = sealed()
    assert raw[2:6] == b"%04d" % len(PLAIN)
    assert b"CP=&&{0xE4,0x3E," in raw
    assert raw[-6:-2] == b"%04X" % crc(PLAIN.encode())
    for each in (raw, sealed(len(raw) - 12)):
        message = hj212.decode_frame(each, lambda thing: KEY if thing == MN else None)
        assert message.encrypted
        assert message.observations[0].value == 12.34


def test_an_encrypted_frame_is_refused_without_the_key_with_a_wrong_one_or_damaged():
    raw = sealed()
    assert reason(raw) == "no_key"
    assert reason(raw, lambda thing: bytes(16)) == "bad_crc"
    assert reason(raw.replace(b"0xE4", b"0xE5"), lambda thing: KEY) == "bad_crc"
    assert reason(raw.replace(b"0xE4", b"0xG4"), lambda thing: KEY) == "bad_cipher"
    assert reason(raw.replace(b"0xE4,", b""), lambda thing: KEY) == "bad_cipher"
    assert reason(raw.replace(b"}", b""), lambda thing: KEY) == "bad_cipher"
    assert reason(sealed(33), lambda thing: KEY) == "bad_length"
