# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime, timedelta

import pytest

from anshu.wire import sl651
from anshu.wire.base import Refused

from .frames import HEARTBEAT, LEVEL, TIME, ascii_report, bare, report, sealed


def seen(raw):
    return [(o.property, o.value, o.quality) for o in sl651.decode_frame(raw).observations]


def one(groups, function="32"):
    ((name, value, quality),) = seen(report(function, f"{TIME} {groups}"))
    return name, value, quality


def refused(raw):
    with pytest.raises(Refused) as caught:
        sl651.decode_frame(raw)
    assert caught.value.clause
    assert caught.value.fault.message("zh")
    return caught.value.reason, caught.value.offset


# What is read


def test_a_report_names_its_station_time_and_values():
    message = sl651.decode_frame(LEVEL)
    assert (message.kind, message.thing, message.serial, message.station_class) == ("timed", "0033082501", 7, "H")
    assert message.sent_at.isoformat() == "2026-06-20T15:30:05+08:00"
    level, voltage = message.observations
    assert (level.value, level.unit) == (76.543, "m")
    assert level.time.isoformat() == "2026-06-20T15:30:00+08:00"
    assert (voltage.property, voltage.value) == ("voltage", 12.44)


def test_every_element_of_table_c_reads_at_its_own_format():
    for element in sl651.ELEMENTS.values():
        if element.form != "bcd":
            continue
        size = (element.digits + 1) // 2
        groups = f"{TIME} {element.code:02X} {size << 3 | element.decimals:02X} {1:0{2 * size}d}"
        expected = [(element.property, 1 / 10**element.decimals, "good")]
        assert seen(report("32", groups)) == expected


def test_table_c_has_its_rows_and_no_name_twice():
    guides = (0xF0, 0xF1, 0xF2, 0xF3, 0xFD, 0x04)  # time, station, manual, picture, velocities, step
    assert len(sl651.ELEMENTS) == 131 - len(guides)
    symbols = [e.symbol for e in sl651.ELEMENTS.values()]
    assert len(set(symbols)) == len(symbols)
    properties = [e.property for e in sl651.ELEMENTS.values() if e.symbol != "DRP"]
    assert len(set(properties)) == len(properties)


@pytest.mark.parametrize(
    ("groups", "value"),
    [
        ("392B FF00001270", -1.27),  # odd count of digits: FF0 before them
        ("3923 FF001270", -1.27),  # the same within four bytes
        ("0219 FF0056", -5.6),
        ("4B21 FF000123", -12.3),
    ],
)
def test_a_leading_ff_makes_a_number_negative(groups, value):
    assert one(groups)[1:] == (value, "good")


@pytest.mark.parametrize("data", ["AAAAAAAA", "FFFFFFFF"])
def test_filled_data_is_missing(data):
    assert one(f"3923 {data}") == ("water_level", None, "missing")


def test_a_duration_is_given_in_minutes():
    assert one("0512 0130") == ("duration", 90.0, "good")
    assert one("0508 02") == ("duration", 120.0, "good")


def test_the_definition_byte_decides_the_decimals():
    assert one("3922 00001234")[1] == 12.34


def test_a_later_time_group_holds_for_what_follows_it():
    message = sl651.decode_frame(report("32", f"{TIME} 3812 1244 F0F0 2606201400 2019 000010"))
    assert [o.time.hour for o in message.observations] == [15, 14]


def test_a_report_of_several_stations_keeps_them_apart():
    second = "F1F1 0033082502 4B F0F0 2606201525 3B23 00101500"
    message = sl651.decode_frame(report("32", f"{TIME} 3923 00076543 {second}"))
    first, last = message.observations
    assert (first.thing, last.thing) == ("0033082501", "0033082502")
    assert (last.property, last.time.minute) == ("water_level_upstream", 25)


