# SPDX-License-Identifier: Apache-2.0
"""Frames of SL 651-2014, clauses 6.2 to 6.5: HEX/BCD and ASCII, single and numbered packets."""

import re
from dataclasses import dataclass
from typing import Literal

from anshu.wire.base import Frame, crc16_modbus, refuse
from anshu.wire.base.results import Direction

# 6.2.2, control characters
SOH_HEX = b"\x7e\x7e"
SOH_ASCII = 0x01
STX, SYN = 0x02, 0x16
ETX, EOT, ENQ, ACK, NAK, ETB, ESC = 0x03, 0x04, 0x05, 0x06, 0x15, 0x17, 0x1B
END_MARKS = {
    "up": frozenset({ETX, ETB}),  # tables 20 and 22
    "down": frozenset({ENQ, ACK, EOT, NAK, ESC}),  # tables 21 and 23
}
END_NAMES = {
    ETX: "ETX",
    EOT: "EOT",
    ENQ: "ENQ",
    ACK: "ACK",
    NAK: "NAK",
    ETB: "ETB",
    ESC: "ESC",
}

MAX_BODY = 4095  # tables 16, 20: twelve bits
HEX_HEADER = 14  # table 20, items 1 to 7
ASCII_HEADER = 24  # table 16, items 1 to 7
MAX_FRAME = ASCII_HEADER + MAX_BODY + 5

