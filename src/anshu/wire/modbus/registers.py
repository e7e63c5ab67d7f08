# SPDX-License-Identifier: Apache-2.0
"""Registers: what is asked in one request, and what the words that come back are worth."""

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from anshu.wire.base import Observation, Quality

# Modbus application protocol V1.1b3, 6.1 and 6.3: most that one request may ask for
MOST_WORDS = 125
MOST_BITS = 2_000


@dataclass(frozen=True, slots=True)
class Type:
    """How many registers a number takes, and how it is written in them, high byte first."""

    words: int
    code: str


TYPES: dict[str, Type] = {
    "uint16": Type(1, ">H"),
    "int16": Type(1, ">h"),
    "uint32": Type(2, ">I"),
    "int32": Type(2, ">i"),
    "uint64": Type(4, ">Q"),
    "int64": Type(4, ">q"),
    "float32": Type(2, ">f"),
    "float64": Type(4, ">d"),
    "bcd16": Type(1, "bcd"),
    "bcd32": Type(2, "bcd"),
    "bool": Type(1, "bit"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One value of a device: value = raw * scale + offset. `address` counts from 0, as the wire does."""

    function: int = 3
    address: int
    kind: str = "uint16"
    bit: int = 0
    low_word_first: bool = False
    low_byte_first: bool = False
    scale: float = 1.0
    offset: float = 0.0
    property: str
    unit: str = "1"
    # Whose it is behind a gateway; empty for the device itself.
    thing: str = ""
    missing: tuple[float, ...] = ()

    def width(self) -> int:
        """Count the registers, or coils, it takes."""
        return TYPES[self.kind].words

    def raw(self, words: Sequence[int]) -> float | None:
        """Read the number that stands in its registers; None for what is no number."""
        code = TYPES[self.kind].code
        if code == "bit":
            return float(words[0] >> self.bit & 1 if self.function > 2 else words[0] & 1)
        order: Literal["little", "big"] = "little" if self.low_byte_first else "big"
        parts = [word.to_bytes(2, order) for word in words]
        data = b"".join(reversed(parts) if self.low_word_first else parts)
        if code == "bcd":
            digits = data.hex()
            return float(digits) if digits.isdecimal() else None
        number: float = struct.unpack(code, data)[0]
        return number if math.isfinite(number) else None

    def value(self, words: Sequence[int]) -> float | None:
        """Give the value in its unit; None where the device has none."""
        raw = self.raw(words)
        # A code written in decimals is not the same number again once it went through 32 bits.
        tolerance = 1e-6 if self.kind == "float32" else 0.0
        if raw is None or any(math.isclose(raw, code, rel_tol=tolerance) for code in self.missing):
            return None
        value = raw * self.scale + self.offset if self.kind != "bool" else raw
        # A tenth of 251 is 25.1, not 25.1 and a crumb; a double holds fifteen digits.
        value = float(f"{value:.15g}")
        return value if math.isfinite(value) else None

    def as_json(self) -> dict[str, Any]:
        """Give the register as settings have it."""
        return {
            "function": self.function,
            "address": self.address,
            "type": self.kind,
            "bit": self.bit,
            "word_order": "low_first" if self.low_word_first else "high_first",
            "byte_order": "low_first" if self.low_byte_first else "high_first",
            "scale": self.scale,
            "offset": self.offset,
            "property": self.property,
            "unit": self.unit,
            "thing": self.thing,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a device: so many registers or coils from an address on."""

    function: int
    address: int
    count: int

    @property
    def end(self) -> int:
        """Name the first address after it."""
        return self.address + self.count


class Plan:
    """As few requests for some registers as the protocol and the gap allow, and how to read what comes back."""

    def __init__(self, registers: Iterable[Register], gap: int = 0) -> None:
        self.requests: list[Request] = []
        self._registers = tuple(registers)
        self._request_of: dict[Register, int] = {}
        for each in sorted(self._registers, key=lambda each: (each.function, each.address, each.width())):
            self._add(each, gap)
            self._request_of[each] = len(self.requests) - 1

    def _add(self, register: Register, gap: int) -> None:
        last = self.requests[-1] if self.requests else None
        if last is not None and last.function == register.function and register.address <= last.end + gap:
            most = MOST_BITS if last.function <= 2 else MOST_WORDS
            count = max(last.end, register.address + register.width()) - last.address
            if count <= most:
                self.requests[-1] = Request(last.function, last.address, count)
                return
        self.requests.append(Request(register.function, register.address, register.width()))

    def observed(self, answers: Mapping[Request, Sequence[int]], address: str, at: datetime) -> list[Observation]:
        """Give an observation of each register that an answer covers; one that no answer covers gives none."""
        out: list[Observation] = []
        for each in self._registers:
            request = self.requests[self._request_of[each]]
            start = each.address - request.address
            words = answers.get(request, ())[start : start + each.width()]
            if len(words) < each.width():
                continue
            value = each.value(words)
            quality: Quality = "good" if value is not None else "missing"
            out.append(Observation(each.thing or address, each.property, at, value, each.unit, quality))
        return out
