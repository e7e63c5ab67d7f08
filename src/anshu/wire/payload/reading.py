# SPDX-License-Identifier: Apache-2.0
"""The data types a field of the payload may have, and how each is read at the cursor."""

import re
import struct
from collections.abc import Callable
from typing import Any

from anshu.wire.payload import limits
from anshu.wire.payload.building import Builder
from anshu.wire.payload.machine import Expression, State, Value, tidy
from anshu.wire.payload.operators import whole

Reader = Callable[[State], Value]

_TYPE = re.compile(r"(u|i|sm|f|bcd|hex|text|uvar|ivar)(\d{0,4})(be|le|cdab|badc)?\Z")
_FLOATS = {16: ">e", 32: ">f", 64: ">d"}
_MOST_BITS = 64
_VARINT_BYTES = 10
_ENCODINGS = ("utf-8", "ascii", "gbk", "latin-1")

TYPE_KEYS = frozenset({"length", "until", "encoding"})


def reader(builder: Builder, path: str, given: Any, options: dict[str, Any]) -> Reader:
    """This will build the reader of one type: u8, i16le, u12, f32cdab, bcd4, hex6, text with a length, uvar."""
    match = _TYPE.match(given) if isinstance(given, str) else None
    if match is None:
        builder.problem(path, "config_unknown_type", found=given)
        return lambda _: None
    kind, digits, order = match[1], match[2], match[3]
    little = builder.little if order is None else order == "le"
    if kind in ("hex", "text"):
        return _blob(builder, path, kind, digits, order == "le", options)
    for key in TYPE_KEYS & options.keys():
        builder.problem(path, "config_unknown_key", key=key)
    if kind in ("uvar", "ivar"):
        return _varint(zigzag=kind == "ivar")
    size = int(digits or 0)
    if kind == "bcd":
        return _bcd(builder.integer(path, size, 1, 32), order == "le")
    if kind == "f":
        return _float(builder, path, size, little, order)
    size = builder.integer(path, size, 1, _MOST_BITS)
    take = _ordered(builder, path, size, little, order)
    if kind == "u":
        return take
    return _twos_complement(take, size) if kind == "i" else _sign_magnitude(take, size)


def _ordered(builder: Builder, path: str, size: int, little: bool, order: str | None) -> Callable[[State], int]:
    if order not in ("cdab", "badc"):
        return lambda state: state.take(size, little)
    if size % 32:
        builder.problem(path, "config_unknown_type", found=order)

    def take(state: State) -> int:
        raw = state.take(size, little=False).to_bytes(size // 8, "big")
        pairs = [raw[i : i + 2] for i in range(0, len(raw), 2)]
        ordered = pairs[::-1] if order == "cdab" else [pair[::-1] for pair in pairs]
        return int.from_bytes(b"".join(ordered), "big")

    return take


def _twos_complement(take: Callable[[State], int], size: int) -> Reader:
    half, whole_range = 1 << (size - 1), 1 << size

    def read(state: State) -> Value:
        value = take(state)
        return value - whole_range if value >= half else value

    return read


def _sign_magnitude(take: Callable[[State], int], size: int) -> Reader:
    sign = 1 << (size - 1)

    def read(state: State) -> Value:
        value = take(state)
        return -(value & ~sign) if value & sign else value

    return read


def _float(builder: Builder, path: str, size: int, little: bool, order: str | None) -> Reader:
    if size not in _FLOATS:
        builder.problem(path, "config_unknown_type", found=f"f{size}")
        return lambda _: None
    layout = struct.Struct(_FLOATS[size])
    take = _ordered(builder, path, size, little, order)
    return lambda state: tidy(layout.unpack(take(state).to_bytes(size // 8, "big"))[0])


def _bcd(digits: int, little: bool) -> Reader:
    def read(state: State) -> Value:
        raw = state.take(4 * digits, little)
        text = f"{raw:0{digits}x}"
        if not text.isdecimal():
            state.refuse("bad_bcd", raw=text.upper())
        return int(text)

    return read


def _varint(zigzag: bool) -> Reader:
    """Read base-128 groups, least significant first, as Protocol Buffers writes them."""

    def read(state: State) -> Value:
        value = 0
        for group in range(_VARINT_BYTES):
            byte = state.take(8, little=False)
            value |= (byte & 0x7F) << (7 * group)
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1) if zigzag else value
        state.refuse("bad_value", raw="varint")

    return read


def _blob(builder: Builder, path: str, kind: str, digits: str, little: bool, options: dict[str, Any]) -> Reader:
    encoding = builder.choice(f"{path}.encoding", options.get("encoding", "utf-8"), _ENCODINGS)
    if digits and "length" not in options:
        size: Expression = builder.expression(path, int(digits))
    else:
        size = builder.expression(f"{path}.length", options.get("length", "left"))

    until = builder.integer(f"{path}.until", options["until"], 0, 255) if "until" in options else None
    mark = None if until is None else bytes([until])

    def read(state: State) -> Value:
        count = _marked(state, mark) if mark is not None else whole(size(state))
        if count is None or count < 0:
            state.refuse("bad_length", found=str(count))
        state.charge(count // 8)
        raw = state.take_bytes(count)
        if mark is not None:
            state.position = min(state.end, state.position + 8)
        if kind == "hex":
            return (raw[::-1] if little else raw).hex()[: 2 * limits.TEXT_CHARACTERS]
        return raw.decode(encoding, "replace").partition("\0")[0].strip()[: limits.TEXT_CHARACTERS]

    return read


def _marked(state: State, mark: bytes) -> int:
    """This will count the bytes before a mark, or all that are left where there is none."""
    first, last = state.position + 7 >> 3, state.end >> 3
    state.position = 8 * first
    state.charge((last - first) // 64 if last > first else 0)
    found = state.data.find(mark, first, last)
    return max(0, (last if found < 0 else found) - first)
