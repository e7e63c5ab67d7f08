# SPDX-License-Identifier: Apache-2.0
"""Messages out of frames, clause 6.6.4."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from anshu.wire.base import bcd_time, refuse
from anshu.wire.sl651.body import Walk, read_elements, read_step
from anshu.wire.sl651.framing import Sl651Frame, parse_frame
from anshu.wire.sl651.messages import FUNCTIONS, PICTURE, USER_FUNCTIONS, Sl651Message
from anshu.wire.sl651.parameters import NAMES, read_parameters
from anshu.wire.sl651.text import read_text

_SERIAL = re.compile("[0-9a-f]{4}")
_HEAD = 8  # tables 24, 25: serial 2, send time 6
_TEXT_HEAD = 16  # 6.6.2.1: the same in characters, no space after them


def decode_frame(raw: bytes) -> Sl651Message:
    """Decode exactly one frame; raise Refused with reason, byte offset and clause."""
    return decode(parse_frame(raw))


def decode(frame: Sl651Frame) -> Sl651Message:
    """Decode a frame that a stream decoder gave; raise Refused."""
    kind = kind_of(frame)
    if frame.total > 1 and frame.direction == "up":
        return _decode_part(frame, kind)
    return decode_body(frame, frame.body, frame.body_offset)


def kind_of(frame: Sl651Frame) -> str:
    """Name the kind of a message; raise Refused for a function the standard reserves."""
    known = FUNCTIONS.get(frame.function)
    if known:
        return known[0]
    if frame.function in USER_FUNCTIONS:
        return f"user_{frame.function:02x}"
    refuse(
        "unknown_function",
        17 if frame.encoding == "ascii" else 10,
        "附录B 表B.1",
        code=f"{frame.function:02X}H",
    )


def decode_body(frame: Sl651Frame, body: bytes, base: int) -> Sl651Message:
    """Decode a whole body, of this frame or put together from packets; raise Refused."""
    kind = kind_of(frame)
    serial, sent_at = _head(frame, body, base)
    start = _TEXT_HEAD if frame.encoding == "ascii" else _HEAD
    walk = Walk(frame.station)
    if frame.direction == "down":
        _read_command(frame, body, start, base, walk)
    elif frame.encoding == "ascii":
        _read_ascii(frame, body, start, base, walk, sent_at)
    else:
        _UPLINKS.get(frame.function, _raw_up)(body, start, base, walk, sent_at)
    if frame.function == PICTURE and walk.payload:
        walk.parameters["picture"] = picture_facts(walk.payload)
    message = _message(frame, kind, walk)
    return replace(message, serial=serial, sent_at=sent_at)


def _message(frame: Sl651Frame, kind: str, walk: Walk) -> Sl651Message:
    if frame.station[:2] != "00":
        walk.parameters.setdefault("address", address_parts(frame.station))
    return Sl651Message(
        protocol="sl651",
        thing=frame.station,
        kind=kind,
        direction=frame.direction,
        observations=tuple(walk.observed),
        parameters=walk.parameters,
        encoding=frame.encoding,
        function=frame.function,
        center=frame.center,
        password=frame.password,
        end=frame.end,
        station_class=walk.station_class,
        total=frame.total,
        index=frame.index,
        alarms=tuple(walk.alarms),
        payload=walk.payload,
    )


def address_parts(station: str) -> dict[str, Any]:
    """Split an address that is not hydrological (6.2.3.2 b): GB/T 2260 division, then a binary number."""
    number = int(station[6:], 16)
    return {"division": station[:6], "number": number, "code": f"{station[:6]}{number:06d}"}


def picture_facts(picture: bytes) -> dict[str, Any]:
    """Describe a picture without carrying it: size, whether it is a whole JPEG, SHA-256."""
    whole = picture.startswith(b"\xff\xd8") and picture.rstrip(b"\x00").endswith(b"\xff\xd9")
    return {"bytes": len(picture), "whole_jpeg": whole, "sha256": hashlib.sha256(picture).hexdigest()}


def _head(frame: Sl651Frame, body: bytes, base: int) -> tuple[int, datetime]:
    head = _TEXT_HEAD if frame.encoding == "ascii" else _HEAD
    clause = "6.6.1 表24" if frame.direction == "up" else "6.6.1 表25"
    if len(body) < head:
        refuse("truncated", base + len(body), clause, expected=head, found=len(body))
    digits = body[:head].hex()
    if frame.encoding == "ascii":
        digits = body[:head].decode("latin-1").lower()
    if not _SERIAL.match(digits):
        refuse("bad_value", base, "6.6.2.4", raw=repr(digits[:4]))
    return int(digits[:4], 16), bcd_time(digits[4:16], base + head // 4, "6.6.2.5")


def _decode_part(frame: Sl651Frame, kind: str) -> Sl651Message:
    """Read what one packet tells of itself: only the first has serial and time (6.6.2.4)."""
    walk = Walk(frame.station)
    walk.payload = frame.body
    walk.parameters["bytes"] = len(frame.body)
    message = _message(frame, kind, walk)
    if frame.index > 1:
        return message
    serial, sent_at = _head(frame, frame.body, frame.body_offset)
    return replace(message, serial=serial, sent_at=sent_at)


Reader = Callable[[bytes, int, int, Walk, datetime], None]


def _report(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    read_elements(body, start, base, walk, classed=True)


def _addressed(body: bytes, start: int, base: int, walk: Walk) -> int:
    """Read the station's address group that opens the answers of 40H to 51H."""
    if body[start : start + 2] != b"\xf1\xf1" or len(body) < start + 7:
        found = body[start : start + 2].hex().upper()
        refuse("bad_identifier", base + start, "6.6.1 表24", found=found, expected="F1F1H")
    walk.thing = body[start + 2 : start + 7].hex().upper()
    return start + 7


