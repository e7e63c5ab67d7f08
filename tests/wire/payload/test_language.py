# SPDX-License-Identifier: Apache-2.0
"""What each word of the configuration language does."""

import struct
from datetime import UTC, datetime, timedelta

import pytest

from anshu.wire import payload
from anshu.wire.base import Refused

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def decoded(steps, data=b"", *, port=1, **top):
    given = bytes.fromhex(data) if isinstance(data, str) else data
    return payload.load({"decode": steps, **top}).decode(given, port=port, received_at=NOW)


def values(steps, data=b"", **top):
    return {each.property: each.value for each in decoded(steps, data, **top).observations}


def labels(steps, data=b"", **top):
    return {each.property: each.label for each in decoded(steps, data, **top).observations}


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("u8", "ff", 255),
        ("i8", "ff", -1),
        ("u16", "0102", 0x0102),
        ("u16le", "0102", 0x0201),
        ("i16le", "feff", -2),
        ("u24", "010203", 0x010203),
        ("i24", "fffffe", -2),
        ("u40", "0000000100", 256),
        ("i64", "fffffffffffffffe", -2),
        ("sm8", "85", -5),
        ("u32cdab", "00020001", 0x00010002),
        ("u32badc", "01000200", 0x00010002),
        ("f16", "3c00", 1.0),
        ("f32", struct.pack(">f", 1.5).hex(), 1.5),
        ("f32le", struct.pack("<f", -2.5).hex(), -2.5),
        ("f32cdab", "00003fc0", 1.5),
        ("f64", struct.pack(">d", 0.1).hex(), 0.1),
        ("bcd4", "1234", 1234),
        ("bcd4le", "3412", 1234),
        ("bcd3", "123f", 123),
        ("uvar", "ac02", 300),
        ("ivar", "03", -2),
    ],
)
def test_every_type_reads_its_bytes(kind, data, expected):
    assert values([{"read": kind, "property": "x"}], data) == {"x": expected}


def test_odd_widths_run_from_the_most_significant_bit():
    steps = [{"read": "u3", "property": "a"}, {"read": "i5", "property": "b"}, {"read": "u12", "property": "c"}]
    assert values([*steps, {"align": True}, {"read": "u8", "property": "d"}], "bf abc0 07") == {
        "a": 5, "b": -1, "c": 0xABC, "d": 7
    }  # fmt: skip


def test_odd_widths_run_from_the_least_significant_bit_in_little_endian():
    steps = [{"read": "u4", "property": "a"}, {"read": "u12", "property": "b"}]
    assert values(steps, "21 43", endian="little") == {"a": 1, "b": 0x432}


def test_one_raw_value_is_split_into_several():
    step = {"read": "u16", "into": [{"bits": [0, 14], "scale": 0.001, "property": "v"}, {"bits": [14, 2], "name": "s"}]}
    assert values([step, {"value": "s", "property": "state"}], "cba4") == {"v": 2.98, "state": 3}


def test_scaling_by_a_decimal_fraction_leaves_no_noise():
    assert values([{"read": "u16", "scale": 0.1, "property": "x"}], "0101") == {"x": 25.7}
    assert values([{"read": "u16", "scale": 0.1, "offset": -40, "property": "x"}], "0101") == {"x": -14.3}


def test_a_missing_mark_emits_nothing_or_a_missing_value():
    assert values([{"read": "u16", "missing": [65535], "property": "x"}], "ffff") == {}
    kept = values([{"read": "u16", "missing": 65535, "missing_as": "null", "property": "x"}], "ffff")
    assert kept == {"x": None}


def test_words_of_an_enumeration_go_beside_the_number():
    step = {"read": "u8", "map": {"0": "off", "1": "on", "2-9": "fault"}, "property": "x"}
    assert labels([step], "01") == {"x": "on"}
    assert labels([step], "05") == {"x": "fault"}
    assert values([step], "05") == {"x": 5}
    assert decoded([step], "20").notes[0].code == "unmapped"


def test_numbers_of_a_table_replace_the_number():
    step = {"read": "u8", "map": "codes", "else": -1, "property": "x"}
    assert values([step], "02", tables={"codes": [10, 20, 30]}) == {"x": 30}
    assert values([step], "07", tables={"codes": [10, 20, 30]}) == {"x": -1}