Encoding = Literal["hex", "ascii"]
_HEX_TEXT = re.compile(rb"[0-9A-Fa-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sl651Frame(Frame):
    """A frame whose marks, length and checksum hold; `body` is what stands between the marks."""

    encoding: Encoding
    direction: Direction
    center: int
    station: str
    password: str
    function: int
    end: int
    body: bytes
    body_offset: int
    total: int = 0  # packets in the message; 0 for a frame that is not numbered
    index: int = 0


def header_length(first: int) -> int:
    """Say how many bytes make a whole header, from the first byte of the frame."""
    return ASCII_HEADER if first == SOH_ASCII else HEX_HEADER


def frame_length(header: bytes) -> int:
    """Read from a whole header how many bytes make the frame; raise Refused for an impossible header."""
    if header[0] == SOH_ASCII:
        return _ascii_length(header)
    if header[11] >> 4 not in (0, 8):
        refuse("bad_direction", 11, "6.5.2 表20", found=f"{header[11] >> 4:X}H")
    length = (header[11] & 0x0F) << 8 | header[12]
    _check_text_start(header[13], 13, length, 11, "6.5.2 表20")
    return HEX_HEADER + length + 3


def _ascii_length(header: bytes) -> int:
    if not _HEX_TEXT.fullmatch(header, 1, 23):
        refuse("bad_header", 1, "6.4.2 表16")
    length = int(header[20:23], 16)
    if header[19:20] not in (b"0", b"8"):
        refuse("bad_direction", 19, "6.4.2 表16", found=f"{header[19]:02X}H")
    _check_text_start(header[23], 23, length, 20, "6.4.2 表16")
    return ASCII_HEADER + length + 5


def _check_text_start(mark: int, at: int, length: int, length_at: int, clause: str) -> None:
    if mark not in (STX, SYN):
        refuse("bad_text_start", at, clause, found=f"{mark:02X}H")
    if length == 0:
        refuse("bad_length", length_at, clause, found=length)


def parse_frame(raw: bytes) -> Sl651Frame:
    """Read exactly one frame; raise Refused."""
    if raw[:2] != SOH_HEX and raw[:1] != b"\x01":
        refuse("bad_start", 0, "6.2.3.1 表11", found=raw[:2].hex().upper())
    needed = header_length(raw[0])
    if len(raw) < needed:
        refuse("truncated", len(raw), "6.2.3.1 表11", expected=needed + 4, found=len(raw))
    expected = frame_length(raw[:needed])
    if len(raw) < expected:
        refuse("truncated", len(raw), "6.2.3.1 表11", expected=expected, found=len(raw))
    if len(raw) > expected:
        refuse("trailing_bytes", expected, "6.2.3.1 表11", extra=len(raw) - expected)
    return parse_whole(raw)


def parse_whole(raw: bytes) -> Sl651Frame:
    """Read a frame of which header and length are already proved; raise Refused."""
    return _parse_ascii(raw) if raw[0] == SOH_ASCII else _parse_hex(raw)


def _check_crc(raw: bytes, found: int, at: int, clause: str) -> None:
    expected = crc16_modbus(raw[:at])
    if found != expected:
        refuse("bad_crc", at, clause, found=f"{found:04X}H", expected=f"{expected:04X}H")


def _check_end(end: int, direction: Direction, at: int, clause: str) -> None:
    if end not in END_MARKS[direction]:
        refuse("bad_end_mark", at, clause, found=f"{end:02X}H")


def _check_packet(total: int, index: int, at: int, clause: str) -> None:
    # Tables 18 and 22: both numbers run from 1.
    if not 1 <= index <= total:
        refuse("bad_packet_number", at, clause, index=index, total=total)


def _parse_hex(raw: bytes) -> Sl651Frame:
    at_crc = len(raw) - 2
    _check_crc(raw, raw[at_crc] << 8 | raw[at_crc + 1], at_crc, "6.5.2 表20")
    direction: Direction = "down" if raw[11] & 0x80 else "up"
    _check_end(raw[at_crc - 1], direction, at_crc - 1, "6.5.2 表20" if direction == "up" else "6.5.2 表21")
    total = index = 0
    start = HEX_HEADER
    if raw[13] == SYN:
        if at_crc - 1 - start < 3:
            refuse("bad_length", 11, "6.5.3 表22", found=at_crc - 1 - start)
        numbers = int.from_bytes(raw[start : start + 3], "big")
        total, index = numbers >> 12, numbers & 0xFFF
        _check_packet(total, index, start, "6.5.3 表22")
        start += 3
    # Tables 20 and 21: the addressee stands first, so the two addresses change places.
    center, station = (raw[7], raw[2:7]) if direction == "down" else (raw[2], raw[3:8])
    return Sl651Frame(
        raw=raw,
        encoding="hex",
        direction=direction,
        center=center,
        station=station.hex().upper(),
        password=raw[8:10].hex().upper(),
        function=raw[10],
        end=raw[at_crc - 1],
        body=raw[start : at_crc - 1],
        body_offset=start,
        total=total,
        index=index,
    )


def _parse_ascii(raw: bytes) -> Sl651Frame:
    at_crc = len(raw) - 4
    if not _HEX_TEXT.fullmatch(raw, at_crc):
        refuse("bad_crc", at_crc, "6.4.2 表16", found=raw[at_crc:].hex(), expected="0-9 A-F")
    _check_crc(raw, int(raw[at_crc:], 16), at_crc, "6.4.2 表16")
    text = raw[1:23].decode("ascii").upper()
    direction: Direction = "down" if text[18] == "8" else "up"
    _check_end(raw[at_crc - 1], direction, at_crc - 1, "6.4.2 表16" if direction == "up" else "6.4.2 表17")
    start, total, index = ASCII_HEADER, 0, 0
    if raw[23] == SYN:
        total, index = _ascii_packet(raw[start : min(start + 6, at_crc - 1)])
        start += 6
    center, station = (text[10:12], text[:10]) if direction == "down" else (text[:2], text[2:12])
    return Sl651Frame(
        raw=raw,
        encoding="ascii",
        direction=direction,
        center=int(center, 16),
        station=station,
        password=text[12:16],
        function=int(text[16:18], 16),
        end=raw[at_crc - 1],
        body=raw[start : at_crc - 1],
        body_offset=start,
        total=total,
        index=index,
    )


def _ascii_packet(numbers: bytes) -> tuple[int, int]:
    if len(numbers) < 6:
        refuse("bad_length", 20, "6.4.3 表18", found=len(numbers))
    if not _HEX_TEXT.fullmatch(numbers):
        refuse("bad_header", ASCII_HEADER, "6.4.3 表18")
    both = int(numbers, 16)
    _check_packet(both >> 12, both & 0xFFF, ASCII_HEADER, "6.4.3 表18")
    return both >> 12, both & 0xFFF


def build_frame(
    *,
    encoding: Encoding = "hex",
    direction: Direction,
    center: int,
    station: str,
    password: str,
    function: int,
    end: int,
    body: bytes,
    total: int = 0,
    index: int = 0,
) -> bytes:
    """Write one frame, tables 16 to 23; `body` is already in the encoding. Raise ValueError if too long."""
    numbers = (total << 12 | index).to_bytes(3, "big") if total else b""
    if encoding == "ascii":
        numbers = numbers.hex().upper().encode()
    length = len(numbers) + len(body)
    if not 1 <= length <= MAX_BODY:
        raise ValueError(f"a body of {length} bytes does not fit a frame")
    if len(station) != 10:
        raise ValueError(f"not a station address: {station}")
    addresses = f"{station}{center:02X}" if direction == "down" else f"{center:02X}{station}"
    mark = 0x8000 if direction == "down" else 0
    header = f"{addresses}{password}{function:02X}{mark | length:04X}"
    text = bytes((SYN if total else STX,)) + numbers + body + bytes((end,))
    if encoding == "ascii":
        framed = b"\x01" + header.upper().encode() + text
        return framed + f"{crc16_modbus(framed):04X}".encode()
    framed = SOH_HEX + bytes.fromhex(header) + text
    return framed + crc16_modbus(framed).to_bytes(2, "big")
