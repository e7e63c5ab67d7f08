# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import gb26875
from anshu.wire.base import CHINA, MAX_JUNK, Refusal, Refused
from anshu.wire.gb26875.framing import MAX_FRAME

from .frames import AT, HEARTBEAT, MAINS, ON_DUTY, SMOKE, WATER, packet

NOW = datetime(2012, 9, 26, 10, 0, tzinfo=CHINA)
MARKS_INSIDE = packet(f"03 01 4040 40 40404040 02 4040 {AT}")
SOUND = [SMOKE, WATER, MAINS, HEARTBEAT, ON_DUTY, MARKS_INSIDE]
WRONG = SMOKE[:-3] + bytes((SMOKE[-3] ^ 1,)) + SMOKE[-2:]
TOO_LONG = SMOKE[:24] + b"\xff\x03" + SMOKE[26:]
MAKER = bytes.fromhex("404088000105000000000000000000007D2323")


def told(results):
    """Make results comparable."""
    return [(r.fault.reason, r.raw) if isinstance(r, Refusal) else ("frame", r.raw) for r in results]


def fed(stream, size, dialect=gb26875.STANDARD):
    decoder = gb26875.Decoder(dialect)
    out = []
    for start in range(0, len(stream), size):
        out += decoder.feed(stream[start : start + size])
        assert decoder.pending <= MAX_FRAME + MAX_JUNK
    return told(out + decoder.flush())


STREAMS = {
    "glued": b"".join(SOUND),
    "garbage between": SMOKE + b"\r\nhello\x40" + WATER + b"\x00" * 3000 + MAINS,
    "wrong checksum between": SMOKE + WRONG + WATER,
    "cut short then good": SMOKE[:-7] + WATER + MAINS * 40,
    "cut inside the header": SMOKE[:9] + WATER + MAINS * 40,
    "length too large": TOO_LONG + MAINS * 40,
    "length impossible": SMOKE[:24] + b"\xff\xff" + SMOKE[26:] + MAINS,
    "reserved command": packet("", command="07") + MAINS,
    "left unfinished": SMOKE + WATER[:20],
    "half a mark at the end": SMOKE + b"\x40",
}


@pytest.mark.parametrize("name", STREAMS)
def test_pieces_do_not_matter(name):
    whole = fed(STREAMS[name], len(STREAMS[name]))
    for size in (1, 2, 13, 61, 4096):
        assert fed(STREAMS[name], size) == whole


@pytest.mark.parametrize("name", STREAMS)
def test_no_byte_is_lost(name):
    assert b"".join(raw for _, raw in fed(STREAMS[name], 17)) == STREAMS[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("glued", SOUND),
        ("garbage between", [SMOKE, WATER, MAINS]),
        ("wrong checksum between", [SMOKE, WATER]),
        ("cut short then good", [WATER] + [MAINS] * 40),
        ("cut inside the header", [WATER] + [MAINS] * 40),
        ("length too large", [MAINS] * 40),
        ("length impossible", [MAINS]),
        ("reserved command", [MAINS]),
        ("left unfinished", [SMOKE]),
        ("half a mark at the end", [SMOKE]),
    ],
)
def test_good_packets_survive_what_surrounds_them(name, expected):
    assert [raw for kind, raw in fed(STREAMS[name], 1) if kind == "frame"] == expected


def test_a_damaged_packet_is_refused_at_once_with_its_bytes():
    assert told(gb26875.Decoder().feed(WRONG)) == [("bad_checksum", WRONG)]


def test_a_packet_with_a_tail_keeps_the_tail():
    decoder = gb26875.Decoder()
    assert told(decoder.feed(SMOKE + WATER[:30])) == [("frame", SMOKE)]
    assert decoder.pending == 30
    assert told(decoder.feed(WATER[30:])) == [("frame", WATER)]


def test_short_frames_of_a_maker_come_between_packets_of_the_standard():
    dialect = gb26875.DIALECTS["fscn8001"]
    for size in (1, 7, 500):
        assert fed(MAKER + SMOKE + MAKER, size, dialect) == [("frame", MAKER), ("frame", SMOKE), ("frame", MAKER)]


mutated = st.tuples(
    st.lists(st.sampled_from(SOUND), min_size=1, max_size=4).map(b"".join),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    st.integers(0, 40),
)
dialects = st.sampled_from(list(gb26875.DIALECTS.values()))


def mutate(case):
    frame, changes, cut = case
    data = bytearray(frame)
    for at, byte in changes:
        data[at % len(data)] = byte
    return bytes(data[cut:])


def verdict(raw, dialect):
    """Decode, and tell whether the outcome can be printed and a fault points into the packet."""
    try:
        out = gb26875.decode_frame(raw, dialect, now=NOW)
    except Refused as refused:
        return json.dumps(refused.fault.as_json()) and 0 <= refused.offset <= len(raw) and bool(refused.clause)
    return bool(json.dumps([out.as_json(), *(o.as_json() for o in out.observations)], allow_nan=False))


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=600), mutated.map(mutate)), st.integers(1, 50), dialects)
def test_no_stream_raises_or_loses_a_byte_and_pieces_do_not_matter(stream, size, dialect):
    whole = fed(stream, max(1, len(stream)), dialect)
    assert b"".join(raw for _, raw in whole) == stream
    assert fed(stream, size, dialect) == whole


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 255), st.integers(0, 255), dialects)
def test_no_data_unit_raises_anything_but_refused(rest, kind, command, dialect):
    assert verdict(packet(f"{kind:02X}{rest.hex()}", command=f"{command:02X}"), dialect)


@settings(deadline=None)
@given(st.binary(max_size=24), st.sampled_from(sorted(gb26875.LAYOUTS)), st.integers(0, 3))
def test_no_known_type_raises_anything_but_refused(rest, kind, count):
    assert verdict(packet(f"{kind:02X}{count:02X}{rest.hex()}"), gb26875.STANDARD)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), mutated.map(mutate)), st.integers(1, 60), dialects)
def test_no_stream_makes_a_session_raise_or_grow(stream, size, dialect):
    session = gb26875.Gb26875Session(dialect=dialect)
    for start in range(0, len(stream), size):
        for event in session.receive(stream[start : start + size], now=NOW):
            if hasattr(event, "token"):
                session.stored(event, now=NOW)
    session.flush(now=NOW)
    assert not session.pending