def test_a_curve_is_followed_and_its_ends_are_held():
    step = {"read": "u8", "curve": "c", "property": "x"}
    top = {"tables": {"c": [[0, 0], [100, 50], [200, 250]]}}
    assert [values([step], f"{raw:02x}", **top)["x"] for raw in (50, 150, 250)] == [25, 150, 250]


def test_a_value_outside_its_range_is_dropped_and_noted():
    out = decoded([{"read": "u8", "valid": [0, 100], "property": "x"}], "ff")
    assert (out.observations, out.notes[0].code) == ((), "out_of_range")


def test_attributes_are_texts_built_of_variables():
    steps = [
        {"read": "u8", "name": "major"},
        {"read": "u8", "attribute": "version", "text": "v{major}.{be(1):02x}"},
        {"read": "text", "length": 3, "attribute": "word"},
        {"read": "hex2", "attribute": "id"},
    ]
    assert decoded(steps, "01 0a 616263 beef").attributes == {"version": "v1.0a", "word": "abc", "id": "beef"}


def test_reading_at_a_place_leaves_the_cursor():
    steps = [{"read": "u8", "at": -1, "property": "last"}, {"read": "u8", "property": "first"}]
    assert values(steps, "01 02 03") == {"last": 3, "first": 1}


def test_the_port_chooses():
    steps = [{"switch": "port", "cases": {"2, 3": {"read": "u8", "property": "a"}, "10..20": []}}]
    assert values(steps, "05", port=3) == {"a": 5}
    assert values(steps, "05", port=15) == {}
    with pytest.raises(Refused, match="Nothing is defined"):
        decoded(steps, "05", port=4)


def test_conditions_and_when():
    steps = [
        {"read": "u8", "name": "kind"},
        {"if": "kind == 1", "then": [{"read": "u8", "property": "a"}], "else": {"read": "u16", "property": "b"}},
        {"read": "u8", "when": "left > 0", "property": "c"},
    ]
    assert values(steps, "01 02") == {"a": 2}
    assert values(steps, "00 0203 04") == {"b": 0x203, "c": 4}


def test_repeats_by_number_by_condition_and_to_the_end():
    one = {"read": "u8", "property": "x_{index}"}
    assert values([{"repeat": [one], "times": 2}], "01 02 03") == {"x_0": 1, "x_1": 2}
    assert values([{"repeat": [one]}], "01 02 03") == {"x_0": 1, "x_1": 2, "x_2": 3}
    assert values([{"repeat": [one], "while": "left > 1"}], "01 02 03") == {"x_0": 1, "x_1": 2}
    stopping = [one, {"stop": "repeat", "when": "index == 0"}]
    assert values([{"repeat": stopping}], "01 02 03") == {"x_0": 1}


def test_a_type_length_value_list_skips_and_notes_what_it_does_not_know():
    tlv = {"tlv": {"tag": "u8", "length": "u8", "cases": {"0x01": {"read": "i16", "property": "t"}}}}
    out = decoded([tlv], "09 03 aabbcc 01 02 fffe")
    assert [each.value for each in out.observations] == [-2]
    assert out.notes[0].code == "unknown_tag"


def test_a_value_may_not_run_past_its_length():
    with pytest.raises(Refused) as caught:
        decoded([{"tlv": {"cases": {"1": {"read": "u32", "property": "t"}}}}], "01 02 0000 0000")
    assert caught.value.reason == "payload_short"
    assert caught.value.clause == "decode[0].tlv.cases.1"


def test_channel_patterns_take_any_channel():
    steps = [{"channels": {"cases": {"* 67": {"read": "i16", "divide": 10, "property": "t_{channel}"}}}}]
    assert values(steps, "03670110 0567ff9c") == {"t_3": 27.2, "t_5": -10}


def test_a_presence_mask_reads_only_what_is_there():
    steps = [
        {"read": "u8", "name": "flags"},
        {"mask": "flags", "bits": {"0": {"read": "u8", "property": "a"}, "2": {"read": "u16", "property": "b"}}},
    ]
    assert values(steps, "04 0102") == {"b": 0x0102}
    assert values(steps, "05 09 0102") == {"a": 9, "b": 0x0102}


def test_blocks_take_parameters():
    steps = [{"use": "one", "with": {"n": 1}}, {"use": "one", "with": {"n": 2}}]
    assert values(steps, "07 08", blocks={"one": [{"read": "u8", "property": "x_{n}"}]}) == {"x_1": 7, "x_2": 8}


