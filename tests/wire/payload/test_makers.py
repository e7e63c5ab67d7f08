# SPDX-License-Identifier: Apache-2.0
"""Payloads of makers whose formats stress the language: each configuration is ours, its sample is the maker's.

Samples are the public examples of The Things Network's device library (lorawan-devices, vendor/*/*-codec.yaml):
digital-matter/oyster, abeeway/asset-tracker-2, sensecap/sensecap2120-8-in-1, tektelic/t000489x. What is marked
"by hand" was written down bit by bit from the format's description.
"""

from datetime import UTC, datetime

import pytest

from anshu.wire import payload
from anshu.wire.base import Refused

NOW = datetime(2026, 7, 1, tzinfo=UTC)
VALUE = {"unit": "1"}


def decoded(config, data, port=1):
    body = data if isinstance(data, dict) else bytes.fromhex(data)
    return payload.load(config).decode(body, port=port, received_at=NOW)


def values(config, data, port=1):
    return {each.property: each.value for each in decoded(config, data, port).observations}


OYSTER = {
    "endian": "little",
    "decode": [
        {"switch": "port", "cases": {
            "1": [
                {"read": "i32", "divide": 1e7, "property": "latitude", "unit": "deg"},
                {"read": "i32", "divide": 1e7, "property": "longitude", "unit": "deg"},
                {"read": "u8", "into": [
                    {"bits": 0, "property": "in_trip", **VALUE},
                    {"bits": [2, 6], "scale": 5.625, "property": "heading", "unit": "deg"},
                ]},
                {"read": "u8", "property": "speed", "unit": "km/h"},
                {"read": "u8", "scale": 0.025, "digits": 2, "property": "voltage", "unit": "V"},
            ],
            # One stream of bits across eleven bytes, least significant first.
            "3": [
                {"read": "u4", "divide": 10, "offset": 4, "property": "voltage", "unit": "V"},
                {"read": "u11", "scale": 32, "property": "sent", **VALUE},
                {"read": "u13", "scale": 32, "property": "trips", **VALUE},
                {"read": "u10", "scale": 32, "property": "fixes", **VALUE},
                {"read": "u8", "scale": 32, "property": "failures", **VALUE},
                {"read": "u9", "property": "fix_time", "unit": "s"},
                {"read": "u9", "property": "failure_time", "unit": "s"},
                {"read": "u8", "property": "freshen_time", "unit": "s"},
                {"read": "u7", "property": "wakeups", **VALUE},
                {"read": "u9", "property": "uptime", "unit": "wk"},
            ],
        }},
    ],
}  # fmt: skip


def test_little_endian_words_of_a_tracker():
    found = values(OYSTER, "0030edec 00322445 00 00 de")
    assert found == pytest.approx(
        {"latitude": -32, "longitude": 116, "in_trip": 0, "heading": 0, "speed": 0, "voltage": 5.55}
    )


def test_a_stream_of_bits_that_ends_nowhere_near_a_byte():
    wanted = {"voltage": 4.5, "sent": 160, "trips": 96, "fixes": 64, "failures": 32, "fix_time": 300,
              "failure_time": 17, "freshen_time": 9, "wakeups": 5, "uptime": 60}  # fmt: skip
    # By hand: the widths and raw numbers of the fields, packed from the lowest bit on.
    packed = shift = 0
    for width, raw in ((4, 5), (11, 5), (13, 3), (10, 2), (8, 1), (9, 300), (9, 17), (8, 9), (7, 5), (9, 60)):
        packed |= raw << shift
        shift += width
    assert shift == 88
    assert values(OYSTER, packed.to_bytes(11, "little").hex(), port=3) == pytest.approx(wanted)


ABEEWAY = {
    "blocks": {
        "head": [
            {"read": "u8", "name": "status"},
            {"read": "u8", "property": "battery_level", **VALUE},
            {"use": "ranged", "with": {"low": -44, "high": 85}},
            {"value": "scaled", "digits": 1, "property": "temperature", "unit": "Cel"},
        ],
        # A byte spread over a range, as several makers do.
        "ranged": [{"read": "u8", "calc": "low + value * (high - low) / 255", "name": "scaled"}],
    },
    "decode": [
        {"read": "u8", "name": "kind"},
        {"use": "head"},
        {"switch": "kind", "cases": {
            "3": [
                {"read": "u4", "name": "token"},
                {"read": "u4", "map": ["GPS"], "attribute": "position_kind"},
                {"read": "u8", "name": "age"},
                {"read": "i24", "calc": "(value << 8) / 1e7", "property": "latitude", "unit": "deg"},
                {"read": "i24", "calc": "(value << 8) / 1e7", "property": "longitude", "unit": "deg"},
                {"use": "ranged", "with": {"low": 0, "high": 1000}},
                {"value": "scaled", "digits": 2, "property": "accuracy", "unit": "m"},
            ],
            "10": [{"skip": 1}, {"read": "u8", "map": ["GEOLOC_START"], "attribute": "event"}],
        }},
    ],
}  # fmt: skip