def _settings(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    walk.parameters |= read_parameters(body, _addressed(body, start, base, walk), base)


def _status(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    # Tables 60 and 70 have no observation time: the state is that of sending.
    walk.observed_at = sent_at
    read_elements(body, start, base, walk, classed=False)


def _version(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    at = _addressed(body, start, base, walk)
    size = body[at] if at < len(body) else 0
    if at + 1 + size > len(body) or at >= len(body):
        refuse("overrun", base + at, "表57", code="45H", needed=size + 1, left=len(body) - at)
    walk.parameters["version"] = body[at + 1 : at + 1 + size].decode("gb18030", "replace")


def _switches(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    """Read open and closed states, tables 71 and 74: a count of bytes, then a bit for each."""
    at = _addressed(body, start, base, walk)
    if at >= len(body) or at + 1 + body[at] > len(body):
        refuse("overrun", base + at, "表71、表74", code="4CH", needed=1, left=len(body) - at)
    states = int.from_bytes(body[at + 1 : at + 1 + body[at]], "little")
    walk.parameters["on"] = [n + 1 for n in range(8 * body[at]) if states >> n & 1]


def _gates(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    """Read table 77: a count of gates, a bit for each, then openings in centimetres."""
    at = _addressed(body, start, base, walk)
    count = body[at] if at < len(body) else 0
    bits = (count + 7) // 8
    if at >= len(body) or at + 1 + bits > len(body):
        refuse("overrun", base + at, "表77", code="4EH", needed=1 + bits, left=len(body) - at)
    states = int.from_bytes(body[at + 1 : at + 1 + bits], "little")
    heights = body[at + 1 + bits :].hex()
    walk.parameters["open"] = [n + 1 for n in range(count) if states >> n & 1]
    walk.parameters["openings_cm"] = [
        int(h) if h.isdecimal() else None for h in (heights[i : i + 4] for i in range(0, 4 * count, 4)) if h
    ]


def _events(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    """Read the counts ERC1 to ERC32, table 82."""
    counts = body[_addressed(body, start, base, walk) :]
    if len(counts) != 64:
        refuse("truncated", base + len(body), "表84", expected=64, found=len(counts))
    walk.parameters["events"] = {f"ERC{n + 1}": int.from_bytes(counts[2 * n : 2 * n + 2], "big") for n in range(32)}


def _volume_control(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    rest = body[_addressed(body, start, base, walk) :]
    if rest not in (b"\xff", b"\x00"):
        refuse("bad_value", base + len(body) - len(rest), "表81", raw=rest.hex().upper())
    walk.parameters["volume_control"] = rest == b"\xff"


def _address_only(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    _keep_raw(body, _addressed(body, start, base, walk), walk)


def _nothing(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    """Read nothing: a heartbeat ends with its time (table 27)."""
    _keep_raw(body, start, walk)


def _raw_up(body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    _keep_raw(body, start, walk)


def _keep_raw(body: bytes, start: int, walk: Walk) -> None:
    if start < len(body):
        walk.parameters["raw"] = body[start:].hex().upper()


_UPLINKS: dict[int, Reader] = {
    0x2F: _nothing,
    **dict.fromkeys((*range(0x30, 0x3B), 0x44), _report),
    **dict.fromkeys((0x40, 0x41, 0x42, 0x43, 0x49), _settings),
    0x45: _version,
    **dict.fromkeys((0x46, 0x4B), _status),
    **dict.fromkeys((0x47, 0x48, 0x4A, 0x51), _address_only),
    **dict.fromkeys((0x4C, 0x4D), _switches),
    0x4E: _gates,
    0x4F: _volume_control,
    0x50: _events,
}
_ASCII_REPORTS = frozenset({*range(0x30, 0x3B), 0x44, 0x46})


def _read_ascii(frame: Sl651Frame, body: bytes, start: int, base: int, walk: Walk, sent_at: datetime) -> None:
    if frame.function in _ASCII_REPORTS:
        if frame.function == 0x46:
            walk.observed_at = sent_at
        read_text(body, start, base, walk, classed=frame.function != 0x46)
    elif body[start:].strip():
        walk.parameters["text"] = body[start:].decode("ascii", "backslashreplace").strip()


def _read_command(frame: Sl651Frame, body: bytes, start: int, base: int, walk: Walk) -> None:
    """Read what a centre asks: hours and step for 38H (table 44), settings for 40H and 42H."""
    if start >= len(body):
        return
    if frame.encoding == "ascii":
        walk.parameters["text"] = body[start:].decode("ascii", "backslashreplace").strip()
    elif frame.function == 0x38:
        _read_period(body, start, base, walk)
    elif frame.function in (0x40, 0x42):
        walk.parameters |= read_parameters(body, start, base)
    elif frame.function in (0x41, 0x43):
        walk.parameters["wanted"] = [NAMES.get(c, f"{c:02X}") for c in body[start::2]]
    else:
        _keep_raw(body, start, walk)


def _read_period(body: bytes, start: int, base: int, walk: Walk) -> None:
    digits = body[start:].hex()
    if len(digits) < 26:
        refuse("truncated", base + len(body), "表44", expected=start + 13, found=len(body))
    walk.parameters["from_at"] = bcd_time(digits[:8] + "00", base + start, "表44").isoformat()
    walk.parameters["to_at"] = bcd_time(digits[8:16] + "00", base + start + 4, "表44").isoformat()
    step = read_step(digits[20:26], base + start + 10)
    walk.parameters["step_min"] = int(step.total_seconds() // 60)
    walk.parameters["wanted"] = [digits[i : i + 4].upper() for i in range(26, len(digits), 4)]
