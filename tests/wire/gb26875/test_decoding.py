# SPDX-License-Identifier: Apache-2.0
from datetime import datetime

import pytest

from anshu.wire import gb26875
from anshu.wire.base import CHINA, Refused
from anshu.wire.lines import decode_lines

from .frames import AT, CENTER, DEVICE, HEARTBEAT, MAINS, NOTE, ON_DUTY, SMOKE, WATER, packet, sealed

WHEN = datetime(2012, 9, 26, 9, 58, 2, tzinfo=CHINA)


def refused(raw, dialect=gb26875.STANDARD):
    with pytest.raises(Refused) as caught:
        gb26875.decode_frame(raw, dialect)
    assert caught.value.clause
    assert caught.value.fault.message("zh")
    assert 0 <= caught.value.offset <= len(raw)
    return caught.value.reason, caught.value.offset


def true_of(message):
    return {o.property for o in message.observations if o.value == 1}


# What is read


def test_a_smoke_detector_on_fire_is_a_thing_of_its_own_with_every_state():
    message = gb26875.decode_frame(SMOKE)
    assert (message.kind, message.thing, message.serial, message.direction) == ("component_state", DEVICE, 1, "up")
    assert message.sent_at == datetime(2012, 9, 26, 9, 58, 32, tzinfo=CHINA)
    assert {o.thing for o in message.observations} == {f"{DEVICE}/1-1-0A000200"}
    assert {o.time for o in message.observations} == {WHEN}
    assert true_of(message) == {"fire.alarm"}
    assert len(message.observations) == 9
    (said,) = message.parameters["objects"]
    assert (said["component"], said["zone"], said["number"], said["note"]) == (
        "感烟火灾探测器",
        10,
        2,
        "7楼02室会议室烟感",
    )


def test_bits_of_a_component_mean_what_the_standard_says():
    names = ["normal", "alarm", "fault", "shielded", "supervised", "start", "feedback", "delayed", "power_fault"]
    for bit, name in enumerate(names):
        state = (1 << bit).to_bytes(2, "little").hex()
        message = gb26875.decode_frame(packet(f"02 01 0C01 5F 01000100 {state} {NOTE} {AT}"))
        assert true_of(message) == {f"fire.{name}"}


def test_bits_of_a_system_mean_what_the_standard_says():
    names = ["normal", "alarm", "fault", "shielded", "supervised", "start", "feedback", "delayed"]
    names += ["mains_fault", "backup_fault", "bus_fault", "manual", "reconfigured", "reset"]
    for bit, name in enumerate(names):
        state = (1 << bit).to_bytes(2, "little").hex()
        message = gb26875.decode_frame(packet(f"01 01 0103 {state} {AT}"))
        assert true_of(message) == {f"fire.{name}"}
        assert message.observations[0].thing == f"{DEVICE}/1-3"


def test_bits_of_the_device_mean_what_the_standard_says():
    names = ["normal", "alarm", "fault", "mains_fault", "backup_fault", "link_fault", "line_fault"]
    for bit, name in enumerate(names):
        message = gb26875.decode_frame(packet(f"15 01 {1 << bit:02X} {AT}"))
        assert true_of(message) == {f"fire.{name}"}
        assert message.observations[0].thing == DEVICE


@pytest.mark.parametrize(
    ("kind", "raw", "name", "value", "unit"),
    [
        (1, 7, "fire.event_count", 7, "1"),
        (2, 511, "fire.height", 5.11, "m"),
        (3, -55, "fire.temperature", -5.5, "Cel"),
        (4, 12, "fire.pressure", 1.2, "MPa"),
        (5, 1013, "fire.pressure", 101.3, "kPa"),
        (6, 253, "combustible_gas", 25.3, "%"),
        (7, 30, "fire.duration", 30, "s"),
        (8, 2203, "fire.voltage", 220.3, "V"),
        (9, 105, "fire.current", 10.5, "A"),
        (10, 155, "fire.flow", 15.5, "L/s"),
        (11, 3001, "fire.air_flow", 300.1, "m3/min"),
        (12, 18, "wind_speed", 18, "m/s"),
        (200, 5, "analog_200", 5, "1"),
    ],
)
def test_values_come_in_the_unit_of_their_type(kind, raw, name, value, unit):
    count = raw.to_bytes(2, "little", signed=True).hex()
    (seen,) = gb26875.decode_frame(packet(f"03 01 0B02 5C 2B000000 {kind:02X} {count} {AT}")).observations
    assert (seen.property, seen.value, seen.unit, seen.thing) == (name, value, unit, f"{DEVICE}/11-2-2B000000")