def test_a_tracker_whose_message_kind_decides_its_layout():
    found = values(ABEEWAY, "03 6a c1 89 00 00 1d28b9 016037 02", port=18)
    assert found == pytest.approx(
        {"battery_level": 193, "temperature": 25.3, "latitude": 48.9208064, "longitude": 2.3082752, "accuracy": 7.84}
    )
    event = decoded(ABEEWAY, "0a 00 f9 86 00 00", port=18)
    assert (event.attributes["event"], event.observations[1].value) == ("GEOLOC_START", pytest.approx(23.8))


SENSECAP = {
    "decode": [
        {"repeat": [
            {"stop": "repeat", "when": "left <= 2"},
            {"read": "u8", "name": "channel"},
            {"read": "u16le", "name": "id"},
            {"switch": "id", "cases": {
                "0x1001..0x10ff": {"read": "i32le", "divide": 1000, "property": "m{id}_{channel}", **VALUE},
            }, "else": [{"skip": 4}]},
        ]},
        {"check": "crc(0, -2, 16, 0x1021, 0, 1) == le(-2, 2)", "message": "CRC 不符"},
        {"skip": 2},
    ],
}  # fmt: skip


def test_measurements_by_number_in_names_made_of_fields():
    assert values(SENSECAP, "01 0110 98530000 01 0210 a87a0000 af51") == {"m4097_1": 21.4, "m4098_1": 31.4}


def test_a_damaged_byte_is_found_by_any_makers_crc():
    with pytest.raises(Refused) as caught:
        decoded(SENSECAP, "01 0110 98530000 01 0210 a87a0001 af51")
    assert caught.value.reason == "payload_check"


@pytest.mark.parametrize(
    ("call", "check"),
    [
        # The check values over "123456789" of CRC-8/SMBUS, -16/ARC, -16/XMODEM, -16/KERMIT, -24/OPENPGP, -32/ISO-HDLC
        # and -64/XZ, from the catalogue of parametrised CRC algorithms (reveng.sourceforge.io).
        ("crc(0, 9, 8, 0x07)", 0xF4),
        ("crc(0, 9, 16, 0x8005, 0, 1)", 0xBB3D),
        ("crc(0, 9, 16, 0x1021)", 0x31C3),
        ("crc(0, 9, 16, 0x1021, 0, 1)", 0x2189),
        ("crc(0, 9, 24, 0x864CFB, 0xB704CE)", 0x21CF02),
        ("crc(0, 9, 32, 0x04C11DB7, 0xFFFFFFFF, 1, 0xFFFFFFFF)", 0xCBF43926),
        ("crc(0, 9, 64, 0x42F0E1EBA9EA3693, 0xFFFFFFFFFFFFFFFF, 1, 0xFFFFFFFFFFFFFFFF)", 0x995DC9BBDF1939FA),
        ("crc(0, 9, 7, 0x09)", None),
        ("crc(0, 99, 16, 0x1021)", None),
    ],
)
def test_any_crc_can_be_written_down(call, check):
    config = {
        "decode": [
            {"value": f"{call} == {check}" if check is not None else f"missing({call})", "property": "ok", **VALUE}
        ]
    }
    assert values(config, b"123456789".hex()) == {"ok": 1}


def test_a_crc_spends_work_for_each_bit():
    config = {"decode": [{"repeat": [{"value": "crc(0, size, 16, 0x1021)", "name": "x"}], "times": 20}]}
    with pytest.raises(Refused) as caught:
        decoded(config, "00" * 1000)
    assert caught.value.reason == "payload_limit"


