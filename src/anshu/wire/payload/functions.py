# SPDX-License-Identifier: Apache-2.0
"""Functions an expression may call. Each is total: nonsense in, None out; each costs a bounded time."""

import binascii
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal

from anshu.wire.base import crc16_modbus
from anshu.wire.payload import limits
from anshu.wire.payload.machine import State, Value, text_of, tidy
from anshu.wire.payload.operators import bounded, number, whole

Function = Callable[[State, Sequence[Value]], Value]
Curve = tuple[tuple[float, ...], tuple[float, ...]]

_ZONE_HOURS = 14
# From here on a double has no fraction.
_ALL_WHOLE = 2.0**53
# Digits enough for any double: 309 before the point, and what is asked for behind it.
_EXACT = Context(prec=340)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?\Z")


def _numeric(apply: Callable[..., float]) -> Function:
    def call(_: State, given: Sequence[Value]) -> Value:
        numbers = [number(each) for each in given]
        if any(each is None for each in numbers):
            return None
        try:
            return bounded(apply(*numbers))
        except (ArithmeticError, ValueError, TypeError):
            return None

    return call


def rounded(value: float, places: int) -> float:
    """This will round half away from zero, as people do and makers' own decoders; `places` from -12 to 12."""
    if abs(value) >= _ALL_WHOLE and places >= 0:
        return value
    # A double is written out exactly: what only looks like a half is none.
    found = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    return int(found) if places <= 0 else float(found)


def _round(value: float, digits: float = 0) -> float:
    return rounded(value, int(max(-12, min(12, digits))))


def _extreme(choose: Callable[[Sequence[float]], float]) -> Function:
    def call(_: State, given: Sequence[Value]) -> Value:
        present = [each for each in map(number, given) if each is not None]
        return choose(present) if present else None

    return call


def _bits(_: State, given: Sequence[Value]) -> Value:
    value, low, count = (whole(each) for each in given)
    if value is None or low is None or count is None or not (0 <= low <= 128 and 0 <= count <= 128):
        return None
    return (value >> low) & ((1 << count) - 1)


def _signed(_: State, given: Sequence[Value]) -> Value:
    value, count = (whole(each) for each in given)
    if value is None or count is None or not 1 <= count <= 128:
        return None
    value &= (1 << count) - 1
    return value - (1 << count) if value >> (count - 1) else value