def test_each_gate_keeps_its_own_opening():
    groups = f"{TIME} 0A10 0001 0C10 0002 0912 0150 0A10 0002 0912 0444 0910 0444"
    assert seen(report("32", groups)) == [
        ("gate_number", 1.0, "good"),
        ("gate_open_count_1", 2.0, "good"),
        ("gate_opening_1", 1.5, "good"),
        ("gate_number", 2.0, "good"),
        ("gate_opening_2", 4.44, "good"),
        ("gate_state_2", 444.0, "good"),
    ]


def test_the_status_word_names_its_alarms():
    message = sl651.decode_frame(report("33", f"{TIME} 4520 00000486"))
    assert message.alarms == ("battery_low", "level_limit")
    assert message.parameters["status"] == ["battery_low", "level_limit", "door_closed", "pump_stopped"]
    assert message.observations[0].value == 0x486


def test_an_hour_of_rain_begins_at_the_time_given():
    raw = report("34", "F0F0 2606201505 F460 00 05 0A FF" + "00" * 7 + "FE")
    observed = sl651.decode_frame(raw).observations
    assert [o.value for o in observed[:4]] == [0.0, 0.5, 1.0, None]
    assert observed[3].quality == "missing"
    assert observed[11].value == 25.4
    assert observed[0].time.strftime("%H:%M") == "15:05"
    assert observed[11].time.strftime("%H:%M") == "16:00"


def test_relative_levels_are_two_bytes_each():
    raw = report("34", "F0F0 2606201505 F6C0 0031 FFFF FFFE" + "0000" * 9)
    assert [(o.property, o.value) for o in sl651.decode_frame(raw).observations[:3]] == [
        ("relative_level_2", 0.49),
        ("relative_level_2", None),
        ("relative_level_2", 655.34),
    ]


def test_equal_steps_share_one_identifier():
    raw = report("31", f"{TIME} 0418 000100 1A19 000012 FFFFFF 000345")
    observed = sl651.decode_frame(raw).observations
    assert [(o.property, o.value, o.time.hour) for o in observed] == [
        ("rain_1h", 1.2, 15),
        ("rain_1h", None, 16),
        ("rain_1h", 34.5, 17),
    ]


def test_a_zero_step_announces_an_hours_series():
    raw = report("38", f"{TIME} 0418 000000 F460 " + "01" * 24)
    observed = sl651.decode_frame(raw).observations
    assert len(observed) == 24
    assert observed[23].time - observed[0].time == timedelta(minutes=5 * 23)


def test_elements_of_others_are_kept_under_their_code():
    assert one("FF11 23 00000008") == ("custom_ff11", 0.008, "good")
    assert one("762A FF00000172") == ("reserved_76", -1.72, "good")
    assert one("FF12 10 1A2B") == ("custom_ff12", None, "suspect")


def test_an_address_that_is_not_hydrological_is_split():
    message = sl651.decode_frame(report("32", f"{TIME} 3812 1244", station="33082535C2"))
    assert message.parameters["address"] == {"division": "330825", "number": 13762, "code": "330825013762"}
    assert message.observations[0].thing == "33082535C2"


def test_a_test_report_says_so():
    message = sl651.decode_frame(report("30", f"{TIME} 3812 1244"))
    assert message.is_test
    assert message.as_json()["test"] is True


def test_a_heartbeat_has_only_number_and_time():
    message = sl651.decode_frame(HEARTBEAT)
    assert (message.kind, message.observations, message.parameters) == ("heartbeat", (), {})


def test_manual_data_is_kept_as_text():
    message = sl651.decode_frame(bare("35", "F2F2 5120312E323334"))
    assert (message.parameters["manual"], message.observations) == ("Q 1.234", ())


def test_settings_are_read_by_name():
    rest = "F1F1 0033082501 0120 05000000 0450 02 218094153172 009708 0538 01A13012345678 0C08 02"
    parameters = sl651.decode_frame(bare("40", rest)).parameters
    assert parameters["centers"] == [5, 0, 0, 0]
    assert parameters["center_1_main_channel"] == {"type": 2, "host": "218.94.153.172", "port": 9708}
    assert parameters["center_1_standby_channel"] == {"type": 1, "address": "13012345678"}
    assert parameters["working_mode"] == 2


