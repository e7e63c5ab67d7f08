# SPDX-License-Identifier: Apache-2.0
"""Frames of HJ/T 212-2005, HJ 212-2017 and HJ 212-2025: ##, length, data segment, checksum, CR LF."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anshu.wire.base import Frame, refuse
from anshu.wire.hj212.checksum import crc16_hj212
from anshu.wire.hj212.encryption import decrypt_region, encrypt_region, split_region

# Table 2: packet head, tail, and the digits between.
HEAD, TAIL = b"##", b"\r\n"
HEADER = 6
AROUND = HEADER + 4 + len(TAIL)
# Table 3 allows 1024 characters of segment; stations with many factors send more, and four digits are the end.
MAX_LENGTH = 9999
MAX_FRAME = MAX_LENGTH + AROUND

VERSIONS = {0: "2005", 1: "2017", 2: "2025"}  # table 3, Flag: V5 to V0
NUMBERED, WANTS_REPLY = 2, 1  # table 3, Flag: D and A

MAX_THING = 32  # table 3 gives MN 24 characters

# MN -> the device's SM4 key; None where it has none.
Keys = Callable[[str], bytes | None]
_PACKET, _SEGMENT, _CRC = "6.3 表2", "6.3 表3", "附录A"
_HEX = frozenset(b"0123456789ABCDEFabcdef")
_CONTROL = bytes((*range(0x20), 0x7F))
_WANTED = ("CN", "MN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hj212Frame(Frame):
    """A frame whose length and checksum hold, its data region decrypted."""

    fields: Mapping[str, str]  # what stands before CP
    body: str  # what stands between the && of CP
    body_offset: int
    flag: int | None
    charset: str
    encrypted: bool = False
    total: int = 0  # packets in the message; 0 for a frame that is not numbered
    index: int = 0

    @property
    def thing(self) -> str:
        """Name the device."""
        return self.fields["MN"]


def declared_length(header: bytes) -> int:
    """Read the length from the first six bytes; raise Refused."""
    if header[:2] != HEAD:
        refuse("bad_start", 0, _PACKET, found=header[:2].hex().upper())
    digits = header[2:HEADER]
    if len(digits) < 4:
        refuse("truncated", len(header), _PACKET, expected=AROUND, found=len(header))
    if not digits.isdigit() or digits == b"0000":
        refuse("bad_length", 2, _PACKET, found=digits.hex())
    return int(digits)


def parse_frame(raw: bytes, keys: Keys | None = None) -> Hj212Frame:
    """Read exactly one frame; raise Refused. `keys` opens encrypted frames."""
    length = declared_length(raw)
    tail = raw.find(TAIL)
    if tail < 0 or len(raw) < AROUND:
        refuse("truncated", len(raw), _PACKET, expected=length + AROUND, found=len(raw))
    if tail + 2 != len(raw):
        refuse("trailing_bytes", tail + 2, _PACKET, extra=len(raw) - tail - 2)
    segment, found = raw[HEADER:-6], raw[-6:-2]
    start = segment.find(b"CP=&&{")
    if start >= 0 and segment.endswith(b"&&"):
        return _parse_encrypted(raw, segment, start + 5, length, keys)
    if len(segment) != length and not _in_characters(segment, length):
        if len(segment) < length:
            refuse("truncated", len(raw), _PACKET, expected=length + AROUND, found=len(raw))
        refuse("bad_length", 2, _PACKET, found=length)
    _check_crc(segment, found, len(raw) - 6)
    return _parse_segment(raw, segment, encrypted=False)


def _in_characters(segment: bytes, length: int) -> bool:
    """Tell whether the length counts characters: some makers count a Chinese one once."""
    if segment.isascii():
        return False
    for charset in ("utf-8", "gbk"):
        try:
            if len(segment.decode(charset)) == length:
                return True
        except UnicodeDecodeError:
            continue
    return False


def _check_crc(segment: bytes, found: bytes, at: int) -> None:
    expected = crc16_hj212(segment)
    if not _HEX.issuperset(found) or int(found, 16) != expected:
        refuse("bad_crc", at, _CRC, found=_readable(found), expected=f"{expected:04X}")


def _readable(digits: bytes) -> str:
    return digits.decode("ascii") if digits.isalnum() else digits.hex()


def _parse_encrypted(raw: bytes, segment: bytes, start: int, length: int, keys: Keys | None) -> Hj212Frame:
    """Open an encrypted frame: the checksum is that of the plain text (2025 appendix A.2)."""
    region = segment[start:-2]
    cipher, rest = split_region(region, HEADER + start)
    # The examples of the standard state the length before encryption; what is sent is longer.
    if length not in (len(segment), start + len(cipher) + len(rest) + 2):
        refuse("bad_length", 2, _PACKET, found=length)
    thing = _split_fields(_text(segment[:start])[0]).get("MN", "")
    key = keys(thing) if keys else None
    if key is None:
        refuse("no_key", HEADER + start, "2025 6.4", thing=thing)
    plain = segment[:start] + decrypt_region(region, key, HEADER + start) + b"&&"
    _check_crc(plain, raw[-6:-2], len(raw) - 6)
    return _parse_segment(raw, plain, encrypted=True)


def _text(segment: bytes) -> tuple[str, str]:
    """Read the characters: UTF-8 as the standard says, GBK as older devices send."""
    if segment.translate(None, _CONTROL) != segment:
        at = next(i for i, byte in enumerate(segment) if byte in _CONTROL)
        refuse("bad_charset", HEADER + at, _SEGMENT)
    if segment.isascii():
        return segment.decode("ascii"), "ascii"
    for charset in ("utf-8", "gbk"):
        try:
            return segment.decode(charset), charset
        except UnicodeDecodeError:
            continue
    refuse("bad_charset", HEADER, _SEGMENT)


def _split_fields(head: str) -> dict[str, str]:
    """Split what stands before CP into its fields."""
    fields = {}
    for item in head.split(";"):
        name, _, value = item.partition("=")
        fields[name] = value
    return fields


def _parse_segment(raw: bytes, segment: bytes, *, encrypted: bool) -> Hj212Frame:
    text, charset = _text(segment)
    head, mark, body = text.partition("CP=&&")
    at = len(raw) - 6
    if not mark or not body.endswith("&&"):
        refuse("missing_field", at, _SEGMENT, field="CP=&&…&&")
    fields = _split_fields(head.rstrip(";"))
    for name in _WANTED:
        if not fields.get(name):
            refuse("missing_field", HEADER, _SEGMENT, field=name)
    thing, number = fields["MN"], fields["CN"]
    if len(thing) > MAX_THING or not thing.isascii() or " " in thing:
        refuse("bad_field", HEADER, _SEGMENT, field="MN", raw=thing[:MAX_THING])
    if len(number) != 4 or not (number.isascii() and number.isdigit()):
        refuse("bad_field", HEADER, _SEGMENT, field="CN", raw=number[:MAX_THING])
    flag = _flag(fields.get("Flag"))
    total, index = _packet(fields)
    return Hj212Frame(
        raw=raw,
        fields=fields,
        body=body[:-2],
        body_offset=HEADER + len(head.encode(charset)) + 5,
        flag=flag,
        charset=charset,
        encrypted=encrypted,
        total=total,
        index=index,
    )


def _flag(text: str | None) -> int | None:
    """Read Flag (table 3); devices of 2005 may leave it out."""
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or int(text) >> 2 not in VERSIONS:
        refuse("bad_field", HEADER, _SEGMENT, field="Flag", raw=text[:MAX_THING])
    return int(text)


def _packet(fields: Mapping[str, str]) -> tuple[int, int]:
    """Read PNUM and PNO (table 3), which need not be there though Flag announces them."""
    total, index = fields.get("PNUM", ""), fields.get("PNO", "")
    if (total or "0", index or "0") == ("0", "0"):
        return 0, 0
    numeric = (total + index).isascii() and total.isdigit() and index.isdigit() and len(total) < 5 > len(index)
    if not numeric or not 1 <= int(index) <= int(total):
        refuse("bad_packet_number", HEADER, _SEGMENT, index=index[:MAX_THING], total=total[:MAX_THING])
    return int(total), int(index)


def build_frame(head: str, body: str, *, key: bytes | None = None, charset: str = "utf-8") -> bytes:
    """Write a frame: `head` is everything before CP; `key` encrypts the data region. Raise ValueError if too long."""
    start = f"{head};CP=&&".encode(charset)
    region = body.encode(charset)
    plain = start + region + b"&&"
    sent = start + encrypt_region(region, key) + b"&&" if key else plain
    if len(plain) > MAX_LENGTH:
        raise ValueError(f"a segment of {len(plain)} bytes does not fit a frame")
    return b"##%04d%s%04X\r\n" % (len(plain), sent, crc16_hj212(plain))


__all__ = [
    "MAX_FRAME",
    "Hj212Frame",
    "Keys",
    "build_frame",
    "declared_length",
    "parse_frame",
]
