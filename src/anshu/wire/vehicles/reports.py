# SPDX-License-Identifier: Apache-2.0
"""The position report of JT/T 808, table 23: 28 bytes, then additional items."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from anshu.wire.base import CHINA, Observation, Quality, refuse
from anshu.wire.vehicles.tables import ACC, ALARMS, ITEMS, LOCATED, SHIFTED, SOUTH, STATUS_BITS, WEST

FIXED = struct.Struct(">IIIIHHH6s")
SIZE = FIXED.size
_MASKS = tuple((alarm.name, alarm.mask) for alarm in ALARMS)
_PLACE = (
    ("position.longitude", "deg"),
    ("position.latitude", "deg"),
    ("position.altitude", "m"),
    ("vehicle.speed", "km/h"),
    ("vehicle.course", "deg"),
)
_CLAUSE = "表23"
Value = tuple[str, float | None, str]  # property, value, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report; what the vehicle does not know is None. `observed_at` is None where its clock was not set."""

    observed_at: datetime | None
    alarm: int = 0
    status: int = 1 << LOCATED
    longitude: float | None = None
    latitude: float | None = None
    altitude: float | None = None
    speed: float | None = None
    course: float | None = None
    # Further observed values; a value that the vehicle marks as unknown is None.
    values: tuple[Value, ...] = ()
    items: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def located(self) -> bool:
        """Tell whether the receiver had a fix."""
        return bool(self.status >> LOCATED & 1)

    def as_json(self) -> dict[str, Any]:
        """Give what the observations do not say: words, states and items."""
        return {
            "observed_at": self.observed_at.isoformat() if self.observed_at else None,
            "alarm": f"{self.alarm:08X}",
            "alarms": list(_labels(self.alarm)),
            "status": f"{self.status:08X}",
            "states": list(_states(self.status)),
            "items": dict(self.items),
        }


# A vehicle's words hardly ever change, and thousands of vehicles say the same few.
@lru_cache(maxsize=1024)
def _labels(alarm: int) -> tuple[str, ...]:
    return tuple(each.label for each in ALARMS if alarm & each.mask)


@lru_cache(maxsize=1024)
def _states(status: int) -> tuple[str, ...]:
    return tuple(name for bit, name in STATUS_BITS.items() if status >> bit & 1)


def read_report(body: bytes, base: int, clause: str = _CLAUSE) -> Report:
    """Read a report; raise Refused if the fixed part is not whole.

    Additional items are makers' ground: one that runs past the end ends the reading, the rest is kept as `rest`.
    """
    if len(body) < SIZE:
        refuse("truncated", base + len(body), clause, expected=SIZE, found=len(body))
    alarm, status, latitude, longitude, altitude, speed, course, when = FIXED.unpack_from(body)
    values, items = _read_items(body)
    place: tuple[float | None, ...] = (None,) * 5
    if status >> LOCATED & 1:
        place = (
            _degrees(longitude, 180_000_000, bool(status >> WEST & 1)),
            _degrees(latitude, 90_000_000, bool(status >> SOUTH & 1)),
            # Below the sea some vehicles send a negative number; no road lies above 32,767 m.
            float(altitude - 0x10000 if altitude & 0x8000 else altitude),
            speed / 10,
            float(course),
        )
    return Report(
        observed_at=_time(when.hex()),
        alarm=alarm,
        status=status,
        longitude=place[0],
        latitude=place[1],
        altitude=place[2],
        speed=place[3],
        course=place[4],
        values=values,
        items=items,
    )


def _degrees(millionths: int, most: int, negative: bool) -> float | None:
    if millionths > most:
        return None
    return -millionths / 1_000_000 if negative else millionths / 1_000_000


def _time(digits: str) -> datetime | None:
    """Read YYMMDDhhmmss, Beijing time; a vehicle that never saw a satellite sends zeros."""
    if not digits.isdecimal():
        return None
    year, month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(0, 12, 2))
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        return None


def _read_items(body: bytes) -> tuple[tuple[Value, ...], dict[str, Any]]:
    values: list[Value] = []
    items: dict[str, Any] = {}
    at, end = SIZE, len(body)
    while at < end:
        size = body[at + 1] if at + 1 < end else end
        if at + 2 + size > end:
            items["rest"] = body[at:].hex().upper()
            break
        _read_item(body[at], body[at + 2 : at + 2 + size], values, items)
        at += 2 + size
    return tuple(values), items