def test_several_objects_keep_their_own_times():
    other = "033A091A090C"
    message = gb26875.decode_frame(packet(f"03 02 0B02 5C 2B000000 02 FF01 {AT} 0B02 5C 2C000000 02 0001 {other}"))
    assert [(o.thing[-8:], o.value, o.time.second) for o in message.observations] == [
        ("2B000000", 5.11, 2),
        ("2C000000", 2.56, 3),
    ]


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        (f"04 01 0102 05 09 {AT}", {"operations": ["reset", "manual_alarm"], "operator": 9, "system_type": 1}),
        (f"18 01 20 07 {AT}", {"operations": ["roll_call_answer"], "operator": 7}),
        ("05 01 0102 0304", {"version": "3.4"}),
        ("06 01 0102 02 CAD2", {"note": "室"}),
        (f"07 01 0102 28 0A000200 {NOTE}", {"note": "7楼02室会议室烟感", "component_type": 40}),
        (f"08 01 0102 {AT}", {"clock": WHEN.isoformat()}),
        ("19 01 0101", {"version": "1.1"}),
        ("1A 01 00", {"note": ""}),
        (f"1C 01 {AT}", {"clock": WHEN.isoformat()}),
    ],
)
def test_what_is_no_state_becomes_parameters(unit, said):
    message = gb26875.decode_frame(packet(unit))
    (found,) = message.parameters.get("objects") or message.parameters["operations"]
    assert said.items() <= found.items()
    assert message.observations == ()


@pytest.mark.parametrize(
    ("unit", "command", "kind", "said"),
    [
        ("3D 01 0102", "04", "read_system_state", {"system_address": 2}),
        ("3E 01 0102 0A000200", "04", "read_component_state", {"component_address": "0A000200"}),
        ("3F 01 0102 0A000200", "04", "read_component_analog", {"zone": 10}),
        (f"40 01 0102 05 {AT}", "04", "read_system_operation", {"count": 5, "clock": WHEN.isoformat()}),
        ("41 01 0102", "04", "read_system_version", {"system": "火灾报警系统"}),
        ("42 01 0102", "04", "read_system_configuration", {}),
        ("43 01 0102 0A000200", "04", "read_component_configuration", {}),
        ("44 01 0102", "04", "read_system_time", {}),
        ("51 01 00", "04", "read_device_state", {}),
        (f"54 01 05 {AT}", "04", "read_device_operation", {"count": 5}),
        ("55 01 00", "04", "read_device_version", {}),
        ("56 01 00", "04", "read_device_configuration", {}),
        ("58 01 00", "04", "read_device_time", {}),
        ("59 01 00", "01", "initialize", {}),
        (f"5A 01 {AT}", "01", "set_clock", {"clock": WHEN.isoformat()}),
        ("5B 01 0A", "01", "roll_call", {"minutes": 10}),
    ],
)
def test_what_a_centre_asks_is_read_as_going_down(unit, command, kind, said):
    message = gb26875.decode_frame(packet(unit, command=command, source=CENTER, destination=DEVICE))
    assert (message.kind, message.direction, message.thing) == (kind, "down", DEVICE)
    assert said.items() <= message.parameters["objects"][0].items()


def test_a_packet_with_nothing_in_it_is_a_heartbeat():
    message = gb26875.decode_frame(HEARTBEAT)
    assert (message.kind, message.thing, message.observations, message.unread) == ("heartbeat", DEVICE, (), False)


def test_a_recording_tells_whose_a_confirmation_is():
    both = [SMOKE, packet("", command="03", source=CENTER, destination=DEVICE)]
    out = list(decode_lines("gb26875", [raw.hex() for raw in both]))
    assert [o["message"]["direction"] for o in out] == ["up", "down"]
    assert {o["message"]["thing"] for o in out} == {DEVICE}


def test_addresses_are_opaque_but_their_number_is_told():
    out = gb26875.decode_frame(SMOKE).as_json()
    assert (out["source"], out["source_number"], out["destination_number"]) == (DEVICE, 889, 88888)


# Times


def test_an_object_without_a_time_takes_that_of_sending():
    message = gb26875.decode_frame(packet("15 01 08 000000000000"))
    assert message.observations[0].time == message.sent_at
    assert message.parameters["time_assumed"]


def test_with_no_time_at_all_that_of_receiving_is_taken_or_none():
    raw = packet("03 01 0B02 5C 2B000000 02 FF01 000000000000", sent="FFFFFFFFFFFF")
    assert gb26875.decode_frame(raw).observations == ()
    assert gb26875.decode_frame(raw).parameters["objects"][0]["value"] == 5.11
    assert gb26875.decode_frame(raw, now=WHEN).observations[0].time == WHEN


def test_binary_times_are_not_read_as_bcd():
    assert refused(packet("15 01 08 59000101010C")) == ("bad_time", 30)
    bcd = gb26875.DIALECTS["bcd_times"]
    raw = packet("15 01 08 595809260912", sent="595809260912")
    assert gb26875.decode_frame(raw, bcd).observations[0].time == WHEN.replace(second=59)
    assert refused(packet("15 01 08 0A5809260912", sent="595809260912"), bcd) == ("bad_time", 30)


# What is refused


