# SPDX-License-Identifier: Apache-2.0
"""Moves the times inside recorded SL 651 frames, so that an old recording can be played as if it were today's."""

from datetime import datetime, timedelta

from anshu.wire.base import Refused, crc16_modbus
from anshu.wire.sl651 import HEARTBEAT, decode_frame, parse_frame

_REPORTS = range(0x30, 0x3B)
_TO_THE_END = frozenset({0x04, 0xF2, 0xF3, 0xFD})


def newest_time(raw: bytes) -> datetime | None:
    """This will give the newest moment that a frame speaks of; None when it cannot be read."""
    try:
        message = decode_frame(raw)
    except Refused:
        return None
    moments = [each.time for each in message.observations]
    return max([*moments, *([message.sent_at] if message.sent_at else [])], default=None)


def retimed(raw: bytes, by: timedelta) -> bytes:
    """This will move the send time and every observation time of a HEX report, its checksum made anew.

    Frames of other kinds, and what is not a frame, come back as they are.
    """
    try:
        frame = parse_frame(raw)
    except Refused:
        return raw
    single = frame.encoding == "hex" and frame.direction == "up" and frame.total == 0
    if not single or (frame.function not in _REPORTS and frame.function != HEARTBEAT):
        return raw
    body = bytearray(frame.body)
    _move(body, 2, "%y%m%d%H%M%S", by)
    for at in _time_places(frame.body) if frame.function != HEARTBEAT else ():
        _move(body, at, "%y%m%d%H%M", by)
    moved = raw[: frame.body_offset] + bytes(body) + raw[frame.body_offset + len(body) : -2]
    return moved + crc16_modbus(moved).to_bytes(2, "big")


def _time_places(body: bytes) -> list[int]:
    """This will find where the observation times stand, group by group (6.6.2.8, 6.6.3.2)."""
    places, at = [], 8
    while at + 2 <= len(body) and body[at] not in _TO_THE_END:
        if body[at : at + 2] == b"\xf0\xf0":
            places.append(at + 2)
            at += 7
        elif body[at : at + 2] == b"\xf1\xf1":
            at += 7 if body[at + 7 : at + 9] == b"\xf0\xf0" else 8
        else:
            wide = body[at] == 0xFF
            at += (3 if wide else 2) + (body[at + 1 + wide] >> 3)
    return places


def _move(body: bytearray, at: int, form: str, by: timedelta) -> None:
    size = len(form) // 2
    moved = datetime.strptime(body[at : at + size].hex(), form) + by  # noqa: DTZ007  Beijing time on both sides
    body[at : at + size] = bytes.fromhex(moved.strftime(form))