def _span(state: State, given: Sequence[Value]) -> bytes | None:
    """This will cut bytes [from, to) out of the payload; a negative bound counts from its end."""
    size = len(state.data)
    bounds = [whole(each) for each in given]
    if any(each is None for each in bounds):
        return None
    first, last = (each + size if each < 0 else each for each in bounds if each is not None)
    if not 0 <= first <= last <= size:
        return None
    state.charge((last - first) // 4)
    return state.data[first:last]


def _integer(little: bool) -> Function:
    def call(state: State, given: Sequence[Value]) -> Value:
        first, count = whole(given[0]), whole(given[1]) if len(given) > 1 else 1
        if first is None or count is None or not 0 <= count <= 16:
            return None
        first += len(state.data) if first < 0 else 0
        if first < 0 or first + count > len(state.data):
            return None
        return int.from_bytes(state.data[first : first + count], "little" if little else "big")

    return call


def _checksum(compute: Callable[[bytes], int]) -> Function:
    def call(state: State, given: Sequence[Value]) -> Value:
        span = _span(state, given)
        return None if span is None else compute(span)

    return call


def _crc16_ccitt(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021H, register preset to FFFFH, not reflected."""
    return binascii.crc_hqx(data, 0xFFFF)


def _crc(state: State, given: Sequence[Value]) -> Value:
    """This will compute any CRC of [from, to): width, polynomial, preset, whether reflected, final exclusive or."""
    span = _span(state, given[:2])
    told = [whole(each) for each in given[2:]] + [0] * (7 - len(given))
    if span is None or any(each is None for each in told):
        return None
    width, polynomial, preset, reflected, final = (each or 0 for each in told)
    if not 8 <= width <= 64:
        return None
    # A bit costs as much as a node of an expression would.
    state.charge(8 * len(span))
    mask, top = (1 << width) - 1, 1 << (width - 1)
    register = preset & mask
    for byte in span:
        register ^= (_reversed(byte, 8) if reflected else byte) << (width - 8)
        for _ in range(8):
            register = (register << 1 ^ polynomial if register & top else register << 1) & mask
    return (_reversed(register, width) if reflected else register) ^ final & mask


def _reversed(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


def _middle(_: State, given: Sequence[Value]) -> Value:
    """This will cut a text: from a character on, so many; a negative start counts from the end."""
    text, start, count = given[0], whole(given[1]), whole(given[2]) if len(given) > 2 else limits.TEXT_CHARACTERS
    if not isinstance(text, str) or start is None or count is None or count < 0:
        return None
    start += len(text) if start < 0 else 0
    return text[start : start + count] if 0 <= start <= len(text) else None


def _has(_: State, given: Sequence[Value]) -> Value:
    text, mark = given
    return mark in text if isinstance(text, str) and isinstance(mark, str) else None


def _cased(change: Callable[[str], str]) -> Function:
    def call(_: State, given: Sequence[Value]) -> Value:
        return change(given[0])[: limits.TEXT_CHARACTERS] if isinstance(given[0], str) else None

    return call


def _xor8(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def _date(_: State, given: Sequence[Value]) -> Value:
    """This will give seconds since 1970 of year, month, day, hour, minute, second, zone in hours."""
    parts = [number(each) for each in given] + [0] * (7 - len(given))
    if any(each is None for each in parts):
        return None
    year, month, day, hour, minute, second, zone = (float(each or 0) for each in parts)
    if abs(zone) > _ZONE_HOURS:
        return None
    try:
        start = datetime(
            int(year), int(month), int(day), int(hour), int(minute), tzinfo=timezone(timedelta(hours=zone))
        )
        return start.timestamp() + second
    except (ValueError, OverflowError):
        return None


def _iso(_: State, given: Sequence[Value]) -> Value:
    return seconds_of_text(given[0]) if isinstance(given[0], str) else None


def seconds_of_text(text: str) -> float | None:
    """This will read an ISO 8601 time, in UTC when it names no zone; None when it is not one."""
    try:
        moment = datetime.fromisoformat(text[:40])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def number_of_text(text: str) -> int | float | None:
    """This will read a decimal number out of a text; None when it is not one."""
    match = _DECIMAL.match(text.strip()[:60])
    if match is None:
        return None
    return bounded(float(match[0]) if match[1] or match[2] else int(match[0]))


def _number(_: State, given: Sequence[Value]) -> Value:
    return number_of_text(given[0]) if isinstance(given[0], str) else given[0]


def _part(_: State, given: Sequence[Value]) -> Value:
    """This will give the n-th piece of a text cut at a separator, counted from 0."""
    text, separator, index = given[0], given[1], whole(given[2])
    if not isinstance(text, str) or not isinstance(separator, str) or not separator or index is None:
        return None
    pieces = text.split(separator)
    return pieces[index].strip() if -len(pieces) <= index < len(pieces) else None


def _after(_: State, given: Sequence[Value]) -> Value:
    text, mark = given
    if not isinstance(text, str) or not isinstance(mark, str):
        return None
    _before, found, rest = text.partition(mark)
    return rest if found else None


def _hexadecimal(_: State, given: Sequence[Value]) -> Value:
    value, digits = whole(given[0]), whole(given[1]) if len(given) > 1 else 0
    return None if value is None or digits is None or not 0 <= digits <= 32 else f"{value:0{digits}x}"


def _text(_: State, given: Sequence[Value]) -> Value:
    return text_of(given[0])


def _length(_: State, given: Sequence[Value]) -> Value:
    return len(given[0]) if isinstance(given[0], str) else None


def _first_present(_: State, given: Sequence[Value]) -> Value:
    return next((each for each in given if each is not None), None)


def _is_missing(_: State, given: Sequence[Value]) -> Value:
    return given[0] is None


def _clamp(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))


def _truncate(value: float) -> int:
    return math.trunc(value)


def along(curve: Curve, value: Value) -> float | None:
    """This will interpolate on a piecewise linear curve, holding its ends."""
    x = number(value)
    if x is None:
        return None
    xs, ys = curve
    right = bisect_right(xs, x)
    if right == 0:
        return ys[0]
    if right == len(xs):
        return ys[-1]
    share = (x - xs[right - 1]) / (xs[right] - xs[right - 1])
    found = tidy(ys[right - 1] + share * (ys[right] - ys[right - 1]))
    return found if isinstance(found, float) else None


# name -> (fewest arguments, most arguments, function)
FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "abs": (1, 1, _numeric(abs)),
    "acos": (1, 1, _numeric(math.acos)),
    "after": (2, 2, _after),
    "asin": (1, 1, _numeric(math.asin)),
    "atan": (1, 1, _numeric(math.atan)),
    "atan2": (2, 2, _numeric(math.atan2)),
    "be": (1, 2, _integer(little=False)),
    "bits": (3, 3, _bits),
    "ceil": (1, 1, _numeric(math.ceil)),
    "clamp": (3, 3, _numeric(_clamp)),
    "cos": (1, 1, _numeric(math.cos)),
    "crc": (4, 7, _crc),
    "crc16_ccitt": (2, 2, _checksum(_crc16_ccitt)),
    "crc16_modbus": (2, 2, _checksum(crc16_modbus)),
    "date": (3, 7, _date),
    "exp": (1, 1, _numeric(math.exp)),
    "first": (1, 16, _first_present),
    "floor": (1, 1, _numeric(math.floor)),
    "has": (2, 2, _has),
    "hex": (1, 2, _hexadecimal),
    "int": (1, 1, _numeric(_truncate)),
    "iso": (1, 1, _iso),
    "le": (1, 2, _integer(little=True)),
    "len": (1, 1, _length),
    "ln": (1, 1, _numeric(math.log)),
    "log10": (1, 1, _numeric(math.log10)),
    "lower": (1, 1, _cased(str.lower)),
    "max": (1, 16, _extreme(max)),
    "mid": (2, 3, _middle),
    "min": (1, 16, _extreme(min)),
    "missing": (1, 1, _is_missing),
    "number": (1, 1, _number),
    "part": (3, 3, _part),
    "round": (1, 2, _numeric(_round)),
    "signed": (2, 2, _signed),
    "sin": (1, 1, _numeric(math.sin)),
    "sqrt": (1, 1, _numeric(math.sqrt)),
    "sum8": (2, 2, _checksum(lambda data: sum(data) & 0xFF)),
    "tan": (1, 1, _numeric(math.tan)),
    "text": (1, 1, _text),
    "upper": (1, 1, _cased(str.upper)),
    "xor8": (2, 2, _checksum(_xor8)),
}
