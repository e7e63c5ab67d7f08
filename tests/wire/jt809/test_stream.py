# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import jt809
from anshu.wire.base import Refusal, Refused
from anshu.wire.jt809.framing import MAX_FRAME, build_frame

from .frames import BATCH, ESCAPED, KEEP_ALIVE, POSITION, POSITION_2019

SOUND = [POSITION, KEEP_ALIVE, POSITION_2019, BATCH, ESCAPED]
WRONG = POSITION[:-3] + bytes((POSITION[-3] ^ 0x80,)) + POSITION[-2:]


def told(results):
    return [(r.fault.reason, r.raw) if isinstance(r, Refusal) else ("frame", r.raw) for r in results]


def fed(stream, size):
    decoder = jt809.Decoder()
    out = []
    for start in range(0, len(stream), size):
        out += decoder.feed(stream[start : start + size])
        assert decoder.pending <= MAX_FRAME
    out += decoder.flush()
    assert all(isinstance(each, Refusal) is False or each.fault.message("zh") for each in out)
    return told(out)


STREAMS = {
    "glued": (b"".join(SOUND), SOUND),
    "garbage between": (b"\x00\r\n" + POSITION + b"hello" + BATCH + b"]" * 9 + ESCAPED, [POSITION, BATCH, ESCAPED]),
    "wrong crc between": (POSITION + WRONG + BATCH, [POSITION, BATCH]),
    "cut short then good": (POSITION[:-7] + KEEP_ALIVE + BATCH, [KEEP_ALIVE, BATCH]),
    "begun in the middle": (POSITION[9:] + KEEP_ALIVE, [KEEP_ALIVE]),
    "many begin marks": (b"[" * 5 + POSITION + b"[[" + BATCH + b"[", [POSITION, BATCH]),
    "endless": (b"[" + b"\x01" * (MAX_FRAME + 5000) + POSITION, [POSITION]),
    "left unfinished": (POSITION + BATCH[:20], [POSITION]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_good_frames_survive_what_surrounds_them_and_pieces_do_not_matter(name):
    stream, expected = STREAMS[name]
    whole = fed(stream, len(stream))
    assert [raw for kind, raw in whole if kind == "frame"] == expected
    assert b"".join(raw for _, raw in whole) == stream
    for size in (1, 13, 61, 4096):
        assert fed(stream, size) == whole


def test_a_damaged_frame_is_refused_at_once_with_its_bytes():
    assert told(jt809.Decoder().feed(WRONG)) == [("bad_crc", WRONG)]


def test_flush_gives_up_the_beginning_of_a_frame():
    decoder = jt809.Decoder()
    assert decoder.feed(POSITION[:20]) == []
    assert (decoder.pending, told(decoder.flush())) == (20, [("truncated", POSITION[:20])])
    assert decoder.pending == 0


mutated = st.tuples(
    st.lists(st.sampled_from(SOUND), min_size=1, max_size=4).map(b"".join),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    st.integers(0, 40),
)


def mutate(case):
    data = bytearray(case[0])
    for at, byte in case[1]:
        data[at % len(data)] = byte
    return bytes(data[case[2] :])


def verdict(raw, cipher=None):
    """Decode, and tell whether the outcome can be printed and a fault points into the frame."""
    try:
        out = jt809.decode_frame(raw, cipher)
    except Refused as refused:
        return json.dumps(refused.fault.as_json()) and 0 <= refused.offset <= len(raw) and bool(refused.clause)
    return bool(json.dumps([out.as_json(), *(o.as_json() for o in out.observations)], allow_nan=False))


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=600), mutated.map(mutate)), st.integers(1, 50))
def test_no_stream_raises_or_loses_a_byte_and_pieces_do_not_matter(stream, size):
    whole = fed(stream, max(1, len(stream)))
    assert b"".join(raw for _, raw in whole) == stream
    assert fed(stream, size) == whole


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.one_of(st.sampled_from(sorted(jt809.MESSAGES)), st.integers(0, 0xFFFF)),
    st.sampled_from([0x1201, 0x1202, 0x1203, 0x1206]),
    st.booleans(),
    st.sampled_from([None, jt809.Cipher(7, 1 << 31, 3)]),
)
def test_no_body_of_any_message_raises_anything_but_refused(data, number, data_type, framed, cipher):
    if framed:
        number = 0x1200
        data = b"A1".ljust(22, b"\x00") + data_type.to_bytes(2, "big") + len(data).to_bytes(4, "big") + data
    raw = build_frame(message_id=number, center=1, serial=1, body=data, cipher=cipher, key=5)
    assert verdict(raw)
    assert verdict(raw, cipher)
