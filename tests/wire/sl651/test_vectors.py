# SPDX-License-Identifier: Apache-2.0
"""Frames of other people: captured in the field or written by their emulators."""

import json

import pytest

from anshu.wire import sl651
from anshu.wire.base import Refused


@pytest.fixture(scope="module")
def frames(shared):
    path = shared / "vectors" / "sl651_frames.json"
    if not path.exists():
        pytest.skip("needs vectors/sl651_frames.json")
    return json.loads(path.read_text())["vectors"]


@pytest.fixture(scope="module")
def stated(shared):
    path = shared / "vectors" / "sl651_decoded.json"
    if not path.exists():
        pytest.skip("needs vectors/sl651_decoded.json")
    return {row["hex"]: row["decoded"] for row in json.loads(path.read_text())}


def values(frame_hex):
    message = sl651.decode_frame(bytes.fromhex(frame_hex))
    return {(o.property, o.time.strftime("%H:%M")): o.value for o in message.observations}


def test_every_sound_frame_is_decoded_and_every_damaged_one_refused(frames):
    for vector in frames:
        if vector["crc_ok"]:
            message = sl651.decode_frame(bytes.fromhex(vector["hex"]))
            assert (f"{message.function:02X}", message.direction) == (vector["func"], vector["direction"])
        else:
            with pytest.raises(Refused) as caught:
                sl651.decode_frame(bytes.fromhex(vector["hex"]))
            assert caught.value.reason == "bad_crc"


def test_stated_headers_are_read(stated):
    for frame_hex, said in stated.items():
        message = sl651.decode_frame(bytes.fromhex(frame_hex))
        assert f"{message.function:02X}" == said["func"][:2]
        assert message.serial == said.get("seq", message.serial)
        assert message.thing == said.get("station", message.thing)
        if "send_time" in said:
            assert message.sent_at.isoformat() == said["send_time"] + "+08:00"


def test_stated_values_are_read(stated):
    by_function = {said["func"][:2]: values(frame_hex) for frame_hex, said in stated.items()}
    assert by_function["32"] == {
        ("rain_5min", "15:30"): 0.0,
        ("rain_current", "15:30"): 3.5,
        ("water_level", "15:30"): None,
        ("custom_ff11", "15:30"): 0.008,
        ("voltage", "15:30"): 12.44,
    }
    assert by_function["33"] == {
        ("rain_current", "10:22"): 4.0,
        ("rain_accumulated", "10:22"): 4.0,
        ("water_level", "10:22"): 10.49,
        ("voltage", "10:22"): 11.02,
    }
    assert by_function["30"][("water_level", "15:49")] == 0.127
    assert by_function["37"][("custom_ff11", "16:34")] == 0.021


def test_stated_series_are_read(stated):
    hourly = next(h for h, said in stated.items() if said["func"].startswith("34"))
    observed = sl651.decode_frame(bytes.fromhex(hourly)).observations
    rain = [o.value for o in observed if o.property == "rain_5min"]
    level = [o.value for o in observed if o.property == "relative_level_1"]
    assert rain == [0.5, 0, 0, 0, 2.0, None, None, None, None, None, 0, 0]
    assert level == [0.12, 0.12, 0.28, 0.49, 0.49, None, None, None, None, None, 0.49, 0.49]
    assert [o.time.strftime("%H:%M") for o in observed[:12]][::11] == ["10:05", "11:00"]


def test_sound_frames_survive_a_stream_in_any_pieces(frames):
    sound = [bytes.fromhex(v["hex"]) for v in frames if v["crc_ok"]]
    stream = b"".join(sound)
    for size in (1, 7, 333, len(stream)):
        decoder = sl651.Decoder()
        pieces = (stream[i : i + size] for i in range(0, len(stream), size))
        assert [f.raw for piece in pieces for f in decoder.feed(piece)] == sound
        assert decoder.pending == 0


def test_our_encoder_writes_a_captured_report_byte_for_byte(stated):
    extra = next(h for h, said in stated.items() if said["func"].startswith("33"))
    message = sl651.decode_frame(bytes.fromhex(extra))
    station = sl651.Station(message.thing, message.center, message.password, message.station_class)
    elements = [(o.property, o.value) for o in message.observations]
    group = sl651.Group(message.observations[0].time, elements)
    again = sl651.encode_uplink(
        message.function, station, serial=message.serial, sent_at=message.sent_at, groups=[group]
    )
    assert again.hex().upper() == extra


def test_our_table_agrees_with_a_reading_of_the_standard(shared):
    path = shared / "vectors" / "sl651_element_codes.json"
    if not path.exists():
        pytest.skip("needs vectors/sl651_element_codes.json")
    rows = json.loads(path.read_text())["rows"]
    elements = [r for r in rows[: next(i for i, r in enumerate(rows) if r[1] == "中心站地址")] if len(r) == 6]
    compared = 0
    for _, code, symbol, _, _, form in elements:
        element = sl651.ELEMENTS.get(int(code.rstrip("H"), 16))
        if element is None or element.form != "bcd":
            continue
        numbers = form.partition("(")[2].partition(")")[0].split(",")
        assert (element.symbol, element.digits) == (symbol, int(numbers[0]))
        assert element.decimals == (int(numbers[1]) if len(numbers) > 1 else 0)
        compared += 1
    assert compared == 114