@pytest.mark.parametrize(
    ("raw", "reason", "offset"),
    [
        (SMOKE[:-3] + bytes((SMOKE[-3] ^ 1,)) + SMOKE[-2:], "bad_checksum", len(SMOKE) - 3),
        (SMOKE[:40] + bytes((SMOKE[40] ^ 0x10,)) + SMOKE[41:], "bad_checksum", len(SMOKE) - 3),
        (SMOKE[:-1] + b"\x24", "bad_end_mark", len(SMOKE) - 2),
        (b"\x41" + SMOKE[1:], "bad_start", 0),
        (SMOKE + b"\x00", "trailing_bytes", len(SMOKE)),
        (SMOKE[:24] + b"\x01\x04" + SMOKE[26:], "oversized", 24),
        (packet("", command="00"), "unknown_function", 26),
        (packet("", command="07"), "unknown_function", 26),
        (packet(f"09 01 {AT}"), "unknown_data_type", 27),
        (packet(f"1B 01 {AT}"), "unknown_data_type", 27),
        (packet("5D 01 00"), "unknown_data_type", 27),
        (packet("15"), "bad_object_count", 27),
        (packet("15 00"), "bad_object_count", 28),
        (packet(f"15 02 08 {AT}"), "bad_object_count", 36),
        (packet(f"15 01 08 {AT} 00"), "bad_object_count", 36),
        (packet(f"15 01 08 {AT[:-2]}"), "bad_object_count", 30),
        (packet("1A 01 05 3132"), "overrun", 29),
        (packet("15 01 08 023A091A0D0C"), "bad_time", 30),
        (packet(f"15 01 08 {AT}", sent="3C3A091A090C"), "bad_time", 6),
    ],
)
def test_what_is_damaged_is_refused_where_it_is(raw, reason, offset):
    assert refused(raw) == (reason, offset)


@pytest.mark.parametrize("raw", [SMOKE, WATER, MAINS, ON_DUTY, HEARTBEAT])
def test_every_truncation_is_refused(raw):
    for length in range(len(raw)):
        reason = refused(raw[:length])[0]
        assert reason == ("bad_start" if length < 2 else "truncated")


# Makers


def test_objects_without_times_are_read_in_their_dialect_only():
    raw = packet("15 01 02", sent="000000000000")
    assert refused(raw) == ("bad_object_count", 30)
    message = gb26875.decode_frame(raw, gb26875.DIALECTS["untimed"], now=WHEN)
    assert true_of(message) == {"fire.alarm"}
    assert {o.time for o in message.observations} == {WHEN}


def test_a_makers_own_type_is_kept_as_it_is():
    message = gb26875.decode_frame(packet("C8 01 0102"))
    assert (message.kind, message.unread, message.parameters) == ("user_type_200", True, {"raw": "C8010102"})
    message = gb26875.decode_frame(packet("0102", command="80"))
    assert (message.kind, message.unread) == ("user_command_128", True)


def test_a_dialect_written_as_data_reads_a_makers_own_type():
    dialect = gb26875.dialect_of(
        {
            "name": "maker",
            "commands": {"7": "heartbeat"},
            "layouts": {"200": {"kind": "signal", "parts": ["system", "component", "analog", "skip_2", "time"]}},
            "analogs": {"200": {"property": "fire.residual_current", "unit": "mA", "scale": 0.5}},
        }
    )
    message = gb26875.decode_frame(packet(f"C8 01 0101 11 0A000200 C8 0700 ABCD {AT}"), dialect)
    (seen,) = message.observations
    assert (message.kind, seen.property, seen.value, seen.unit) == ("signal", "fire.residual_current", 3.5, "mA")
    assert message.parameters["objects"][0]["extra"] == "ABCD"
    assert gb26875.decode_frame(packet("", command="07"), dialect).kind == "heartbeat"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"times": "text"}, "times"),
        ({"times": ["bcd"]}, "times"),
        ({"timed": 1}, "timed"),
        ({"endian": "big"}, "endian"),
        ({"commands": {"256": "heartbeat"}}, "commands"),
        ({"commands": {"7": "explode"}}, "commands"),
        ({"commands": []}, "commands"),
        ({"layouts": {"200": {"parts": []}}}, "layouts.200"),
        ({"layouts": {"200": {"parts": ["skip_9999"]}}}, "layouts.200"),
        ({"layouts": {"200": {"parts": [["system"]]}}}, "layouts.200"),
        ({"analogs": {"200": {"property": "x", "scale": 0}}}, "analogs.200"),
        ({"analogs": {"200": {"unit": "m"}}}, "analogs.200"),
    ],
)
def test_a_dialect_that_makes_no_sense_is_refused_by_its_field(given, said):
    with pytest.raises(ValueError, match=rf"^{said}"):
        gb26875.dialect_of(given)


def test_a_short_frame_of_a_known_maker_is_read_in_its_dialect_only():
    raw = bytes.fromhex("404088000105000000000000000000007D2323")
    assert refused(raw) == ("truncated", 19)
    message = gb26875.decode_frame(raw, gb26875.DIALECTS["fscn8001"])
    assert (message.kind, message.thing) == ("heartbeat", "")


def test_the_checksum_is_the_sum_without_its_carry():
    assert sealed("FF02")[-3] == 1
