# SPDX-License-Identifier: Apache-2.0
import hashlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire import sl651
from anshu.wire.base import CHINA, Refused, Reply
from anshu.wire.sl651.framing import parse_frame
from anshu.wire.sl651.session import MOST_NAKS

STATION = sl651.Station("0033082501")
AT = datetime(2026, 6, 20, 15, 30, tzinfo=CHINA)
JPEG = b"\xff\xd8" + bytes(range(256)) * 4 + b"\x7e\x7e\xff\xd9"


def packets(picture=JPEG, serial=5, size=100, station=STATION):
    raws = sl651.encode_picture(station, serial=serial, sent_at=AT, observed_at=AT, picture=picture, packet_size=size)
    return [parse_frame(raw) for raw in raws]


def test_a_picture_comes_whole_with_its_last_packet():
    assembler = sl651.Assembler()
    *parts, whole = [assembler.add(frame) for frame in packets()]
    assert all(part.is_part for part in parts)
    assert whole.payload == JPEG
    assert (whole.assembled, whole.serial, whole.sent_at) == (True, 5, AT)
    assert whole.parameters["picture"] == {
        "bytes": len(JPEG),
        "whole_jpeg": True,
        "sha256": hashlib.sha256(JPEG).hexdigest(),
    }
    assert assembler.size == 0


@given(st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(random):
    frames = packets()
    random.shuffle(frames)
    assembler = sl651.Assembler()
    messages = [assembler.add(f) for f in [*frames[:3], *frames]]
    assert messages[-1].payload == JPEG
    assert [m.assembled for m in messages].count(True) == 1


def test_missing_packets_are_asked_for_one_by_one():
    assembler = sl651.Assembler()
    frames = packets()
    for frame in (f for f in frames if f.index not in (3, 7)):
        last = assembler.add(frame)
    missing = assembler.missing(last)
    assert missing == [3, 7]
    assert sl651.encode_reply(last, now=AT) is None
    naks = sl651.encode_naks(last, missing, now=AT, serial=assembler.first(last).serial)
    asked = [sl651.decode_frame(nak) for nak in naks]
    assert [(m.index, m.total, m.serial, m.end) for m in asked] == [
        (3, len(frames), 5, sl651.NAK),
        (7, len(frames), 5, sl651.NAK),
    ]


def test_a_whole_picture_is_answered_with_the_last_number():
    assembler = sl651.Assembler()
    whole = [assembler.add(frame) for frame in packets()][-1]
    answer = parse_frame(sl651.encode_reply(whole, now=AT))
    assert (answer.index, answer.total) == (len(packets()), len(packets()))


def test_a_new_picture_does_not_mix_with_an_unfinished_one():
    assembler = sl651.Assembler()
    other = JPEG.replace(b"\x10", b"\x11")
    for frame in packets()[:-1]:
        assembler.add(frame)
    whole = [assembler.add(frame) for frame in packets(other, serial=6)][-1]
    assert whole.payload == other


def test_unfinished_pictures_are_bounded():
    assembler = sl651.Assembler(max_messages=4, max_bytes=1500)
    for n in range(50):
        for frame in packets(station=sl651.Station(f"00{n:08d}"))[:-1]:
            assembler.add(frame)
            assert assembler.size <= 1500


def test_a_report_cut_into_packets_gives_its_observations_at_the_end():
    body = bytes.fromhex("0007260620153005F1F1003308250148F0F026062015303923000765433812 1244")
    raws = [
        sl651.framing.build_frame(
            direction="up",
            center=1,
            station="0033082501",
            password="1234",
            function=0x32,
            end=sl651.ETX if n == 3 else sl651.ETB,
            body=part,
            total=3,
            index=n,
        )
        for n, part in enumerate((body[:10], body[10:25], body[25:]), start=1)
    ]
    decode = sl651.line_decoder()
    messages = [decode(raw) for raw in raws]
    assert [len(m.observations) for m in messages] == [0, 0, 2]


def test_a_whole_message_that_cannot_be_read_is_refused_and_forgotten():
    body = bytes.fromhex("0007260620153005F1F1003308250148 0019")
    frames = [
        parse_frame(
            sl651.framing.build_frame(
                direction="up",
                center=1,
                station="0033082501",
                password="1234",
                function=0x32,
                end=sl651.ETX,
                body=part,
                total=2,
                index=n,
            )
        )
        for n, part in enumerate((body[:12], body[12:]), start=1)
    ]
    assembler = sl651.Assembler()
    assembler.add(frames[0])
    with pytest.raises(Refused):
        assembler.add(frames[1])
    assert assembler.size == 0


def test_one_packet_of_very_many_is_not_answered_with_as_many():
    """Found by the fuzzer: a header that claims 4,095 packets made us write 4,094 answers to 32 bytes."""
    raws = sl651.encode_picture(STATION, serial=5, sent_at=AT, observed_at=AT, picture=JPEG, packet_size=5)
    session = sl651.Sl651Session(lambda address: "")
    answers = [each for each in session.receive(raws[-1], now=AT) if isinstance(each, Reply)]
    assert len(raws) > 2 * MOST_NAKS
    assert [sl651.decode_frame(each.raw).index for each in answers] == list(range(1, MOST_NAKS + 1))