def test_readings_are_dated_by_the_device():
    steps = [
        {"read": "u32", "time": "epoch_s"},
        {"read": "u8", "property": "old"},
        {"value": 10, "time": "ago_min"},
        {"read": "u8", "property": "recent"},
        {"value": "received", "time": "epoch_s"},
        {"read": "u8", "property": "present"},
    ]
    out = decoded(steps, f"{1_760_000_000:08x} 01 02 03")
    assert [each.time for each in out.observations] == [
        datetime.fromtimestamp(1_760_000_000, UTC), NOW - timedelta(minutes=10), NOW
    ]  # fmt: skip


def test_a_packed_date_in_beijing_time():
    steps = [
        *({"read": "bcd2", "name": name} for name in ("y", "mo", "d", "h", "mi", "s")),
        {"value": "date(2000 + y, mo, d, h, mi, s, 8)", "time": "epoch_s"},
        {"value": 1, "property": "x"},
    ]
    assert decoded(steps, "260701203000").observations[0].time == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)


def test_a_device_whose_clock_is_not_set_is_dated_by_receipt():
    out = decoded([{"read": "u32", "time": "epoch_s"}, {"value": 1, "property": "x"}], "00000010")
    assert (out.observations[0].time, out.notes[0].code) == (NOW, "bad_clock")


def test_a_check_refuses_in_the_words_of_the_configuration():
    steps = [{"check": "be(0) == 0x7e", "message": "起始字节应为 7E"}, {"check": "sum8(0, -1) == be(-1)"}]
    assert decoded(steps, "7e 01 7f").left == 3
    with pytest.raises(Refused) as caught:
        decoded(steps, "7f 01 80")
    assert "起始字节应为 7E" in caught.value.fault.message("zh")
    with pytest.raises(Refused, match="sum8"):
        decoded(steps, "7e 01 00")


def test_json_is_read_by_paths_and_its_bytes_unpacked():
    steps = [
        {"get": "a.b[1]", "property": "x"},
        {"get": "t", "property": "t", "scale": 0.1},
        {"get": "state", "map": {"open": 1, "closed": 0}, "property": "door"},
        {"get": "nothing", "property": "y"},
        {"unpack": "raw", "as": "base64", "do": [{"read": "u16", "property": "z"}]},
        {"each": "list", "do": [{"get": "n", "name": "n"}, {"get": "v", "property": "v_{n}"}]},
    ]  # fmt: skip
    document = {"a": {"b": [1, 2]}, "t": "215", "state": "open", "raw": "AQI=", "list": [{"n": "p", "v": 7}]}
    found = {
        each.property: each.value
        for each in payload.load({"input": "json", "decode": steps})
        .decode(document, port=None, received_at=NOW)
        .observations
    }
    assert found == {"x": 2, "t": 21.5, "door": 1, "z": 0x0102, "v_p": 7}


def test_a_text_payload_is_cut_by_functions():
    steps = [
        {"read": "text", "name": "line"},
        {"value": "number(part(after(line, 'T='), ';', 0))", "property": "t"},
        {"value": "number(part(line, ';', 1))", "property": "h"},
    ]
    assert values(steps, b"T=21.5;48") == {"t": 21.5, "h": 48}


def test_a_payload_that_ends_early_is_refused_with_its_step():
    with pytest.raises(Refused) as caught:
        decoded([{"read": "u8", "property": "a"}, {"read": "u32", "property": "b"}], "01 02")
    assert (caught.value.reason, caught.value.offset, caught.value.clause) == ("payload_short", 1, "decode[1]")


def test_bytes_left_over_are_counted():
    assert decoded([{"read": "u8", "property": "a"}], "01 02 03").left == 2


def test_stopping_keeps_what_came_out():
    steps = [{"read": "u8", "property": "a"}, {"stop": "all"}, {"refuse": "never"}]
    assert values(steps, "01") == {"a": 1}


def test_a_text_ends_at_its_mark():
    steps = [{"read": "text", "until": 44, "attribute": "a"}, {"read": "text", "until": 44, "attribute": "b"}]
    assert decoded(steps, b"ab,cd").attributes == {"a": "ab", "b": "cd"}


def test_hexadecimal_text_inside_a_payload_is_unpacked():
    steps = [
        {"read": "text", "name": "line"},
        {"unpack": {"value": "part(line, ':', 1)"}, "as": "hex", "do": [{"read": "u16", "property": "x"}]},
    ]
    assert values(steps, b"T:0102") == {"x": 0x0102}
