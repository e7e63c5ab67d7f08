# SPDX-License-Identifier: Apache-2.0
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire.modbus import MOST_REGISTERS, ModbusSettings, SettingsRefused

ONE = {"address": 0, "property": "water_level"}
GOOD = {
    "host": "192.0.2.10",
    "interval_s": 10,
    "registers": [
        {
            "function": 4,
            "address": 30,
            "type": "float32",
            "word_order": "low_first",
            "scale": 0.001,
            "property": "water_level",
            "unit": "m",
            "missing": [-9999, 65535],
        },
        {"function": 1, "address": 3, "property": "fire.alarm"},
        {"address": 7, "type": "bool", "bit": 4, "property": "door", "thing": "CAB-2"},
    ],
}


def refused(given):
    with pytest.raises(SettingsRefused) as caught:
        ModbusSettings.parse(given)
    assert all(each.message("zh") and each.message("en") for each in caught.value.problems)
    json.dumps([each.as_json() for each in caught.value.problems])
    return [(each.path, each.code) for each in caught.value.problems]


def with_(**changed):
    return {"host": "plc.local", "registers": [ONE]} | changed


def of_register(**changed):
    return with_(registers=[ONE, {"address": 1, "property": "voltage"} | changed])


def test_settings_are_read_with_their_defaults():
    read = ModbusSettings.parse(GOOD)
    assert (read.host, read.port, read.unit_id, read.interval_s, read.timeout_s) == ("192.0.2.10", 502, 1, 10, 3)
    level, alarm, door = read.registers
    assert (level.kind, level.low_word_first, level.missing, level.unit) == ("float32", True, (-9999, 65535), "m")
    assert (alarm.kind, alarm.function, door.bit, door.thing) == ("bool", 1, 4, "CAB-2")
    assert ModbusSettings.parse(json.loads(json.dumps(read.as_json()))) == read


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (None, [("", "table")]),
        ([], [("", "table")]),
        ({}, [("host", "absent"), ("registers", "absent")]),
        (with_(host="a b"), [("host", "host")]),
        (with_(host="http://x/"), [("host", "host")]),
        (with_(port=0), [("port", "range")]),
        (with_(port="502"), [("port", "integer")]),
        (with_(port=True), [("port", "integer")]),
        (with_(unit_id=256), [("unit_id", "range")]),
        (with_(interval_s=0.5), [("interval_s", "range")]),
        (with_(interval_s=math.nan), [("interval_s", "number")]),
        (with_(timeout_s=0), [("timeout_s", "range")]),
        (with_(intervall=1), [("intervall", "unknown")]),
        (with_(registers={}), [("registers", "list")]),
        (with_(registers=[]), [("registers", "absent")]),
        (with_(registers=[ONE] * (MOST_REGISTERS + 1)), [("registers", "too_many")]),
        (with_(registers=[1]), [("registers[0]", "table")]),
        (with_(registers=[ONE, ONE]), [("registers[1].property", "clash")]),
        (of_register(function=6), [("registers[1].function", "choice")]),
        (of_register(function=True), [("registers[1].function", "choice")]),
        (of_register(type="int24"), [("registers[1].type", "choice")]),
        (of_register(type=["x"]), [("registers[1].type", "choice")]),
        (of_register(type="bool"), [("registers[1].bit", "needs_bit")]),
        (of_register(function=2, type="int16"), [("registers[1].type", "not_for_bits")]),
        (of_register(address=65536), [("registers[1].address", "range")]),
        (of_register(address=65535, type="float32"), [("registers[1].address", "range")]),
        (of_register(address=10**400), [("registers[1].address", "range")]),
        (of_register(scale=0), [("registers[1].scale", "zero")]),
        (of_register(scale=10**400), [("registers[1].scale", "number")]),
        (of_register(offset="1"), [("registers[1].offset", "number")]),
        (of_register(property="水位"), [("registers[1].property", "name")]),
        (of_register(unit="m" * 17), [("registers[1].unit", "text")]),
        (of_register(thing="a\x00"), [("registers[1].thing", "text")]),
        (of_register(missing=[1, "x"]), [("registers[1].missing[1]", "number")]),
        (of_register(word_order="big"), [("registers[1].word_order", "choice")]),
    ],
)
def test_what_is_wrong_is_named_by_its_field(given, wrong):
    assert refused(given) == wrong


def test_everything_wrong_is_told_at_once():
    wrong = refused(with_(port=0, registers=[{"type": "x"}, {"address": -1, "property": "y"}]))
    assert [path for path, _ in wrong] == [
        "port",
        "registers[0].type",
        "registers[0].address",
        "registers[0].property",
        "registers[1].address",
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["function", "address", "type", "bit", "scale", "offset", "property", "unit", "missing", "thing"]
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["host", "port", "unit_id", "interval_s", "gap", "timeout_s"]), values),
    st.lists(st.dictionaries(names, values, max_size=5) | values, max_size=3),
)
def test_no_settings_raise_anything_but_a_list_of_fields(given, registers):
    problems = ()
    try:
        ModbusSettings.parse(given | {"registers": registers})
    except SettingsRefused as refusal:
        problems = refusal.problems
    assert all(each.message("zh") for each in problems)
