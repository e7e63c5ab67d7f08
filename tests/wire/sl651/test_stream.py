# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import sl651
from anshu.wire.base import MAX_JUNK, Refusal, Refused
from anshu.wire.sl651.framing import EOT, ETX, MAX_FRAME, build_frame

from .frames import HEARTBEAT, LEVEL, RAIN, TIME, ascii_report, crc, report

ASCII = ascii_report("32", "ST 0033082501 H TT 2606201530 Z 76.543 ")
TWO_MARKS_INSIDE = report("32", f"{TIME} FF7E 20 7E7E7E7E 3812 1244")
SOUND = [LEVEL, RAIN, HEARTBEAT, ASCII, TWO_MARKS_INSIDE]
WRONG = LEVEL[:-1] + bytes((LEVEL[-1] ^ 1,))


def told(results):
    """Make results comparable."""
    return [(r.fault.reason, r.raw) if isinstance(r, Refusal) else ("frame", r.raw) for r in results]


def fed(stream, size):
    decoder = sl651.Decoder()
    out = []
    for start in range(0, len(stream), size):
        out += decoder.feed(stream[start : start + size])
        assert decoder.pending <= MAX_FRAME + MAX_JUNK
    return told(out + decoder.flush())


STREAMS = {
    "glued": b"".join(SOUND),
    "garbage between": LEVEL + b"\r\nhello\x01\x7e" + RAIN + b"\x00" * 3000 + ASCII,
    "wrong checksum between": LEVEL + WRONG + RAIN,
    "cut short then good": LEVEL[:-7] + RAIN + HEARTBEAT,
    "cut inside the header": LEVEL[:9] + RAIN + HEARTBEAT + ASCII,
    "length too large": LEVEL[:11] + b"\x0f\xff" + LEVEL[13:] + RAIN * 90,
    "ascii with wrong checksum": ASCII[:-1] + b"Z" + ASCII,
    "one mark too many": b"\x7e" + LEVEL + b"\x7e\x7e\x7e" + RAIN,
    "left unfinished": LEVEL + RAIN[:20],
}


@pytest.mark.parametrize("name", STREAMS)
def test_pieces_do_not_matter(name):
    whole = fed(STREAMS[name], len(STREAMS[name]))
    for size in (1, 2, 13, 61, 4096):
        assert fed(STREAMS[name], size) == whole


@pytest.mark.parametrize("name", STREAMS)
def test_no_byte_is_lost(name):
    assert b"".join(raw for _, raw in fed(STREAMS[name], 17)) == STREAMS[name]


def frames_in(name):
    return [raw for kind, raw in fed(STREAMS[name], 1) if kind == "frame"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("glued", SOUND),
        ("garbage between", [LEVEL, RAIN, ASCII]),
        ("wrong checksum between", [LEVEL, RAIN]),
        ("cut short then good", [RAIN, HEARTBEAT]),
        ("cut inside the header", [RAIN, HEARTBEAT, ASCII]),
        ("length too large", [RAIN] * 90),
        ("ascii with wrong checksum", [ASCII]),
        ("one mark too many", [LEVEL, RAIN]),
        ("left unfinished", [LEVEL]),
    ],
)
def test_good_frames_survive_what_surrounds_them(name, expected):
    assert frames_in(name) == expected


def test_a_frame_with_a_tail_keeps_the_tail():
    decoder = sl651.Decoder()
    assert told(decoder.feed(LEVEL + RAIN[:30])) == [("frame", LEVEL)]
    assert decoder.pending == 30
    assert told(decoder.feed(RAIN[30:])) == [("frame", RAIN)]


def test_a_damaged_frame_is_refused_at_once_with_its_bytes():
    assert told(sl651.Decoder().feed(WRONG)) == [("bad_crc", WRONG)]


def test_flush_names_what_never_came():
    decoder = sl651.Decoder()
    assert decoder.feed(RAIN[:20]) == []
    (refusal,) = decoder.flush()
    assert (refusal.fault.reason, refusal.fault.params["expected"]) == ("truncated", len(RAIN))
    assert decoder.pending == 0


def test_frames_behind_a_swallowing_length_come_out_on_flush():
    decoder = sl651.Decoder()
    assert decoder.feed(LEVEL[:11] + b"\x0f\xff" + LEVEL[13:] + RAIN) == []
    assert [kind for kind, _ in told(decoder.flush())] == ["truncated", "frame"]


mutated = st.tuples(
    st.lists(st.sampled_from(SOUND), min_size=1, max_size=4).map(b"".join),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    st.integers(0, 40),
)


def verdict(raw):
    """Decode, and tell whether the outcome can be printed and a fault points into the frame."""
    try:
        out = sl651.decode_frame(raw)
    except Refused as refused:
        return json.dumps(refused.fault.as_json()) and 0 <= refused.offset <= len(raw) and bool(refused.clause)
    return bool(json.dumps([out.as_json(), *(o.as_json() for o in out.observations)], allow_nan=False))


def mutate(case):
    frame, changes, cut = case
    data = bytearray(frame)
    for at, byte in changes:
        data[at % len(data)] = byte
    return bytes(data[cut:])


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=600), mutated.map(mutate)), st.integers(1, 50))
def test_no_stream_raises_or_loses_a_byte_and_pieces_do_not_matter(stream, size):
    whole = fed(stream, max(1, len(stream)))
    assert b"".join(raw for _, raw in whole) == stream
    assert fed(stream, size) == whole


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(2, 400), st.integers(0, 255)), max_size=5), st.sampled_from(SOUND))
def test_no_body_raises_anything_but_refused(changes, frame):
    data = bytearray(frame)
    for at, byte in changes:
        data[at % len(data)] = byte
    if data[0] == 1:
        data[-4:] = f"{crc(data[:-4]):04X}".encode()
    else:
        data[-2:] = crc(data[:-2]).to_bytes(2, "big")
    assert verdict(bytes(data))


@settings(deadline=None)
@given(st.binary(max_size=120), st.sampled_from([*range(0x2F, 0x52), 0xE0]), st.booleans())
def test_no_body_of_any_function_raises_anything_but_refused(body, function, down):
    for text, encoding in ((body, "hex"), (body.hex().upper().encode(), "ascii")):
        raw = build_frame(
            encoding=encoding,
            direction="down" if down else "up",
            center=1,
            station="0033082501",
            password="1234",
            function=function,
            end=EOT if down else ETX,
            body=b"\x00\x07\x26\x06\x20\x15\x30\x05" + text if encoding == "hex" else b"0007260620153005" + text,
        )
        assert verdict(raw)
