# SPDX-License-Identifier: Apache-2.0
"""Inputs by chance from seeds, the same for the same number: for the short run of the test suite."""

import random
from collections.abc import Iterator, Sequence

_EDGES = (
    b"\x00",
    b"\xff",
    b"\x7e",
    b"\x7d",
    b"\x5b",
    b"\x40\x40",
    b"##",
    b"&&",
    b"\x7e\x7e",
    b"\xff\xff\xff\xff",
    b"9999",
)


def changed(seeds: Sequence[bytes], number: int, times: int) -> Iterator[bytes]:
    """This will give `times` inputs made of the seeds."""
    chance = random.Random(number)
    for _ in range(times):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            _change(data, chance, seeds)
        yield bytes(data)


def _change(data: bytearray, chance: random.Random, seeds: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 2, 4, 16)))
    match chance.randrange(6):
        case 0:
            data[at:end] = chance.randbytes(end - at)
        case 1:
            del data[at:end]
        case 2:
            data[at:at] = chance.choice(_EDGES)
        case 3:
            data[at:at] = data[at:end] * chance.choice((2, 30))
        case 4:
            other = chance.choice(seeds)
            data[at:] = other[chance.randrange(len(other)) :]
        case _:
            if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
