# SPDX-License-Identifier: Apache-2.0
import struct
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire.base import CHINA
from anshu.wire.modbus import TYPES, Plan, Register, Request
from anshu.wire.modbus.registers import MOST_BITS, MOST_WORDS

NOW = datetime(2026, 7, 4, 14, 6, tzinfo=CHINA)


def register(kind="uint16", **more):
    return Register(address=0, kind=kind, property="x", **more)


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("uint16", [0xFFFE], 65534),
        ("int16", [0xFFFE], -2),
        ("uint32", [0x0001, 0x0002], 65538),
        ("int32", [0xFFFF, 0xFFFE], -2),
        ("float32", [0x4048, 0xF5C3], 3.1400001049041748),
        ("float64", [0x4009, 0x1EB8, 0x51EB, 0x851F], 3.14),
        ("uint64", [0, 0, 1, 0], 65536),
        ("int64", [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF], -1),
        ("bcd16", [0x1234], 1234),
        ("bcd32", [0x0012, 0x3456], 123456),
    ],
)
def test_numbers_are_read_high_byte_and_high_word_first(kind, words, value):
    assert register(kind).value(words) == pytest.approx(value, rel=1e-12)
    assert register(kind, low_word_first=True).value(words[::-1]) == pytest.approx(value, rel=1e-12)
    swapped = [(word & 0xFF) << 8 | word >> 8 for word in words]
    assert register(kind, low_byte_first=True).value(swapped) == pytest.approx(value, rel=1e-12)


def test_value_is_raw_times_scale_plus_offset_without_crumbs():
    assert register(scale=0.1).value([251]) == 25.1
    assert register("int16", scale=0.01, offset=-40).value([5000]) == 10


def test_one_bit_of_a_register_and_a_coil_are_states():
    assert [register("bool", bit=bit).value([0b100]) for bit in (1, 2)] == [0, 1]
    assert register("bool", function=1).value([1]) == 1


@pytest.mark.parametrize(
    ("kind", "words", "missing"),
    [
        ("uint16", [65535], (65535,)),
        ("int16", [0x8000], (-32768,)),
        ("float32", list(struct.unpack(">2H", struct.pack(">f", -9999.9))), (-9999.9,)),
        ("float32", [0x7FC0, 0x0000], ()),
        ("float32", [0x7F80, 0x0000], ()),
        ("bcd16", [0x12AB], ()),
    ],
)
def test_what_stands_for_no_value_is_missing(kind, words, missing):
    assert register(kind, missing=missing).value(words) is None


def test_neighbours_are_asked_for_together():
    given = [Register(address=at, property=f"p{at}") for at in (0, 1, 2, 10)]
    assert Plan(given).requests == [Request(3, 0, 3), Request(3, 10, 1)]
    assert Plan(given, gap=7).requests == [Request(3, 0, 11)]
    assert Plan([*given, Register(function=4, address=3, property="q")]).requests[-1] == Request(4, 3, 1)


def test_a_request_asks_for_no_more_than_the_protocol_allows():
    words = Plan(Register(address=at, property=f"p{at}") for at in range(300))
    assert [each.count for each in words.requests] == [MOST_WORDS, MOST_WORDS, 50]
    bits = Plan(Register(function=1, address=at, kind="bool", property=f"p{at}") for at in range(2500))
    assert [each.count for each in bits.requests] == [MOST_BITS, 500]


registers = st.lists(
    st.builds(
        Register,
        function=st.sampled_from([3, 4]),
        address=st.integers(0, 400),
        kind=st.sampled_from(sorted(TYPES)),
        property=st.just("x"),
    ),
    max_size=40,
)


@given(registers, st.integers(0, 20))
def test_every_register_is_within_one_request_and_read_from_its_own_words(given, gap):
    plan = Plan(given, gap)
    assert all(each.count <= MOST_WORDS for each in plan.requests)
    answers = {each: list(range(each.address, each.end)) for each in plan.requests}
    seen = plan.observed(answers, "dev", NOW)
    assert len(seen) == len(given)
    for each, observation in zip(given, seen, strict=True):
        assert observation.value == each.value(list(range(each.address, each.address + each.width())))


def test_what_was_not_answered_gives_no_observation():
    plan = Plan([Register(address=0, property="a"), Register(address=9, property="b", thing="other")])
    (seen,) = plan.observed({Request(3, 9, 1): [7]}, "dev", NOW)
    assert (seen.thing, seen.property, seen.value, seen.time) == ("other", "b", 7, NOW)
    assert plan.observed({Request(3, 0, 1): []}, "dev", NOW) == []


@given(st.sampled_from(sorted(TYPES)), st.lists(st.integers(0, 0xFFFF), min_size=4, max_size=4), st.booleans())
def test_no_words_raise(kind, words, low):
    value = register(kind, scale=1e9, offset=1e12, low_word_first=low).value(words[: TYPES[kind].words])
    assert value is None or abs(value) < float("inf")
