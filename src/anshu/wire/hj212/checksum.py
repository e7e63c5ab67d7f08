# SPDX-License-Identifier: Apache-2.0
"""The checksum of HJ 212 appendix A, which is not CRC-16/MODBUS: the register is shifted before the byte is added."""

import sys
from functools import reduce
from operator import xor

_POLYNOMIAL = 0xA001


def _byte_table() -> list[int]:
    """Tabulate the register after its eight shifts, for each value of its low byte."""
    table = []
    for state in range(256):
        for _ in range(8):
            state = (state >> 1) ^ _POLYNOMIAL if state & 1 else state >> 1
        table.append(state)
    return table


_TABLE = _byte_table()
# Only the high byte of the register reaches the next step, and does so linearly: h' = H[h ^ byte].
_HIGH = bytes(state >> 8 for state in _TABLE)


def crc16_hj212(data: bytes) -> int:
    """Compute the checksum of a data segment (appendix A): register preset to FFFFH, polynomial A001H.

    Eight steps over zeros bring the high byte back to itself (H applied eight times is the identity), so all bytes
    at the same distance modulo eight from the end may be added first, and eight steps are left to walk.
    """
    if not data:
        return 0xFFFF
    if len(data) == 1:
        return _TABLE[0xFF ^ data[0]]
    padded = bytes((1 - len(data)) % 8) + bytes((data[0] ^ 0xFF,)) + data[1:-1]
    high = 0
    for byte in reduce(xor, memoryview(padded).cast("Q")).to_bytes(8, sys.byteorder):
        high = _HIGH[high ^ byte]
    return _TABLE[high ^ data[-1]]
