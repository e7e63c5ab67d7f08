# SPDX-License-Identifier: Apache-2.0
"""Packets of other people's devices and test suites."""

import json
from datetime import datetime

import pytest

from anshu.wire import gb26875
from anshu.wire.base import CHINA
from anshu.wire.lines import decode_lines


@pytest.fixture(scope="module")
def recorded(shared):
    path = shared / "vectors" / "gb26875_frames.json"
    if not path.exists():
        pytest.skip("needs vectors/gb26875_frames.json")
    return json.loads(path.read_text())


def test_every_packet_says_what_its_source_states(recorded):
    assert len(recorded["vectors"]) >= 5
    for vector in recorded["vectors"]:
        stated = vector["decoded_here"]
        out = gb26875.decode_frame(bytes.fromhex(vector["hex"])).as_json()
        assert (out["serial"], out["command"]) == (stated["seq"], stated["cmd"])
        assert out["version"] == [stated["main_ver"], stated["user_ver"]]
        assert (out["source_number"], out["destination_number"]) == (stated["src"], stated["dst"])
        at = stated["time_if_binary"]
        expected = None if "-00-" in at else datetime.fromisoformat(at).replace(tzinfo=CHINA).isoformat()
        assert out["sent_at"] == expected


def test_stated_objects_are_read(recorded):
    by_type = {}
    for vector in recorded["vectors"]:
        message = gb26875.decode_frame(bytes.fromhex(vector["hex"]))
        by_type[message.data_type] = message
    (reset,) = by_type[24].parameters["operations"]
    assert (reset["operations"], reset["at"]) == (["reset"], "2017-12-27T12:59:00+08:00")
    assert by_type[25].parameters["objects"] == [{"version": "1.0"}]
    (tank,) = by_type[3].parameters["objects"]
    assert (tank["system_type"], tank["component_type"], tank["analog_type"], tank["raw"]) == (1, 92, 2, 511)


def test_one_byte_changed_is_refused(recorded):
    for vector in recorded["vectors"]:
        raw = bytes.fromhex(vector["hex"])
        damaged = [raw[:at] + bytes((raw[at] ^ 0x55,)) + raw[at + 1 :] for at in range(len(raw))]
        assert all(not out["ok"] for out in decode_lines("gb26875", [each.hex() for each in damaged]))


def test_short_frames_of_a_maker_are_told_by_the_command_line(recorded):
    out = list(decode_lines("gb26875", [each["hex"] for each in recorded["vendor_dialects"]]))
    assert [each["message"]["kind"] for each in out] == ["vendor_reply", "heartbeat"]
