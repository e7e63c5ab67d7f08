# SPDX-License-Identifier: Apache-2.0
"""Data packets of GB/T 26875.3-2011, clause 6.6 table 1."""

from dataclasses import dataclass
from datetime import datetime

from anshu.wire.base import CHINA, Frame, refuse
from anshu.wire.gb26875.dialects import STANDARD, Dialect

# Table 1: start mark, control unit up to and with the command byte, data unit, checksum, end mark
START, END = b"\x40\x40", b"\x23\x23"
HEADER = 27
TAIL = 3
MAX_UNIT = 1024
MAX_FRAME = HEADER + MAX_UNIT + TAIL
NOWHERE = b"\x00" * 6

# Table 2
CONTROL, SEND, CONFIRM, REQUEST, ANSWER, DENY = 1, 2, 3, 4, 5, 6
COMMANDS = {
    CONTROL: "control",
    SEND: "send",
    CONFIRM: "confirm",
    REQUEST: "request",
    ANSWER: "answer",
    DENY: "deny",
}
USER_COMMANDS = range(128, 256)

_LAYOUT = "6.6 表1"
_COMMANDS = "6.6 表2"
_TIME = "8.2.2"
# Nothing in the clock: a device that was never set, or one that leaves the tag to us.
_NO_TIME = frozenset({b"\x00" * 6, b"\xff" * 6})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gb26875Frame(Frame):
    """A packet whose marks, length and checksum hold; addresses are the six bytes as they were sent."""

    serial: int
    version: tuple[int, int]
    source: bytes
    destination: bytes
    command: int
    unit: bytes


def frame_length(header: bytes) -> int:
    """Read from a whole header how many bytes make the packet; raise Refused for an impossible length."""
    length = header[24] | header[25] << 8
    if length > MAX_UNIT:
        refuse("oversized", 24, _LAYOUT, found=length, limit=MAX_UNIT)
    return HEADER + length + TAIL


def parse_frame(raw: bytes, dialect: Dialect = STANDARD) -> Gb26875Frame:
    """Read exactly one packet; raise Refused."""
    if raw[:2] != START:
        refuse("bad_start", 0, _LAYOUT, found=raw[:2].hex().upper())
    if len(raw) < HEADER:
        refuse("truncated", len(raw), _LAYOUT, expected=HEADER + TAIL, found=len(raw))
    expected = frame_length(raw[:HEADER])
    if len(raw) < expected:
        refuse("truncated", len(raw), _LAYOUT, expected=expected, found=len(raw))
    if len(raw) > expected:
        refuse("trailing_bytes", expected, _LAYOUT, extra=len(raw) - expected)
    return parse_whole(raw, dialect)


def parse_whole(raw: bytes, dialect: Dialect = STANDARD) -> Gb26875Frame:
    """Read a packet of which header and length are already proved; raise Refused."""
    at_sum = len(raw) - TAIL
    if raw[-2:] != END:
        refuse("bad_end_mark", at_sum + 1, _LAYOUT, found=raw[-2:].hex().upper())
    expected = checksum(raw[2:at_sum])
    if raw[at_sum] != expected:
        refuse("bad_checksum", at_sum, _LAYOUT, found=f"{raw[at_sum]:02X}H", expected=f"{expected:02X}H")
    command = raw[26]
    if command not in COMMANDS and command not in USER_COMMANDS and command not in dialect.commands:
        refuse("unknown_function", 26, _COMMANDS, code=f"{command:02X}H")
    return Gb26875Frame(
        raw=raw,
        serial=raw[2] | raw[3] << 8,
        version=(raw[4], raw[5]),
        source=raw[12:18],
        destination=raw[18:24],
        command=command,
        unit=raw[HEADER:at_sum],
    )


def checksum(data: bytes) -> int:
    """Add the bytes and drop the carry, table 1."""
    return sum(data) & 0xFF


def read_time(data: bytes, at: int, dialect: Dialect = STANDARD) -> datetime | None:
    """Read second, minute, hour, day, month, year (clause 8.2.2); None for a tag with nothing in it; raise Refused."""
    raw = data[at : at + 6]
    if raw in _NO_TIME:
        return None
    digits = [10 * (byte >> 4) + (byte & 15) for byte in raw] if dialect.times == "bcd" else list(raw)
    if dialect.times == "bcd" and not raw.hex().isdecimal():
        refuse("bad_time", at, _TIME, raw=raw.hex().upper())
    second, minute, hour, day, month, year = digits
    if year > 99:
        refuse("bad_time", at, _TIME, raw=raw.hex().upper())
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        refuse("bad_time", at, _TIME, raw=raw.hex().upper())


def write_time(at: datetime, dialect: Dialect = STANDARD) -> bytes:
    """Write a time tag in Beijing time."""
    local = at.astimezone(CHINA)
    numbers = (local.second, local.minute, local.hour, local.day, local.month, local.year % 100)
    return bytes(16 * (n // 10) + n % 10 for n in numbers) if dialect.times == "bcd" else bytes(numbers)


def build_frame(
    *,
    serial: int,
    sent_at: datetime,
    source: bytes,
    destination: bytes,
    command: int,
    unit: bytes = b"",
    version: tuple[int, int] = (1, 1),
    dialect: Dialect = STANDARD,
) -> bytes:
    """Write one packet; raise ValueError if the data unit is too long or an address is not six bytes."""
    if len(unit) > MAX_UNIT:
        raise ValueError(f"a data unit of {len(unit)} bytes does not fit a packet")
    if len(source) != 6 or len(destination) != 6:
        raise ValueError("an address has six bytes")
    body = (
        serial.to_bytes(2, "little")
        + bytes(version)
        + write_time(sent_at, dialect)
        + source
        + destination
        + len(unit).to_bytes(2, "little")
        + bytes((command,))
        + unit
    )
    return START + body + bytes((checksum(body),)) + END
