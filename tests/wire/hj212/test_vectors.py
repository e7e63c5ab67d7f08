# SPDX-License-Identifier: Apache-2.0
"""Frames and ciphers of other people: the standards' own examples and recordings."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from anshu.wire import hj212
from anshu.wire.base import Refused
from anshu.wire.hj212.encryption import decrypt_region, encrypt_region, split_region


@pytest.fixture
def vectors(shared):
    def load(name):
        path = shared / "vectors" / name
        if not path.exists():
            pytest.skip(f"needs vectors/{name}")
        return json.loads(path.read_text(encoding="utf-8"))

    return load


def test_every_recorded_frame_reads_and_every_damaged_one_is_refused(vectors):
    frames = vectors("hj212_frames.json")["vectors"]
    for vector in frames:
        raw = vector["frame"].encode()
        if vector["crc_ok"]:
            message = hj212.decode_frame(raw)
            assert f"MN={message.thing};" in vector["frame"]
            assert f"CN={message.command};" in vector["frame"]
            assert len(message.observations) == vector["frame"].count("-Rtd=") + vector["frame"].count("-Avg=")
        else:
            with pytest.raises(Refused) as caught:
                hj212.decode_frame(raw)
            assert caught.value.reason == "bad_crc"
    assert sum(vector["crc_ok"] for vector in frames) > 10


def test_values_of_a_recorded_frame_are_those_that_it_states(vectors):
    frames = vectors("hj212_frames.json")["vectors"]
    (sewage,) = (v["frame"] for v in frames if "0873HHMZWSLH02" in v["frame"])
    message = hj212.decode_frame(sewage.encode())
    assert [(o.property, o.value, o.unit) for o in message.observations] == [
        ("ammonia_nitrogen", 3.0943, "mg/L"),
        ("cod", 18.0412, "mg/L"),
        ("ph", 8.2137, "[pH]"),
        ("wastewater_flow", 10.989, "L/s"),
    ]
    assert message.observations[0].time.isoformat() == "2016-01-03T13:30:30+08:00"


def test_the_example_of_2025_reads(vectors):
    frame = vectors("hj212_2025.json")["vectors"][0]["frame"]
    message = hj212.decode_frame(frame.encode())
    assert (message.version, message.flag, message.kind, message.wants_reply) == ("2025", 9, "clock", True)


def test_the_first_block_is_encrypted_as_the_standard_prints_it(vectors):
    vector = vectors("hj212_2025.json")["vectors"][1]
    key = bytes.fromhex(vector["key_hex"])
    written = encrypt_region(vector["plain"].encode() + b"0", key)
    assert written.startswith(b"{0xE4,0x3E,")
    assert written.endswith(b"}0")
    assert split_region(written, 0) == (bytes.fromhex(vector["cipher_hex"]), b"0")
    assert decrypt_region(written, key, 0) == vector["plain"].encode() + b"0"


def test_the_cipher_is_the_one_of_the_national_standards(vectors):
    vector = vectors("hj212_2025.json")["vectors"][2]
    encryptor = Cipher(algorithms.SM4(vector["key_ascii"].encode()), modes.ECB()).encryptor()
    left = -len(vector["plain"]) % 16 or 16
    sealed = encryptor.update(vector["plain"].encode() + bytes((left,)) * left)
    assert base64.b64encode(sealed).decode() == vector["b64"]
    block = vectors("gm_sm2_sm3_sm4.json")["sm4"][0]
    written = encrypt_region(bytes.fromhex(block["pt"]), bytes.fromhex(block["key"]))
    assert split_region(written, 0)[0].hex() == block["ct"]


def test_tables_of_the_standard_are_all_known(vectors):
    tables = vectors("hj212_tables.json")
    assert set(tables["CN"]) <= set(hj212.COMMANDS)
    assert set(tables["ST"]) == set(hj212.SYSTEMS)
    assert set(tables["QnRtn"]) == set(hj212.messages.REQUEST_RESULTS)
    assert set(tables["ExeRtn"]) == set(hj212.messages.EXECUTION_RESULTS)
    assert set(tables["data_flag"]) <= set(hj212.decoding.QUALITIES)
    assert tuple(tables["MinInterval_min"]) == hj212.encoding.MINUTES