def _read_item(code: int, data: bytes, values: list[Value], items: dict[str, Any]) -> None:
    item = ITEMS.get(code)
    if item is None or len(data) != item.size:
        composite = _composite(code, data)
        items[composite[0] if composite else f"{code:02X}"] = composite[1] if composite else data.hex().upper()
        return
    number = int.from_bytes(data, "big")
    if code == 0x06 and number & 0x8000:  # 2019: the top bit is a sign, not a complement
        number = -(number & 0x7FFF)
    value = number / item.divisor if item.divisor > 1 else number
    if not item.property:
        items[item.name] = value
        return
    # Makers fill a number that they do not have with ones.
    unknown = number == (1 << 8 * item.size) - 1
    items[item.name] = None if unknown else value
    values.append((item.property, None if unknown else float(value), item.unit))


def _composite(code: int, data: bytes) -> tuple[str, Any] | None:
    """Read which area, route or stretch an alarm is about (tables 28 to 30)."""
    if code == 0x11 and len(data) in (1, 5):
        return "overspeed_at", {"kind": data[0], "id": int.from_bytes(data[1:], "big") if data[0] else None}
    if code == 0x12 and len(data) == 6:
        return "zone", {"kind": data[0], "id": int.from_bytes(data[1:5], "big"), "leaving": bool(data[5])}
    if code == 0x13 and len(data) == 7:
        seconds = int.from_bytes(data[4:6], "big")
        return "stretch", {"id": int.from_bytes(data[:4], "big"), "seconds": seconds, "too_long": bool(data[6])}
    return None


def observations_of(report: Report, thing: str, received_at: datetime | None = None) -> tuple[Observation, ...]:
    """Give every state of a report as an observation, cleared alarms as 0, so that clearing is seen.

    Without a fix the place is missing; coordinates that went through a secrecy module are suspect. A report without a
    time stands at `received_at` and is suspect, or gives nothing.
    """
    at, quality = report.observed_at, "good"
    if at is None:
        at, quality = received_at, "suspect"
    if at is None:
        return ()
    observed = _place(report, thing, at, "suspect" if report.status >> SHIFTED & 1 else quality)
    states: Quality = "suspect" if quality == "suspect" else "good"
    observed += [
        Observation(thing, name, at, value, unit, "missing" if value is None else states)
        for name, value, unit in report.values
    ]
    observed.append(Observation(thing, "vehicle.acc", at, float(report.status >> ACC & 1), "1", states))
    word = report.alarm
    observed += [Observation(thing, name, at, 1.0 if word & mask else 0.0, "1", states) for name, mask in _MASKS]
    return tuple(observed)


def told_of(reports: Sequence[Report], thing: str, received_at: datetime | None = None) -> tuple[Observation, ...]:
    """Give the observations of all reports of one thing."""
    if len(reports) == 1:
        return observations_of(reports[0], thing, received_at)
    return tuple(each for report in reports for each in observations_of(report, thing, received_at))


def _place(report: Report, thing: str, at: datetime, quality: str) -> list[Observation]:
    known: Quality = "suspect" if quality == "suspect" else "good"
    unknown: Quality = "suspect" if report.located else "missing"
    numbers = (report.longitude, report.latitude, report.altitude, report.speed, report.course)
    return [
        Observation(thing, name, at, value, unit, unknown if value is None else known)
        for (name, unit), value in zip(_PLACE, numbers, strict=True)
    ]


def write_report(report: Report, items: Iterable[tuple[int, bytes]] = ()) -> bytes:
    """Write a report as a vehicle sends it; raise ValueError for what the format cannot hold."""
    when = b"\x00" * 6
    if report.observed_at is not None:
        if report.observed_at.tzinfo is None:
            raise ValueError("a time needs its zone")
        when = bytes.fromhex(report.observed_at.astimezone(CHINA).strftime("%y%m%d%H%M%S"))
    status = report.status
    status |= (1 << SOUTH if (report.latitude or 0) < 0 else 0) | (1 << WEST if (report.longitude or 0) < 0 else 0)
    try:
        fixed = FIXED.pack(
            report.alarm,
            status,
            round(abs(report.latitude or 0) * 1_000_000),
            round(abs(report.longitude or 0) * 1_000_000),
            round(report.altitude or 0) & 0xFFFF,
            round((report.speed or 0) * 10),
            round(report.course or 0),
            when,
        )
    except struct.error as error:
        raise ValueError(f"a report cannot hold this: {error}") from error
    return fixed + b"".join(bytes((code, len(data))) + data for code, data in items)
