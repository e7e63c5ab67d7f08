# SPDX-License-Identifier: Apache-2.0
"""Frames of JT/T 808: flags, escapes, check byte and header of 2013 (clause 4.4) and 2019 (clause 4.4)."""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import NoReturn

from anshu.wire.base import Frame, refuse
from anshu.wire.base.results import Direction

FLAG = 0x7E
_FLAG = b"\x7e"
MAX_BODY = 1023  # 4.4.3, bits 0 to 9 of the properties
MAX_HEADER = 21  # 2019: 2 + 2 + 1 + 10 + 2, and 4 for a numbered packet
# Every byte may be escaped.
MAX_SEGMENT = 2 * (MAX_HEADER + MAX_BODY + 1)
_NUMBERED, _VERSIONED = 1 << 13, 1 << 14
_CLAUSE, _CHECK, _HEADER = "4.4.1", "4.4.4", "4.4.3"
# Messages of a platform have the highest bit of their number set (appendix A).
_DOWN = 0x8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Jt808Frame(Frame):
    """A frame whose check byte and length hold; `raw` is as on the wire, `body` is without escapes."""

    message_id: int
    phone: str
    serial: int
    version: int  # 2013 or 2019
    protocol_version: int = 0  # 2019: how often the standard was revised
    encryption: int = 0  # bits 10 to 12: 1 is RSA
    total: int = 0  # packets in the message; 0 for a frame that is not numbered
    index: int = 0
    body: bytes
    body_offset: int

    @property
    def direction(self) -> Direction:
        """Tell who sends such a message: a terminal or a platform."""
        return "down" if self.message_id & _DOWN else "up"


def check_byte(data: bytes) -> int:
    """Reckon the exclusive or of all bytes."""
    return reduce(xor, data, 0)


def unescape(segment: bytes) -> bytes:
    """Take the escapes out of what stands between two flags.

    Some terminals leave a 7DH that is followed by neither 01H nor 02H as it is; the check byte tells whether it was.
    """
    if b"\x7d" not in segment:
        return segment
    return segment.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")


def escape(data: bytes) -> bytes:
    """Put escapes in, so that no flag stands in the data."""
    return data.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def parse_frame(raw: bytes) -> Jt808Frame:
    """Read exactly one frame with its flags; raise Refused. Offsets count bytes without escapes."""
    if raw[:1] != _FLAG:
        refuse("bad_start", 0, _CLAUSE, found=raw[:1].hex().upper())
    end = raw.find(_FLAG, 1)
    if end < 0:
        refuse("truncated", len(raw), _CLAUSE, expected=len(raw) + 1, found=len(raw))
    if end + 1 < len(raw):
        refuse("trailing_bytes", end + 1, _CLAUSE, extra=len(raw) - end - 1)
    return parse_segment(raw[1:end])


def parse_segment(segment: bytes) -> Jt808Frame:
    """Read what stands between two flags; raise Refused."""
    data = unescape(segment)
    if len(data) < 13:
        refuse("truncated", len(data) + 1, _HEADER, expected=15, found=len(data) + 2)
    check = check_byte(data)
    if check:
        _refuse_check(data, check)
    properties = data[2] << 8 | data[3]
    start = 17 if properties & _VERSIONED else 12
    phone = data[5:15] if properties & _VERSIONED else data[4:10]
    total = index = 0
    if properties & _NUMBERED:
        start += 4
    length = properties & MAX_BODY
    _check_length(len(data), start + length + 1)
    if properties & _NUMBERED:
        total, index = data[start - 4] << 8 | data[start - 3], data[start - 2] << 8 | data[start - 1]
        if not 1 <= index <= total:
            refuse("bad_packet_number", start - 3, _HEADER, index=index, total=total)
    at_serial = 15 if properties & _VERSIONED else 10
    return Jt808Frame(
        raw=_FLAG + segment + _FLAG,
        message_id=data[0] << 8 | data[1],
        phone=phone.hex().upper(),
        serial=data[at_serial] << 8 | data[at_serial + 1],
        version=2019 if properties & _VERSIONED else 2013,
        protocol_version=data[4] if properties & _VERSIONED else 0,
        encryption=properties >> 10 & 7,
        total=total,
        index=index,
        body=data[start:-1],
        body_offset=start + 1,
    )


def _refuse_check(data: bytes, check: int) -> NoReturn:
    expected = f"{data[-1] ^ check:02X}H"
    refuse("bad_checksum", len(data), _CHECK, found=f"{data[-1]:02X}H", expected=expected)


def _check_length(found: int, expected: int) -> None:
    if found < expected:
        refuse("truncated", found + 1, _HEADER, expected=expected + 2, found=found + 2)
    if found > expected:
        refuse("trailing_bytes", expected, _HEADER, extra=found - expected)


def build_frame(
    *,
    message_id: int,
    phone: str,
    serial: int,
    body: bytes = b"",
    version: int = 2013,
    protocol_version: int = 1,
    encryption: int = 0,
    total: int = 0,
    index: int = 0,
) -> bytes:
    """Write one frame; a phone number is padded with zeros. Raise ValueError for what does not fit."""
    if len(body) > MAX_BODY:
        raise ValueError(f"a body of {len(body)} bytes does not fit a frame")
    digits = 20 if version == 2019 else 12
    if len(phone) > digits:
        raise ValueError(f"a phone number of {len(phone)} digits does not fit a frame of {version}")
    properties = len(body) | encryption << 10 | (_NUMBERED if total else 0)
    head = message_id.to_bytes(2, "big")
    if version == 2019:
        head += (properties | _VERSIONED).to_bytes(2, "big") + bytes((protocol_version,))
    else:
        head += properties.to_bytes(2, "big")
    head += bytes.fromhex(phone.rjust(digits, "0")) + (serial & 0xFFFF).to_bytes(2, "big")
    if total:
        head += total.to_bytes(2, "big") + index.to_bytes(2, "big")
    data = head + body
    return _FLAG + escape(data + bytes((check_byte(data),))) + _FLAG
