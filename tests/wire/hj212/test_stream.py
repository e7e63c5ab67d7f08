# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.wire import hj212
from anshu.wire.base import MAX_JUNK, Refusal, Refused
from anshu.wire.hj212.stream import MAX_PENDING

from .frames import ANSWER, HEARTBEAT, HOUR, WATER, framed, uplink

KEY = bytes.fromhex("30" * 16)
SITE = hj212.Site(thing="010000A8900016F000169DC0", version="2025", key=KEY)
SEALED = hj212.encode_message(SITE, "2011", "DataTime=20240520153000;a21026-Rtd=1", request="20240520153000000")
SOUND = [WATER, HOUR, HEARTBEAT, ANSWER, SEALED]
WRONG = WATER[:-3] + bytes((WATER[-3] ^ 1,)) + WATER[-2:]


def told(results):
    """Make results comparable."""
    return [(r.fault.reason, r.raw) if isinstance(r, Refusal) else ("frame", r.raw) for r in results]


def fed(stream, size):
    decoder = hj212.Decoder(lambda thing: KEY)
    out = []
    for start in range(0, len(stream), size):
        out += decoder.feed(stream[start : start + size])
        assert decoder.pending <= MAX_PENDING + MAX_JUNK
    out += decoder.flush()
    assert decoder.pending == 0
    return told(out)


STREAMS = {
    "glued": (b"".join(SOUND), SOUND),
    "garbage between": (WATER + b"\r\nhello#\x01" + HOUR + b"\x00" * 3000 + ANSWER, [WATER, HOUR, ANSWER]),
    "wrong checksum between": (WATER + WRONG + HOUR, [WATER, HOUR]),
    "cut short then good": (WATER[:-7] + HOUR + HEARTBEAT, [HOUR, HEARTBEAT]),
    "cut inside the head": (WATER[:4] + HOUR + b"##" + HEARTBEAT, [HOUR, HEARTBEAT]),
    "length too large": (b"##9999" + WATER[6:] + HOUR * 90, [HOUR] * 90),
    "length too small": (b"##0009" + WATER[6:] + HOUR, [HOUR]),
    "one mark too many": (b"#" + WATER + b"###" + HOUR, [WATER, HOUR]),
    "never ending": (b"##0100" + b"x" * 30000 + WATER, [WATER]),
    "left unfinished": (WATER + HOUR[:20], [WATER]),
    "end mark lost": (WATER[:-2] + HOUR, [HOUR]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_good_frames_survive_what_surrounds_them_whatever_the_pieces(name):
    stream, sound = STREAMS[name]
    whole = fed(stream, len(stream))
    assert [raw for kind, raw in whole if kind == "frame"] == sound
    assert b"".join(raw for _, raw in whole) == stream
    for size in (1, 2, 13, 61, 4096):
        assert fed(stream, size) == whole


def test_every_cut_of_two_frames_gives_the_same():
    stream = WATER + HOUR
    for at in range(len(stream)):
        decoder = hj212.Decoder()
        assert told(decoder.feed(stream[:at]) + decoder.feed(stream[at:])) == [("frame", WATER), ("frame", HOUR)]


def test_a_damaged_frame_is_refused_at_once_with_its_bytes():
    assert told(hj212.Decoder().feed(WRONG)) == [("bad_crc", WRONG)]


def test_flush_names_what_never_came():
    decoder = hj212.Decoder()
    assert decoder.feed(HOUR[:20]) == []
    (refusal,) = decoder.flush()
    assert (refusal.fault.reason, refusal.fault.params["expected"]) == ("truncated", len(HOUR))


mutated = st.tuples(
    st.lists(st.sampled_from(SOUND), min_size=1, max_size=4).map(b"".join),
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from(b"#&;=,-{}0x\r\n\xd6\x00")), max_size=5),
    st.integers(0, 40),
)


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


TOKENS = (
    *("DataTime=20260620153000", "DataTime=1", "SampleTime=x", "w01018-Rtd=1", "w01018-Flag=D", "a21026-ZsAvg=2"),
    *("--", "-", "=", "//", "RS", "a-b-c=1", "QnRtn=1", "BeginTime=2", "\x02", "污", "i11001-Info=//a;b//", "=x"),
)


def verdict(raw):
    """Decode, and tell whether the outcome can be printed and a fault points into the frame."""
    try:
        out = hj212.decode_frame(raw, lambda thing: KEY)
    except Refused as refused:
        return json.dumps(refused.fault.as_json()) and 0 <= refused.offset <= len(raw) and bool(refused.clause)
    return bool(json.dumps([out.as_json(), *(o.as_json() for o in out.observations)], allow_nan=False))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*TOKENS, ";", ",", "&&"]), max_size=12).map("".join),
    st.sampled_from(sorted(hj212.COMMANDS)),
    st.sampled_from(["", "0", "3", "5", "9", "11"]),
)
def test_no_region_raises_anything_but_refused(body, command, flag):
    assert verdict(uplink(body, command, flag=flag))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_sealed_segment_raises_anything_but_refused(noise):
    for head, tail in ((b"", b""), (b"CN=2011;MN=1;CP=&&", b"&&"), (b"MN=1;CP=&&{", b"&&")):
        assert verdict(framed(head + noise + tail))
