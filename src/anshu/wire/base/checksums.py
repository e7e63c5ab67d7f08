# SPDX-License-Identifier: Apache-2.0
"""Checksums used by more than one protocol."""

from collections.abc import Iterable

_POLYNOMIAL = 0xA001  # x^16 + x^15 + x^2 + 1, reflected


def _two_byte_table() -> list[int]:
    """Tabulate the register after shifting out two whole bytes, for each of its 65,536 states."""
    one = []
    for state in range(256):
        for _ in range(8):
            state = (state >> 1) ^ _POLYNOMIAL if state & 1 else state >> 1
        one.append(state)
    table = []
    for state in range(65536):
        half = (state >> 8) ^ one[state & 0xFF]
        table.append((half >> 8) ^ one[half & 0xFF])
    return table


# The register is 16 bits wide, so two bytes replace it whole: one look-up a byte pair instead of two.
_TWO_BYTES = _two_byte_table()


def _little_endian_words(data: bytes) -> Iterable[int]:
    return (data[i] | data[i + 1] << 8 for i in range(0, len(data) - 1, 2))


def crc16_modbus(data: bytes) -> int:
    """Compute CRC-16/MODBUS: polynomial 8005H reflected, register preset to FFFFH.

    Source: Modbus over serial line V1.02, 6.2.2; SL 651-2014 H.3.2.
    """
    table = _TWO_BYTES
    state = 0xFFFF
    even = len(data) & ~1
    if _NATIVE_IS_LITTLE:
        for word in memoryview(data)[:even].cast("H"):
            state = table[state ^ word]
    else:
        for word in _little_endian_words(data[:even]):
            state = table[state ^ word]
    if even != len(data):
        state ^= data[-1]
        for _ in range(8):
            state = (state >> 1) ^ _POLYNOMIAL if state & 1 else state >> 1
    return state


_NATIVE_IS_LITTLE = memoryview(b"\x01\x00").cast("H")[0] == 1