def test_running_settings_are_read_by_name():
    parameters = sl651.decode_frame(bare("43", "F1F1 0033082501 2008 01 2823 00010000 4112 0020")).parameters
    assert parameters == {"timed_interval_h": 1, "level_base_1_m": 10.0, "level_threshold_below_m": 0.2}


@pytest.mark.parametrize(
    ("function", "rest", "expected"),
    [
        ("45", "05 56312E3233", {"version": "V1.23"}),
        ("4C", "01 05", {"on": [1, 3]}),
        ("4E", "02 01 0150 0000", {"open": [1], "openings_cm": [150, 0]}),
        ("4F", "FF", {"volume_control": True}),
        ("49", "0310 03E8", {"password": "03E8"}),
        ("4A", "", {}),
    ],
)
def test_answers_to_commands_become_parameters(function, rest, expected):
    message = sl651.decode_frame(bare(function, f"F1F1 0033082501 {rest}"))
    assert message.parameters == expected
    assert message.observations == ()


def test_event_counts_are_numbered():
    message = sl651.decode_frame(bare("50", "F1F1 0033082501" + "0001" * 31 + "0203"))
    assert message.parameters["events"]["ERC32"] == 0x203


def test_a_centres_query_is_read_with_the_addresses_swapped():
    raw = bare("38", "26062000 26062023 0418 000100 1A19", direction="8", end="05")
    message = sl651.decode_frame(raw)
    assert (message.direction, message.thing, message.center) == ("down", "0033082501", 1)
    assert message.parameters["step_min"] == 60
    assert message.parameters["wanted"] == ["1A19"]


def test_a_users_own_function_is_kept_raw():
    assert sl651.decode_frame(bare("E1", "0102")).parameters == {"raw": "0102"}


# ASCII, clause 6.6.2


def test_an_ascii_report_reads_like_its_binary_sister():
    raw = ascii_report("32", "ST 0033082501 H TT 2606201530 Z 76.543 VT 12.44 ")
    message, sister = sl651.decode_frame(raw), sl651.decode_frame(LEVEL)
    assert message.encoding == "ascii"
    assert message.observations == sister.observations
    assert (message.sent_at, message.serial, message.thing) == (sister.sent_at, sister.serial, sister.thing)


def test_m_is_missing_in_ascii():
    assert seen(ascii_report("32", "ST 0033082501 H TT 2606201530 Z M PJ -0.5 ")) == [
        ("water_level", None, "missing"),
        ("rain_current", -0.5, "good"),
    ]


def test_ascii_series_stay_hexadecimal():
    observed = seen(ascii_report("34", "ST 0033082501 H TT 2606201505 DRP 0005FF" + "00" * 9 + " "))
    assert observed[:3] == [("rain_5min", 0.0, "good"), ("rain_5min", 0.5, "good"), ("rain_5min", None, "missing")]


@pytest.mark.parametrize("step", ["DRH01", "DRH 01"])
def test_ascii_steps_may_carry_several_elements(step):
    raw = ascii_report("31", f"ST 0033082501 H TT 2606201500 {step} P1 Z 1.0 2.5 M 2.6 ")
    assert [(o.property, o.value, o.time.hour) for o in sl651.decode_frame(raw).observations] == [
        ("rain_1h", 1.0, 15),
        ("water_level", 2.5, 15),
        ("rain_1h", None, 16),
        ("water_level", 2.6, 16),
    ]


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ("ST 0033082501 H TT 2613201530 Z 1.0 ", "bad_time"),
        ("ST 0033082501 H TT 2606201530 Z 1.x ", "bad_value"),
        ("ST 0033082501 H TT 2606201530 Z ", "overrun"),
        ("ST 0033082501 H Z 1.0 ", "no_observation_time"),
        ("ST 00330825 H ", "bad_value"),
        ("ST 0033082501 H TT 2606201530 \xe6\xb0 1 ", "bad_text"),
        ("ST 0033082501 H TT 2606201530 12 1 ", "unknown_element"),
        ("ST 0033082501 H TT 2606201530 DRP 0 ", "bad_series"),
    ],
)
def test_bad_ascii_is_refused(groups, reason):
    assert refused(ascii_report("32", groups))[0] == reason


