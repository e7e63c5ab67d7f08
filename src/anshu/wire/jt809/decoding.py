# SPDX-License-Identifier: Apache-2.0
"""Messages out of frames."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anshu.wire.base import CHINA, Refused, refuse
from anshu.wire.jt809 import messages as ids
from anshu.wire.jt809.framing import Cipher, Jt809Frame, parse_frame
from anshu.wire.jt809.messages import EXCHANGED, MESSAGES, Jt809Message
from anshu.wire.vehicles import Cursor, Report, read_report, told_of
from anshu.wire.vehicles.cursor import readable
from anshu.wire.vehicles.tables import LOCATED, SHIFTED, SOUTH, WEST

PROTOCOL = "jt809"
GNSS = struct.Struct(">BBBHBBBIIHHIHHII")  # 2011 table 17: 36 bytes
_PLATFORM = 15  # 2019: number of a monitoring platform, 11, and its alarm word, 4


@dataclass(slots=True)
class _Body:
    parameters: dict[str, Any] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    vehicle: str = ""
    data_type: int = 0


def decode_frame(raw: bytes, cipher: Cipher | None = None) -> Jt809Message:
    """Decode exactly one frame; raise Refused with reason, byte offset and clause."""
    return decode(parse_frame(raw), cipher)


def decode(frame: Jt809Frame, cipher: Cipher | None = None) -> Jt809Message:
    """Decode a frame that a stream decoder gave; an encrypted body without a cipher stays unread."""
    body = _Body()
    unread = frame.encrypted and cipher is None
    if unread:
        body.parameters |= {"encrypted": True, "raw": frame.body.hex().upper()}
    else:
        data = cipher.apply(frame.body, frame.key) if frame.encrypted and cipher else frame.body
        _read(frame, data, body)
    return _message(frame, body, unread)


def address_of(center: int) -> str:
    """Name a platform by its access number."""
    return str(center)


def vehicle_of(plate: str, colour: int) -> str:
    """Name a vehicle: a plate is its own only together with its colour (JT/T 415: 1 blue, 2 yellow …)."""
    return f"{plate}-{colour}"


def _message(frame: Jt809Frame, body: _Body, unread: bool) -> Jt809Message:
    thing = body.vehicle or address_of(frame.center)
    return Jt809Message(
        protocol=PROTOCOL,
        thing=thing,
        kind=_kind(frame.message_id, body.data_type),
        direction=frame.direction,
        sent_at=frame.sent_at,
        serial=frame.serial,
        observations=told_of(body.reports, thing),
        parameters=body.parameters,
        message_id=frame.message_id,
        center=frame.center,
        version=frame.version,
        protocol_version=frame.protocol_version,
        data_type=body.data_type,
        unread=unread,
        reports=tuple(body.reports),
    )


def _kind(message_id: int, data_type: int) -> str:
    known = EXCHANGED.get(data_type) if data_type else MESSAGES.get(message_id)
    return known[0] if known else f"message_{data_type or message_id:04x}"


def _read(frame: Jt809Frame, data: bytes, body: _Body) -> None:
    if frame.message_id == ids.EXCHANGE:
        _exchange(Cursor(data, frame.body_offset, "4.5.8.2"), body, frame.version)
        return
    try:
        reader = _READERS.get(frame.message_id, _raw)
        reader(Cursor(data, frame.body_offset, "4.5.4"), body, frame.version)
    except Refused:
        if frame.message_id == ids.LOGIN:
            raise
        body.parameters = {"incomplete": True, "raw": data.hex().upper()}


def _login(cursor: Cursor, body: _Body, version: int) -> None:
    """Read 1001H: user, password, where the platform listens; 2019 repeats the access number."""
    body.parameters |= {"user": cursor.number(4), "password": cursor.text(8)}
    if version == 2019 and cursor.left >= 38:
        body.parameters["center"] = cursor.number(4)
    body.parameters |= {"host": cursor.text(32), "port": cursor.number(2)}


def _login_answer(cursor: Cursor, body: _Body, version: int) -> None:
    body.parameters |= {"result": cursor.number(1), "verify_code": cursor.number(4)}


def _logout(cursor: Cursor, body: _Body, version: int) -> None:
    body.parameters |= {"user": cursor.number(4), "password": cursor.text(8)}


def _reason(cursor: Cursor, body: _Body, version: int) -> None:
    body.parameters["reason"] = cursor.number(1)


def _raw(cursor: Cursor, body: _Body, version: int) -> None:
    if cursor.left:
        body.parameters["raw"] = cursor.rest().hex().upper()


Reader = Callable[[Cursor, _Body, int], None]
_READERS: dict[int, Reader] = {
    ids.LOGIN: _login,
    ids.LOGIN_ANSWER: _login_answer,
    ids.LOGOUT: _logout,
    0x1007: _reason,
    0x1008: _reason,
}


def _exchange(cursor: Cursor, body: _Body, version: int) -> None:
    """Read 1200H: whose data it is, what kind, how long, the data."""
    plate, colour = cursor.text(21), cursor.number(1)
    if not plate:
        refuse("bad_value", cursor.base, cursor.clause, raw="00")
    body.data_type = cursor.number(2)
    length = cursor.number(4)
    body.vehicle = vehicle_of(plate, colour)
    body.parameters |= {"plate": plate, "plate_colour": colour}
    reader = _DATA.get(body.data_type)
    if reader is None:
        _raw(cursor, body, version)
        return
    if length > cursor.left:
        refuse("truncated", cursor.base + len(cursor.data), cursor.clause, expected=length, found=cursor.left)
    if length < cursor.left:
        refuse("trailing_bytes", cursor.base + cursor.at + length, cursor.clause, extra=cursor.left - length)
    reader(cursor, body, version)
    if len(body.reports) == 1:
        body.parameters |= body.reports[0].as_json()


def _vehicle(cursor: Cursor, body: _Body, version: int) -> None:
    """Read 1201H; a field of 2019 is longer than that of 2011."""
    sizes = (11, 11, 30, 30, 15, 13) if version == 2019 else (11, 11, 20, 7, 12)
    names = ("platform", "maker", "model", "terminal_id", "imei" if version == 2019 else "phone", "phone")
    for name, size in zip(names, sizes, strict=False):
        body.parameters[name] = cursor.text(min(size, cursor.left))


def _position(cursor: Cursor, body: _Body, version: int) -> None:
    body.reports.append(_gnss_2019(cursor, body) if version == 2019 else _gnss_2011(cursor))


def _positions(cursor: Cursor, body: _Body, version: int) -> None:
    """Read 1203H: a count, then positions that come late."""
    count = cursor.number(1)
    body.parameters["blind_spot"] = True
    for _ in range(count):
        _position(cursor, body, version)
    if count != 1:
        body.parameters["positions"] = [report.as_json() for report in body.reports]


def _gnss_2011(cursor: Cursor) -> Report:
    """Read table 17; the alarm and state words are those of JT/T 808."""
    fields = GNSS.unpack(cursor.take(GNSS.size))
    shifted, day, month, year, hour, minute, second, longitude, latitude = fields[:9]
    speed, recorder_speed, mileage, course, altitude, status, alarm = fields[9:]
    status |= (1 << SHIFTED) if shifted == 1 else 0
    located = bool(status >> LOCATED & 1)
    return Report(
        observed_at=_time(year, month, day, hour, minute, second),
        alarm=alarm,
        status=status,
        longitude=_degrees(longitude, 180_000_000, status >> WEST & 1) if located else None,
        latitude=_degrees(latitude, 90_000_000, status >> SOUTH & 1) if located else None,
        altitude=float(altitude - 0x10000 if altitude & 0x8000 else altitude) if located else None,
        speed=float(speed) if located else None,
        course=float(course) if located else None,
        values=(("vehicle.mileage", float(mileage), "km"),),
        items={"mileage_km": mileage, "recorder_speed_km_h": recorder_speed},
    )


def _degrees(millionths: int, most: int, negative: int) -> float | None:
    if millionths > most:
        return None
    return (-millionths if negative else millionths) / 1_000_000


def _time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        return None


def _gnss_2019(cursor: Cursor, body: _Body) -> Report:
    """Read the report of JT/T 808 inside, then up to three platforms with what they judged."""
    shifted, size = cursor.number(1), cursor.number(4)
    at = cursor.base + cursor.at
    data = bytearray(cursor.take(size))
    if shifted == 1 and len(data) >= 8:
        data[7] |= 1 << SHIFTED
    report = read_report(bytes(data), at)
    platforms = []
    for _ in range(3):
        if cursor.left < _PLATFORM:
            break
        platforms.append({"platform": readable(cursor.take(11)), "alarm": f"{cursor.number(4):08X}"})
    if platforms:
        body.parameters["platforms"] = platforms
    return report


_DATA: dict[int, Reader] = {ids.VEHICLE: _vehicle, ids.POSITION: _position, ids.POSITIONS: _positions}


def line_decoder() -> Callable[[bytes], Jt809Message]:
    """Make a decoder of whole frames given one by one, such as the lines of a recording."""
    return decode_frame
