# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from anshu.wire.base import crc16_modbus


def by_the_standard(data):
    """SL 651-2014 H.3.2, step by step."""
    state = 0xFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            low, state = state & 1, state >> 1
            if low:
                state ^= 0xA001
    return state


def test_crc_gives_the_published_check_value():
    assert crc16_modbus(b"123456789") == 0x4B37


def test_crc_of_nothing_is_the_preset():
    assert crc16_modbus(b"") == 0xFFFF


@given(st.binary(max_size=80))
def test_crc_equals_the_standards_own_procedure(data):
    assert crc16_modbus(data) == by_the_standard(data)