@pytest.mark.parametrize(
    ("raw", "digits", "wanted"),
    [
        (0.125, 2, 0.13),
        (-0.125, 2, -0.13),
        (2.5, 0, 3),
        (-2.5, 0, -3),
        (1.005, 2, 1.0),
        (24.45, 1, 24.4),
        (1e300, 3, 1e300),
    ],
)
def test_halves_are_rounded_up_as_people_and_makers_do(raw, digits, wanted):
    # 1.005 and 24.45 are a little less in binary: makers' decoders give the same.
    config = {"input": "json", "decode": [{"get": "v", "digits": digits, "property": "v", **VALUE}]}
    assert values(config, {"v": raw}) == {"v": wanted}


def test_tenths_and_tens_are_rounded_alike():
    config = {
        "decode": [
            {"value": "round(25, -1)", "property": "tens", **VALUE},
            {"value": "round(-0.5)", "property": "half", **VALUE},
        ]
    }
    assert values(config, "00") == {"tens": 30, "half": -1}


def test_a_text_of_fixed_columns_is_cut_without_separators():
    config = {
        "input": "json",
        "decode": [
            {"get": "line", "name": "line"},
            {"check": "has(upper(line), 'WL')", "message": "不是水位"},
            {"value": "date(2000 + number(mid(line, 0, 2)), number(mid(line, 2, 2)), number(mid(line, 4, 2)), "
                      "number(mid(line, 6, 2)), 0, 0, 8)", "time": "epoch_s"},
            {"value": "number(mid(line, -5)) / 100", "property": "water_level", "unit": "m"},
        ],
    }  # fmt: skip
    (reading,) = decoded(config, {"line": "26070108wl01234"}).observations
    assert (reading.value, reading.time) == (12.34, datetime(2026, 7, 1, tzinfo=UTC))


# By hand, after a heat meter's extended report: a start value, then differences of 14 bits, one an hour.
DELTAS = {
    "endian": "little",
    "decode": [
        {"read": "u32", "name": "at"},
        {"read": "u32", "name": "sum"},
        {"repeat": [
            {"value": "at + index * 3600", "time": "epoch_s"},
            {"value": "sum / 1000", "property": "volume", "unit": "m3"},
            {"stop": "repeat", "when": "left_bits < 14"},
            {"read": "u14", "calc": "sum + value", "name": "sum"},
        ]},
    ],
}  # fmt: skip


def test_differences_packed_in_bits_become_a_history():
    packed = 100 | 250 << 14 | 16_383 << 28
    head = (1_782_864_000).to_bytes(4, "little") + (12_345).to_bytes(4, "little")
    found = decoded(DELTAS, (head + packed.to_bytes(6, "little")).hex()).observations
    assert [each.value for each in found] == [12.345, 12.445, 12.695, 29.078]
    assert [each.time.hour for each in found] == [0, 1, 2, 3]


TEKTELIC = {
    "decode": [
        {"channels": {"cases": {
            "03 67": {"read": "i16", "divide": 10, "property": "temperature", "unit": "Cel"},
            "04 68": {"read": "u8", "divide": 2, "property": "humidity", "unit": "%"},
        }}},
    ],
}  # fmt: skip


def test_channels_of_another_maker():
    assert values(TEKTELIC, "03 67 000a 04 68 28", port=10) == {"temperature": 1, "humidity": 20}


# By hand: prefix codes of variable length, as batch reports compress their values.
PREFIX = {
    "decode": [
        {"repeat": [
            {"stop": "repeat", "when": "left_bits < 2"},
            {"value": "1", "name": "code"},
            {"repeat": [
                {"read": "u1", "calc": "code << 1 | value", "name": "code"},
                {"stop": "repeat", "when": "code == 2 or code == 6 or code == 14 or code == 15"},
            ]},
            {"value": "code", "map": {"2": 0, "6": 3, "14": 6, "15": 10}, "name": "width"},
            {"if": "width > 0", "then": [{"value": "0", "name": "sum"}, {"repeat": [
                {"read": "u1", "calc": "sum << 1 | value", "name": "sum"}], "times": "width"},
                {"value": "sum", "property": "v{index}", **VALUE}]},
        ]},
    ],
}  # fmt: skip


def test_prefix_codes_can_be_walked_bit_by_bit():
    # 1 before each code is ours: 10 -> "0"; 110 -> "10"; 1110 -> "110". Bits: 0, 10 101, 110 000011, and a 0 to fill.
    bits = "0" + "10101" + "110000011" + "0"
    found = values(PREFIX, int(bits, 2).to_bytes(2, "big").hex())
    assert list(found.values()) == [5, 3]
