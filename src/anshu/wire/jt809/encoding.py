# SPDX-License-Identifier: Apache-2.0
"""Write frames: messages as a platform below sends them (replay, simulation, tests), answers of the one above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anshu.wire.base import CHINA
from anshu.wire.jt809 import messages as ids
from anshu.wire.jt809.decoding import GNSS
from anshu.wire.jt809.framing import Cipher, Jt809Frame, build_frame
from anshu.wire.vehicles import Report, write_report
from anshu.wire.vehicles.tables import SHIFTED

# 4.5.4.3, results of a login
ACCEPTED, WRONG_CENTER, NOT_REGISTERED, WRONG_PASSWORD = 0, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Platform:
    """Who speaks: access number, year of the standard, and how it encrypts."""

    center: int
    version: int = 2011
    cipher: Cipher | None = None
    key: int = 0


def encode(message_id: int, platform: Platform, *, serial: int, now: datetime, body: bytes = b"") -> bytes:
    """Write one message; raise ValueError for what does not fit."""
    return build_frame(
        message_id=message_id,
        center=platform.center,
        serial=serial,
        body=body,
        version=platform.version,
        sent_at=now,
        cipher=platform.cipher,
        key=platform.key,
    )


def _padded(text: str, size: int) -> bytes:
    raw = text.encode("gb18030")
    if len(raw) > size:
        raise ValueError(f"{text!r} does not fit {size} bytes")
    return raw.ljust(size, b"\x00")


def encode_login(
    platform: Platform,
    *,
    serial: int,
    now: datetime,
    user: int,
    password: str,
    host: str = "127.0.0.1",
    port: int = 9000,
) -> bytes:
    """Write a login (1001H)."""
    body = user.to_bytes(4, "big") + _padded(password, 8)
    if platform.version == 2019:
        body += platform.center.to_bytes(4, "big")
    body += _padded(host, 32) + port.to_bytes(2, "big")
    return encode(ids.LOGIN, platform, serial=serial, now=now, body=body)


def encode_logout(platform: Platform, *, serial: int, now: datetime, user: int, password: str) -> bytes:
    """Write a logout (1003H)."""
    body = user.to_bytes(4, "big") + _padded(password, 8)
    return encode(ids.LOGOUT, platform, serial=serial, now=now, body=body)


def encode_keep_alive(platform: Platform, *, serial: int, now: datetime) -> bytes:
    """Write a keep-alive (1005H)."""
    return encode(ids.KEEP_ALIVE, platform, serial=serial, now=now)


def encode_position(
    platform: Platform, *, serial: int, now: datetime, plate: str, report: Report, plate_colour: int = 2
) -> bytes:
    """Write where a vehicle is (1200H with 1202H)."""
    data = _gnss(platform, report)
    return _exchange(platform, serial, now, plate, plate_colour, ids.POSITION, data)


def encode_positions(
    platform: Platform, *, serial: int, now: datetime, plate: str, reports: Sequence[Report], plate_colour: int = 2
) -> bytes:
    """Write where a vehicle was while the link was down (1200H with 1203H), at most 255 reports."""
    data = bytes((len(reports),)) + b"".join(_gnss(platform, report) for report in reports)
    return _exchange(platform, serial, now, plate, plate_colour, ids.POSITIONS, data)


def _exchange(
    platform: Platform, serial: int, now: datetime, plate: str, colour: int, data_type: int, data: bytes
) -> bytes:
    body = _padded(plate, 21) + bytes((colour,)) + data_type.to_bytes(2, "big") + len(data).to_bytes(4, "big") + data
    return encode(ids.EXCHANGE, platform, serial=serial, now=now, body=body)


def _gnss(platform: Platform, report: Report) -> bytes:
    if platform.version == 2019:
        data = write_report(report)
        shifted = report.status >> SHIFTED & 1
        return bytes((shifted,)) + len(data).to_bytes(4, "big") + data + (b"\x00" * 15) * 3
    at = (report.observed_at or datetime(2000, 1, 1, tzinfo=CHINA)).astimezone(CHINA)
    mileage = next((value for name, value, _ in report.values if name == "vehicle.mileage"), None)
    return GNSS.pack(
        report.status >> SHIFTED & 1,
        at.day,
        at.month,
        at.year,
        at.hour,
        at.minute,
        at.second,
        round(abs(report.longitude or 0) * 1_000_000),
        round(abs(report.latitude or 0) * 1_000_000),
        round(report.speed or 0),
        round(report.speed or 0),
        round(mileage or 0),
        round(report.course or 0),
        round(report.altitude or 0) & 0xFFFF,
        report.status,
        report.alarm,
    )


def encode_login_answer(platform: Platform, *, serial: int, now: datetime, result: int, verify_code: int = 0) -> bytes:
    """Answer a login (1002H)."""
    body = bytes((result,)) + (verify_code & 0xFFFFFFFF).to_bytes(4, "big")
    return encode(ids.LOGIN_ANSWER, platform, serial=serial, now=now, body=body)


def plain(frame: Jt809Frame, cipher: Cipher) -> bytes:
    """Write an encrypted frame again without its encryption, so that it can be read without knowing the cipher."""
    return build_frame(
        message_id=frame.message_id,
        center=frame.center,
        serial=frame.serial,
        body=cipher.apply(frame.body, frame.key),
        version=frame.version,
        sent_at=frame.sent_at,
    )
