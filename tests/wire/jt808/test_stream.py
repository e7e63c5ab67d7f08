# SPDX-License-Identifier: Apache-2.0
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import jt808
from anshu.wire.base import Refusal, Refused
from anshu.wire.jt808.framing import MAX_SEGMENT, build_frame

from .frames import BATCH, ESCAPED, HEARTBEAT, POSITION, POSITION_2019

SOUND = [POSITION, HEARTBEAT, POSITION_2019, BATCH, ESCAPED]
WRONG = POSITION[:-2] + bytes((POSITION[-2] ^ 1,)) + b"\x7e"


def told(results):
    return [(r.fault.reason, r.raw) if isinstance(r, Refusal) else ("frame", r.raw) for r in results]


def fed(stream, size):
    decoder = jt808.Decoder()
    out = []
    for start in range(0, len(stream), size):
        out += decoder.feed(stream[start : start + size])
        assert decoder.pending <= MAX_SEGMENT
    return told(out + decoder.flush())


def without_flags(data):
    """A flag may end one frame and begin the next, so flags are not counted."""
    return re.sub(b"\x7e+", b"", data)


STREAMS = {
    "glued": (b"".join(SOUND), SOUND),
    "one flag between two": (POSITION[:-1] + HEARTBEAT[:-1] + BATCH, [POSITION, HEARTBEAT, BATCH]),
    "garbage between": (b"\x00\r\n" + POSITION + b"hello" + BATCH + b"\x7d" * 9 + ESCAPED, [POSITION, BATCH, ESCAPED]),
    "wrong check byte between": (POSITION + WRONG + BATCH, [POSITION, BATCH]),
    "cut short then good": (POSITION[:-7] + HEARTBEAT + BATCH, [HEARTBEAT, BATCH]),
    "begun in the middle": (POSITION[9:] + HEARTBEAT, [HEARTBEAT]),
    "many flags": (b"\x7e" * 5 + POSITION + b"\x7e" * 4 + BATCH + b"\x7e", [POSITION, BATCH]),
    "endless": (b"\x7e" + b"\x01" * 9000 + POSITION, [POSITION]),
    "left unfinished": (POSITION + BATCH[:20], [POSITION]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_good_frames_survive_what_surrounds_them(name):
    stream, expected = STREAMS[name]
    assert [raw for kind, raw in fed(stream, 1) if kind == "frame"] == expected


@pytest.mark.parametrize("name", STREAMS)
def test_pieces_do_not_matter_and_no_byte_is_lost(name):
    stream, _ = STREAMS[name]
    whole = fed(stream, len(stream))
    assert without_flags(b"".join(raw for _, raw in whole)) == without_flags(stream)
    for size in (1, 2, 13, 61, 4096):
        assert fed(stream, size) == whole


def test_a_damaged_frame_is_refused_at_once_with_its_bytes():
    assert told(jt808.Decoder().feed(WRONG)) == [("bad_checksum", WRONG)]


def test_flush_gives_up_the_beginning_of_a_frame():
    decoder = jt808.Decoder()
    assert decoder.feed(POSITION[:20]) == []
    assert (decoder.pending, told(decoder.flush())) == (19, [("truncated", POSITION[:20])])
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


def verdict(raw):
    """Decode, and tell whether the outcome can be printed and a fault points into the frame."""
    try:
        out = jt808.decode_frame(raw)
    except Refused as refused:
        return json.dumps(refused.fault.as_json()) and 0 <= refused.offset <= len(raw) and bool(refused.clause)
    return bool(json.dumps([out.as_json(), *(o.as_json() for o in out.observations)], allow_nan=False))


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=600), mutated.map(mutate)), st.integers(1, 50))
def test_no_stream_raises_or_loses_a_byte_and_pieces_do_not_matter(stream, size):
    whole = fed(stream, max(1, len(stream)))
    assert without_flags(b"".join(raw for _, raw in whole)) == without_flags(stream)
    assert fed(stream, size) == whole


@settings(deadline=None)
@given(
    st.binary(max_size=200),
    st.one_of(st.sampled_from(sorted(jt808.MESSAGES)), st.integers(0, 0xFFFF)),
    st.sampled_from([2013, 2019]),
    st.booleans(),
)
def test_no_body_of_any_message_raises_anything_but_refused(body, number, version, escaped):
    raw = build_frame(message_id=number, phone="1", serial=1, body=body + b"\x7d\x7e" * escaped, version=version)
    assert verdict(raw)