# What is refused, and where


def test_a_wrong_checksum_is_refused_at_the_checksum():
    assert refused(LEVEL[:-1] + bytes((LEVEL[-1] ^ 1,))) == ("bad_crc", len(LEVEL) - 2)


@pytest.mark.parametrize("length", range(len(LEVEL)))
def test_every_truncation_is_refused(length):
    assert refused(LEVEL[:length])[0] in ("bad_start", "truncated")


def test_bytes_behind_the_frame_are_refused():
    assert refused(LEVEL + b"\x00") == ("trailing_bytes", len(LEVEL))


@pytest.mark.parametrize(
    ("groups", "reason", "offset"),
    [
        ("F0F0 2613201530 3812 1244", "bad_time", 14 + 8 + 8 + 2),
        ("F0F0 2606201530 3923 00A76543", "bad_bcd", 14 + 8 + 8 + 7 + 2),
        ("F0F0 2606201530 3923 FF0A6543", "bad_bcd", 14 + 8 + 8 + 7 + 3),
        ("F0F0 2606201530 0019 000000", "unknown_element", 14 + 8 + 8 + 7),
        ("F0F0 2606201530 39FB 00", "overrun", 14 + 8 + 8 + 7),
        ("F0F0 2606201530 39", "overrun", 14 + 8 + 8 + 7),
        ("F0F0 2606", "overrun", 14 + 8 + 8),
        ("F023 2606201530", "bad_identifier", 14 + 8 + 8 + 1),
        ("3812 1244", "no_observation_time", 14 + 8 + 8),
        ("F0F0 2606201530 F508 00", "bad_series", 14 + 8 + 8 + 7 + 2),
        ("F0F0 2606201530 0418 000160 1A19 000000", "bad_step", 14 + 8 + 8 + 7 + 2),
        ("F0F0 2606201530 0418 000100 1A19 0000", "bad_series", 14 + 8 + 8 + 7 + 7),
        ("F0F0 2606201530 0512 0160", "bad_duration", 14 + 8 + 8 + 7 + 2),
    ],
)
def test_a_bad_body_is_refused_at_its_byte(groups, reason, offset):
    assert refused(report("32", groups)) == (reason, offset)


def test_an_impossible_send_time_is_refused():
    body = "0007260631153005"
    assert refused(sealed(f"7E7E01003308250112342F000802{body}03")) == ("bad_time", 16)


def test_a_reserved_function_is_refused():
    assert refused(bare("52", "")) == ("unknown_function", 10)


@pytest.mark.parametrize(
    ("head", "tail", "reason", "offset"),
    [
        ("7E7E01003308250112342F400802", "03", "bad_direction", 11),
        ("7E7E01003308250112342F000801", "03", "bad_text_start", 13),
        ("7E7E01003308250112342F000802", "04", "bad_end_mark", 22),
        ("7E7E01003308250112342F800802", "03", "bad_end_mark", 22),
    ],
)
def test_bad_marks_are_refused(head, tail, reason, offset):
    assert refused(sealed(f"{head}0007260620153005{tail}")) == (reason, offset)


def test_an_empty_body_is_refused():
    assert refused(sealed("7E7E01003308250112342F00000203")) == ("bad_length", 11)


def test_a_body_too_short_for_number_and_time_is_refused():
    assert refused(sealed("7E7E01003308250112342F00020200070 3".replace(" ", "")))[0] == "truncated"


@pytest.mark.parametrize("numbers", ["000001", "002000", "002003"])
def test_packet_numbers_out_of_range_are_refused(numbers):
    assert refused(sealed(f"7E7E0100330825011234360004 16 {numbers} FF 17"))[0] == "bad_packet_number"


def test_times_in_json_carry_their_zone():
    out = sl651.decode_frame(LEVEL).observations[0].as_json()
    assert out["time"] == "2026-06-20T15:30:00+08:00"
    assert datetime.fromisoformat(out["time"]).astimezone(UTC).hour == 7
