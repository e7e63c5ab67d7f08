# SPDX-License-Identifier: Apache-2.0
"""Frames of other people: captured in the field or written by their tests."""

import json

import pytest

from anshu.wire import jt808
from anshu.wire.base import Refusal, Refused


def read(shared, name):
    path = shared / "vectors" / name
    if not path.exists():
        pytest.skip(f"needs vectors/{name}")
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def frames(shared):
    return read(shared, "jt808_frames_all.json")["vectors"]


def test_every_sound_frame_is_decoded_and_every_damaged_one_refused(frames):
    for vector in frames:
        raw = bytes.fromhex(vector["hex"])
        if vector["xor_ok"] and vector["len_ok"]:
            message = jt808.decode_frame(raw)
            assert (f"{message.message_id:04X}", message.version == 2019) == (vector["msgid"], vector["v2019"])
            assert (message.total > 0) == vector["sub"]
            json.dumps([message.as_json(), *(o.as_json() for o in message.observations)], allow_nan=False)
        else:
            with pytest.raises(Refused) as caught:
                jt808.decode_frame(raw)
            assert caught.value.reason in ("bad_checksum", "truncated", "trailing_bytes")


def test_sound_frames_survive_a_stream_in_any_pieces(frames):
    sound = [bytes.fromhex(v["hex"]) for v in frames if v["xor_ok"] and v["len_ok"]]
    stream = b"".join(sound)
    for size in (1, 7, 333, len(stream)):
        decoder = jt808.Decoder()
        out = [f for i in range(0, len(stream), size) for f in decoder.feed(stream[i : i + size])]
        assert [f.raw for f in out] == sound
        assert not any(isinstance(f, Refusal) for f in out)


def test_stated_values_are_read(shared):
    compared = 0
    for row in read(shared, "jt808_decoded.json"):
        if "hex" not in row:
            continue
        said, message = row["decoded"], jt808.decode_frame(bytes.fromhex(row["hex"]))
        told = {o.property: o.value for o in message.observations}
        assert (message.thing, message.serial) == (said["phone"], said["serial"])
        assert (told["position.latitude"], told["position.longitude"]) == (said["lat"], said["lon"])
        assert (told["position.altitude"], told["vehicle.speed"]) == (said["altitude_m"], said["speed_kmh"])
        assert told["vehicle.mileage"] == (said.get("mileage") or said["0x01 mileage (0.1km)"]) / 10
        assert told["vehicle.fuel"] == (said.get("fuel") or said["0x02 fuel (0.1L)"]) / 10
        assert {o.time.isoformat() for o in message.observations} == {said["time"]}
        compared += 1
    assert compared == 2


def test_values_asserted_by_another_server_are_read(shared):
    compared = 0
    for row in read(shared, "jt808_traccar_expect.json")["vectors"]:
        name, _, value = row["expect"].partition(", ")
        if name != "Position.KEY_SATELLITES":
            continue
        observed = jt808.decode_frame(bytes.fromhex(row["hex"])).observations
        assert {o.value for o in observed if o.property == "satellites"} == {float(value)}
        compared += 1
    assert compared == 2
