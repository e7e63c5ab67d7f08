# SPDX-License-Identifier: Apache-2.0
"""Frames of other people: captured between platforms or written by their tests."""

import json

import pytest

from anshu.wire import jt809
from anshu.wire.base import Refused

# What their senders published beside them.
CIPHERS = (
    jt809.Cipher(m1=30_000_000, ia1=20_000_000, ic1=20_000_000),
    jt809.Cipher(m1=56_107_078, ia1=37_382_110, ic1=50_361_430),
    jt809.Cipher(m1=20_000_000, ia1=20_000_000, ic1=20_000_000),
)


@pytest.fixture(scope="module")
def frames(shared):
    path = shared / "vectors" / "jt809_frames.json"
    if not path.exists():
        pytest.skip("needs vectors/jt809_frames.json")
    return json.loads(path.read_text())["vectors"]


def test_every_sound_frame_is_decoded_and_every_damaged_one_refused(frames):
    for vector in frames:
        raw = bytes.fromhex(vector["hex"])
        if vector["crc_ok"]:
            message = jt809.decode_frame(raw)
            assert (f"{message.message_id:04X}", message.protocol_version) == (vector["msgid"], vector["version"])
            assert message.unread == bool(vector["encrypt"])
            json.dumps([message.as_json(), *(o.as_json() for o in message.observations)], allow_nan=False)
        else:
            with pytest.raises(Refused) as caught:
                jt809.decode_frame(raw)
            assert caught.value.reason == "bad_crc"


def test_sound_frames_survive_a_stream_in_any_pieces(frames):
    sound = [bytes.fromhex(v["hex"]) for v in frames if v["crc_ok"]]
    stream = b"".join(sound)
    for size in (1, 7, 333, len(stream)):
        decoder = jt809.Decoder()
        out = [f for i in range(0, len(stream), size) for f in decoder.feed(stream[i : i + size])]
        assert [f.raw for f in out] == sound


def opened(frames, number, source, cipher):
    found = [v["hex"] for v in frames if v["msgid"] == number and source in v["source"] and v["encrypt"]]
    return [jt809.decode_frame(bytes.fromhex(each), cipher) for each in found]


def test_encrypted_logins_open_with_their_cipher(frames):
    told = opened(frames, "1001", "0x1001Encrypt", CIPHERS[0])[1].parameters
    assert told == {"user": 20180920, "password": "20180920", "host": "127.0.0.1", "port": 809}
    (of_2019,) = opened(frames, "1001", "Demo1", CIPHERS[2])
    assert (of_2019.version, of_2019.parameters["user"], of_2019.parameters["center"]) == (2019, 102, 102)
    assert of_2019.parameters["password"] == "123456"


def test_an_encrypted_position_opens_with_its_cipher(frames):
    (message,) = opened(frames, "1200", "packet_test.go", CIPHERS[0])
    assert (message.kind, message.thing) == ("position", "测A12345-2")
    told = {o.property: o.value for o in message.observations}
    assert told["vehicle.mileage"] == 123
    assert message.reports[0].located


def test_encrypted_frames_of_a_running_platform_open_with_its_cipher(frames):
    (route,) = opened(frames, "1200", "GuoJian001", CIPHERS[1])
    assert (route.kind, route.parameters["plate"]) == ("route", "测A60369")
