# SPDX-License-Identifier: Apache-2.0
from datetime import datetime
from itertools import permutations

from anshu.wire import hj212
from anshu.wire.base import CHINA
from anshu.wire.lines import decode_lines

from .frames import MN, uplink

AT = datetime(2026, 6, 20, 15, 0, tzinfo=CHINA)
SITE = hj212.Site(thing=MN, system="31")


def many(count):
    values = {f"a24{n:03d}": {"Avg": n / 10, "Flag": "N"} for n in range(100, 100 + count)}
    return hj212.encode_data(SITE, "2051", values, at=AT, sent_at=AT)


def parts(*bodies, flag="7"):
    total = len(bodies)
    return [uplink(body, "2051", flag=flag, more=f";PNUM={total};PNO={n}") for n, body in enumerate(bodies, 1)]


def assembled(frames, assembler=None):
    assembler = assembler or hj212.Assembler()
    return [assembler.add(hj212.parse_frame(raw)) for raw in frames]


def test_what_is_too_long_for_a_region_is_sent_in_packets_and_read_whole():
    raws = many(120)
    assert len(raws) > 2
    messages = assembled(raws)
    assert [m.is_part for m in messages] == [True] * (len(raws) - 1) + [False]
    assert not any(m.observations for m in messages[:-1])
    assert [o.value for o in messages[-1].observations] == [n / 10 for n in range(100, 220)]
    assert messages[-1].frames == b"".join(raws)


def test_packets_may_come_in_any_order_and_twice():
    raws = parts("DataTime=20260620150000;w01001-Avg=7", "w01018-Avg=30", "w21003-Avg=1")
    for order in permutations(raws):
        last = assembled([order[0], *order])[-1]
        assert [o.value for o in last.observations] == [7, 30, 1]


def test_a_region_cut_inside_an_item_is_joined_there():
    whole = "DataTime=20260620150000;w01001-Avg=7.25;w01018-Avg=30.5"
    for at in range(1, len(whole)):
        values = [o.value for o in assembled(parts(whole[:at], whole[at:]))[-1].observations]
        assert values == [7.25, 30.5], whole[:at]


def test_a_region_that_says_its_time_in_each_packet_is_joined_between_them():
    raws = parts("DataTime=20260620150000;w01001-Avg=7", "DataTime=20260620151000;w01001-Avg=8")
    assert [(o.time.minute, o.value) for o in assembled(raws)[-1].observations] == [(0, 7), (10, 8)]


def test_memory_is_bounded():
    assembler = hj212.Assembler(max_messages=4, max_bytes=2000)
    for n in range(200):
        raw = uplink("DataTime=20260620150000;" + "x" * 300, "2051", flag="6", more=f";PNUM={n + 2};PNO=1")
        assembler.add(hj212.parse_frame(raw))
        assert assembler.size <= 2000


def test_a_flag_that_announces_packets_without_numbers_is_one_message():
    (message,) = assembled([uplink("DataTime=20260620150000;w01001-Rtd=7", flag="7")])
    assert not message.is_part
    assert len(message.observations) == 1


def test_lines_of_a_recording_are_assembled():
    out = list(decode_lines("hj212", [raw.hex() for raw in many(60)]))
    assert [o["message"]["assembled"] for o in out] == [False] * (len(out) - 1) + [True]
