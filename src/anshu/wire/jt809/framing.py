# SPDX-License-Identifier: Apache-2.0
"""Frames of JT/T 809: marks, escapes, CRC, header of 2011 (clause 4.4) and 2019, and the body's encryption."""

import re
from binascii import crc_hqx
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anshu.wire.base import CHINA, Frame, refuse
from anshu.wire.base.results import Direction

BEGIN, END = 0x5B, 0x5D
_BEGIN, _END = b"\x5b", b"\x5d"
HEADER = 22  # 2011; 2019 adds the time of sending, 8 bytes
# The length field has four bytes; a photograph is the longest thing a platform sends.
MAX_FRAME = 128 * 1024
_ESCAPES = {b"\x5a\x01": b"\x5b", b"\x5a\x02": b"\x5a", b"\x5e\x01": b"\x5d", b"\x5e\x02": b"\x5e"}
_WRITTEN = {value: escaped for escaped, value in _ESCAPES.items()}
_ESCAPED = re.compile(rb"[\x5a\x5e][\x01\x02]")
_SPECIAL = re.compile(rb"[\x5a\x5b\x5d\x5e]")
_CLAUSE, _HEAD, _CRC = "4.4.1", "4.4.2", "4.4.4"
# 2000 to 2099 as seconds: a header of 2019 ends with such a time. A body of 2011 begins with a plate or a user number.
_SECONDS = range(946_684_800, 4_102_444_800)


# Answers over the main link: to a login, a logout and a keep-alive (4.5.3).
_ANSWERS = frozenset({0x1002, 0x1004, 0x1006})


@dataclass(frozen=True, slots=True)
class Cipher:
    """The numbers that two platforms agree on (4.5.2): a linear congruential generator of 32 bits."""

    m1: int
    ia1: int
    ic1: int

    def apply(self, data: bytes, key: int) -> bytes:
        """Encrypt or decrypt; both are the same exclusive or."""
        key, modulus = key or 1, self.m1 or 1
        out = bytearray(data)
        for at in range(len(out)):
            key = (self.ia1 * (key % modulus) + self.ic1) & 0xFFFFFFFF
            out[at] ^= key >> 20 & 0xFF
        return bytes(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jt809Frame(Frame):
    """A frame whose marks, length and CRC hold; `body` is as sent, encrypted where `encrypted` says so."""

    message_id: int
    serial: int
    center: int
    version: Literal[2011, 2019]
    protocol_version: str
    encrypted: bool
    key: int
    sent_at: datetime | None = None
    body: bytes
    body_offset: int

    @property
    def direction(self) -> Direction:
        """Tell who sends such a message: 1xxx the platform below, 9xxx and the answers to 1xxx the one above."""
        return "down" if self.message_id & 0x8000 or self.message_id in _ANSWERS else "up"


def unescape(data: bytes) -> bytes:
    """Take the escapes out of what stands between the marks.

    Some platforms write a 5AH or 5EH that is followed by neither 01H nor 02H as it is; the CRC tells whether it was.
    """
    if b"\x5a" not in data and b"\x5e" not in data:
        return data
    return _ESCAPED.sub(lambda found: _ESCAPES[found[0]], data)


def escape(data: bytes) -> bytes:
    """Put escapes in, so that no mark stands in the data."""
    return _SPECIAL.sub(lambda found: _WRITTEN[found[0]], data)


def parse_frame(raw: bytes) -> Jt809Frame:
    """Read exactly one frame with its marks; raise Refused. Offsets count bytes without escapes."""
    if raw[:1] != _BEGIN:
        refuse("bad_start", 0, _CLAUSE, found=raw[:1].hex().upper())
    end = raw.find(_END)
    if end < 0:
        refuse("truncated", len(raw), _CLAUSE, expected=len(raw) + 1, found=len(raw))
    if end + 1 < len(raw):
        refuse("trailing_bytes", end + 1, _CLAUSE, extra=len(raw) - end - 1)
    data = unescape(raw[1:end])
    if len(data) < HEADER + 2:
        refuse("truncated", len(data) + 1, _HEAD, expected=HEADER + 4, found=len(data) + 2)
    found, expected = int.from_bytes(data[-2:], "big"), crc_hqx(data[:-2], 0xFFFF)
    if found != expected:
        refuse("bad_crc", len(data) - 1, _CRC, found=f"{found:04X}H", expected=f"{expected:04X}H")
    length = int.from_bytes(data[:4], "big")
    if length != len(data) + 2:
        refuse("bad_length", 1, _HEAD, found=length)
    return _parse(raw, data)


def _parse(raw: bytes, data: bytes) -> Jt809Frame:
    start, sent_at = HEADER, None
    version: Literal[2011, 2019] = 2011
    # 2019 has eight bytes more, without which nothing tells the years apart: makers write any version number.
    seconds = int.from_bytes(data[HEADER : HEADER + 8], "big") if len(data) >= HEADER + 10 else 0
    if seconds in _SECONDS:
        version, start, sent_at = 2019, HEADER + 8, datetime.fromtimestamp(seconds, CHINA)
    return Jt809Frame(
        raw=raw,
        serial=int.from_bytes(data[4:8], "big"),
        message_id=data[8] << 8 | data[9],
        center=int.from_bytes(data[10:14], "big"),
        protocol_version=f"{data[14]}.{data[15]}.{data[16]}",
        encrypted=data[17] == 1,
        key=int.from_bytes(data[18:22], "big"),
        version=version,
        sent_at=sent_at,
        body=data[start:-2],
        body_offset=start + 1,
    )


def build_frame(
    *,
    message_id: int,
    center: int,
    serial: int,
    body: bytes = b"",
    version: int = 2011,
    sent_at: datetime | None = None,
    cipher: Cipher | None = None,
    key: int = 0,
) -> bytes:
    """Write one frame, encrypted if a cipher is given; raise ValueError for what does not fit."""
    if version == 2019 and sent_at is None:
        raise ValueError("a frame of 2019 needs its time of sending")
    head = (serial & 0xFFFFFFFF).to_bytes(4, "big") + message_id.to_bytes(2, "big") + center.to_bytes(4, "big")
    head += b"\x01\x00\x00" + bytes((cipher is not None,)) + (key if cipher else 0).to_bytes(4, "big")
    if version == 2019 and sent_at is not None:
        head += int(sent_at.timestamp()).to_bytes(8, "big")
    length = 4 + len(head) + len(body) + 4
    if length > MAX_FRAME // 2:
        raise ValueError(f"a body of {len(body)} bytes does not fit a frame")
    data = length.to_bytes(4, "big") + head + (cipher.apply(body, key) if cipher else body)
    return _BEGIN + escape(data + crc_hqx(data, 0xFFFF).to_bytes(2, "big")) + _END
