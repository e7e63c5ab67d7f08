# SPDX-License-Identifier: Apache-2.0
"""The HEX/BCD body of a report: identifier groups and elements, clause 6.6.3."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from anshu.wire.base import Observation, Quality, bcd_digits, bcd_time, refuse
from anshu.wire.sl651.elements import ELEMENTS, GATE_STATES, PER_GATE, Element, alarm_flags, status_flags

_LAYOUT = "6.6.3.2 表26"
_VALUES = "6.6.3.3"
_SCALE = tuple(10**n for n in range(8))
_FIVE_MINUTES = timedelta(minutes=5)
FILLS = frozenset({"a", "f"})  # F by 6.6.4.4 d; A is what field stations send

Value = tuple[float | None, Quality]


class Walk:
    """Carry what earlier groups of a body mean for the later ones."""

    __slots__ = ("alarms", "gate", "observed", "observed_at", "parameters", "payload", "station_class", "thing")

    def __init__(self, thing: str, observed_at: datetime | None = None) -> None:
        self.thing = thing
        self.observed_at = observed_at  # given beforehand only where the body has no such group
        self.station_class: str | None = None
        self.gate: int | None = None
        self.observed: list[Observation] = []
        self.alarms: list[str] = []
        self.parameters: dict[str, Any] = {}
        self.payload = b""

    def see(self, element: Element, value: float | None, quality: Quality, at: datetime) -> None:
        """Note one value."""
        name, unit = element.property, element.unit
        if value is not None:
            name, unit = self._adjusted(element, value)
        if self.gate is not None and element.code in PER_GATE:
            name = f"{name}_{self.gate}"
        self.observed.append(Observation(self.thing, name, at, value, unit, quality))

    def _adjusted(self, element: Element, value: float) -> tuple[str, str]:
        if element.code == 0x09 and value in GATE_STATES:
            return "gate_state", "1"
        if element.code == 0x0A:
            self.gate = int(value)
        elif element.form == "status":
            self.alarms.extend(alarm_flags(int(value)))
            self.parameters["status"] = status_flags(int(value))
        return element.property, element.unit


def is_fill(digits: str) -> bool:
    """Tell data that stands for no data: nothing but A or nothing but F, or no byte at all."""
    return not digits or (digits[0] in FILLS and digits == digits[0] * len(digits))


def bcd_value(digits: str, decimals: int, offset: int) -> Value:
    """Read one number, 6.6.3.3 a: BCD without its point, the first byte FF when negative."""
    if digits.isdecimal():
        return int(digits) / _SCALE[decimals], "good"
    if is_fill(digits):
        return None, "missing"
    if digits[:2] == "ff":
        return -bcd_digits(digits[2:], offset + 1, _VALUES) / _SCALE[decimals], "good"
    refuse("bad_bcd", offset, _VALUES, raw=digits.upper())


def duration_value(digits: str, decimals: int, offset: int) -> Value:
    """Read HH.mm, or HH alone when it is whole hours (E.1.2.3), in minutes."""
    if is_fill(digits):
        return None, "missing"
    number = bcd_digits(digits, offset, _VALUES)
    hours, minutes = divmod(number, 100) if decimals == 2 else (number, 0)
    if decimals not in (0, 2) or minutes > 59:
        refuse("bad_duration", offset, "附录E E.1.2.3", raw=digits.upper())
    return float(hours * 60 + minutes), "good"


def status_value(digits: str, decimals: int, offset: int) -> Value:
    """Read the status word, table 58."""
    return (None, "missing") if is_fill(digits) else (float(int(digits, 16)), "good")


def series_values(digits: str, element: Element, offset: int) -> list[Value]:
    """Read the groups of an hour's series: one or two bytes of plain binary each, all ones for no data."""
    width = 2 if element.form == "series_1" else 4
    if not digits or len(digits) % width:
        refuse("bad_series", offset, "附录C 表C.1", length=len(digits) // 2)
    scale = _SCALE[element.decimals]
    return [
        (None, "missing") if group == "f" * width else (int(group, 16) / scale, "good")
        for group in (digits[i : i + width] for i in range(0, len(digits), width))
    ]


READERS: dict[str, Callable[[str, int, int], Value]] = {
    "bcd": bcd_value,
    "duration": duration_value,
    "status": status_value,
}


def unlisted(code: int, extension: int | None = None) -> Element:
    """Name an element that the standard leaves to others: 76H to EFH reserved, FFxxH the user's own."""
    name = f"custom_ff{extension:02x}" if extension is not None else f"reserved_{code:02x}"
    return Element(code, name, name, "1", "用户自定义要素" if extension is not None else "保留要素", 0)


def read_elements(body: bytes, start: int, base: int, walk: Walk, *, classed: bool) -> None:
    """Read every group from `start` on into `walk`; `base` is the body's offset in the frame."""
    digits, pos, end = body.hex(), start, len(body)
    while pos < end:
        code = body[pos]
        if code == 0xF0:
            walk.observed_at = _guided_time(body, digits, pos, base)
            pos += 7
        elif code == 0xF1:
            pos = _guided_station(body, digits, pos, base, walk, classed)
        elif code in _REST:
            _take_rest(body, pos, base, walk)
            return
        elif code == 0x04:
            _read_uniform(body, digits, pos, base, walk)
            return
        else:
            pos = _read_element(body, digits, pos, base, walk)


def _need(body: bytes, pos: int, count: int, base: int) -> None:
    left = len(body) - pos
    if left < count:
        refuse("overrun", base + pos, _LAYOUT, code=f"{body[pos]:02X}H", needed=count, left=left)


def _defined(body: bytes, pos: int, expected: int, base: int) -> None:
    _need(body, pos, 2, base)
    if body[pos + 1] != expected:
        refuse(
            "bad_identifier",
            base + pos + 1,
            "附录C 表C.1 注a-f",
            found=f"{body[pos + 1]:02X}H",
            expected=f"{expected:02X}H",
        )


def _guided_time(body: bytes, digits: str, pos: int, base: int) -> datetime:
    _defined(body, pos, 0xF0, base)
    _need(body, pos, 7, base)
    return bcd_time(digits[2 * pos + 4 : 2 * pos + 14], base + pos + 2, "6.6.2.8")


def _guided_station(body: bytes, digits: str, pos: int, base: int, walk: Walk, classed: bool) -> int:
    _defined(body, pos, 0xF1, base)
    _need(body, pos, 7, base)
    walk.thing = digits[2 * pos + 4 : 2 * pos + 14].upper()
    walk.gate = None
    pos += 7
    # 6.6.2.6: address and class are one group. Some stations leave the class out before the time.
    if not classed or body[pos : pos + 2] == b"\xf0\xf0":
        return pos
    if pos < len(body):
        walk.station_class = chr(body[pos]) if 0x21 <= body[pos] < 0x7F else f"{body[pos]:02X}H"
    return pos + 1


# Table C.1 notes c, d, f: what follows to the end of the body is theirs.
_REST = {0xF2: (0xF2, "manual"), 0xF3: (0xF3, "picture"), 0xFD: (0xF6, "velocities")}


def _take_rest(body: bytes, pos: int, base: int, walk: Walk) -> None:
    definition, name = _REST[body[pos]]
    _defined(body, pos, definition, base)
    rest = body[pos + 2 :]
    if name == "picture":
        walk.payload = rest
    elif name == "manual":
        walk.parameters["manual"] = rest.decode("ascii", "backslashreplace").strip()
    else:
        walk.parameters[name] = rest.hex().upper()


def _identify(body: bytes, pos: int, base: int) -> tuple[Element, int, int, int]:
    """Read an identifier: its element, bytes of data, decimals, and where the data begins."""
    code = body[pos]
    _need(body, pos, 3 if code == 0xFF else 2, base)
    element = ELEMENTS.get(code)
    at = pos + 1
    if element is None:
        if code == 0xFF:
            element, at = unlisted(code, body[at]), pos + 2
        elif 0x76 <= code <= 0xEF:
            element = unlisted(code)
        else:
            refuse("unknown_element", base + pos, "附录C 表C.1", code=f"{code:02X}H")
    definition = body[at]
    return element, definition >> 3, definition & 7, at + 1


def _read_element(body: bytes, digits: str, pos: int, base: int, walk: Walk) -> int:
    element, size, decimals, at = _identify(body, pos, base)
    end = at + size
    if end > len(body):
        refuse(
            "overrun",
            base + pos,
            _LAYOUT,
            code=f"{element.code:02X}H",
            needed=size,
            left=len(body) - at,
        )
    if walk.observed_at is None:
        refuse("no_observation_time", base + pos, "6.6.2.11", code=f"{element.code:02X}H")
    data = digits[2 * at : 2 * end]
    if element.form in ("series_1", "series_2"):
        _see_series(series_values(data, element, base + at), element, walk, _FIVE_MINUTES)
        return end
    walk.see(element, *_single(element, data, decimals, base + at), walk.observed_at)
    return end


def _single(element: Element, data: str, decimals: int, offset: int) -> Value:
    if element.digits == 0 and not (data.isdecimal() or is_fill(data) or data[:2] == "ff"):
        return None, "suspect"  # not the standard's element: it may well not be BCD
    if element.digits == 0 and data[:2] == "ff" and not (is_fill(data) or data[2:].isdecimal()):
        return None, "suspect"
    return READERS[element.form](data, decimals, offset)


def _see_series(values: list[Value], element: Element, walk: Walk, step: timedelta) -> None:
    """Note values at equal steps: the guide's time is that of the first one (6.6.2.8 d, table 36)."""
    at = walk.observed_at
    if at is None:
        refuse("no_observation_time", 0, "6.6.2.11", code=f"{element.code:02X}H")
    for value, quality in values:
        walk.see(element, value, quality, at)
        at += step


def read_step(digits: str, offset: int) -> timedelta:
    """Read a time step of days, hours and minutes, table C.3; zero announces an hour's series."""
    number = bcd_digits(digits, offset, "附录C 表C.3")
    days, hours, minutes = number // 10000, number // 100 % 100, number % 100
    if days > 31 or hours > 23 or minutes > 59 or sum(map(bool, (days, hours, minutes))) > 1:
        refuse("bad_step", offset, "附录C 表C.3", raw=digits.upper())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _read_uniform(body: bytes, digits: str, pos: int, base: int, walk: Walk) -> None:
    """Read a step, one identifier, and data groups to the end of the body (6.6.4.4)."""
    _defined(body, pos, 0x18, base)
    _need(body, pos, 5, base)
    step = read_step(digits[2 * pos + 4 : 2 * pos + 10], base + pos + 2)
    pos += 5
    if pos >= len(body):
        return
    element, size, decimals, at = _identify(body, pos, base)
    if walk.observed_at is None:
        refuse("no_observation_time", base + pos, "6.6.2.11", code=f"{element.code:02X}H")
    if size == 0 or at == len(body) or (len(body) - at) % size:
        refuse("bad_series", base + at, "6.6.4.4", length=len(body) - at)
    data = digits[2 * at :]
    if element.form in ("series_1", "series_2"):
        _see_series(series_values(data, element, base + at), element, walk, step or _FIVE_MINUTES)
        return
    groups = (data[i : i + 2 * size] for i in range(0, len(data), 2 * size))
    values = [_single(element, group, decimals, base + at + n * size) for n, group in enumerate(groups)]
    _see_series(values, element, walk, step)
