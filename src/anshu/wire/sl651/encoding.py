# SPDX-License-Identifier: Apache-2.0
"""Write frames: reports as a station sends them, answers and commands as a centre sends them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anshu.wire.base import CHINA
from anshu.wire.sl651.elements import BY_PROPERTY, BY_SYMBOL, ELEMENTS, Element
from anshu.wire.sl651.framing import ENQ, EOT, ETB, ETX, MAX_BODY, NAK, build_frame
from anshu.wire.sl651.messages import HEARTBEAT, HOURLY, PICTURE, UNIFORM, Sl651Message

_SCALE = tuple(int("1" + "0" * n) for n in range(12))
Value = float | None | Sequence[float | None]
Name = str | int  # a property, a symbol such as "DRP", or an identifier such as 0xF4
Elements = Iterable[tuple[Name, Value]]


@dataclass(frozen=True, slots=True)
class Station:
    """Who sends: address, the centre it reports to, password, class of table A.1."""

    address: str
    center: int = 1
    password: str = "0000"
    station_class: str = "H"


@dataclass(frozen=True, slots=True)
class Group:
    """Elements observed at one time (6.6.2.8 e)."""

    observed_at: datetime
    elements: Elements


def _bcd_time(at: datetime, form: str) -> bytes:
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    at = at.astimezone(CHINA)
    if not 2000 <= at.year <= 2099:
        raise ValueError(f"two digits cannot hold the year {at.year}")
    return bytes.fromhex(at.strftime(form))


def _head(serial: int, sent_at: datetime) -> bytes:
    return serial.to_bytes(2, "big") + _bcd_time(sent_at, "%y%m%d%H%M%S")


def _address(station: str) -> bytes:
    return b"\xf1\xf1" + bytes.fromhex(station)


def _time_group(at: datetime) -> bytes:
    return b"\xf0\xf0" + _bcd_time(at, "%y%m%d%H%M")


def element_named(name: Name) -> Element:
    """Find an element by property, symbol or identifier; raise KeyError."""
    if isinstance(name, int):
        return ELEMENTS[name]
    return BY_PROPERTY[name] if name in BY_PROPERTY else BY_SYMBOL[name]


def encode_element(name: Name, value: Value) -> bytes:
    """Write identifier and data, 6.6.3; None is no data. Raise ValueError for what the format cannot hold."""
    element = element_named(name)
    if element.form in ("series_1", "series_2"):
        if not isinstance(value, Sequence):
            raise ValueError(f"{element.symbol} takes a series")
        data = b"".join(_binary(v, element) for v in value)
        return bytes((element.code, len(data) << 3)) + data
    if isinstance(value, Sequence):
        raise ValueError(f"{element.symbol} takes one value")
    data = _number(value, element)
    decimals = 0 if element.form == "status" else element.decimals
    return bytes((element.code, len(data) << 3 | decimals)) + data


def _binary(value: float | None, element: Element) -> bytes:
    width = 1 if element.form == "series_1" else 2
    none = (1 << 8 * width) - 1
    if value is None:
        return none.to_bytes(width, "big")
    number = round(value * _SCALE[element.decimals])
    if not 0 <= number < none:
        raise ValueError(f"{element.symbol} cannot hold {value}")
    return number.to_bytes(width, "big")


def _number(value: float | None, element: Element) -> bytes:
    size = (element.digits + 1) // 2
    if value is None:
        return b"\xaa" * size
    if element.form == "status":
        return int(value).to_bytes(4, "big")
    if element.form == "duration":
        number = int(value) // 60 * 100 + int(value) % 60
    else:
        number = round(abs(value) * _SCALE[element.decimals])
    if number >= _SCALE[element.digits]:
        raise ValueError(f"{element.symbol} cannot hold {value}")
    # 6.6.3.3 a: FF before a negative number
    sign = b"\xff" if value < 0 and number else b""
    return sign + bytes.fromhex(f"{number:0{2 * size}d}")


def encode_uplink(
    function: int,
    station: Station,
    *,
    serial: int,
    sent_at: datetime,
    groups: Iterable[Group] = (),
    end: int = ETX,
) -> bytes:
    """Write a report (30H, 32H, 33H, 34H, 37H, 3AH, 44H) or, without groups, a heartbeat (2FH)."""
    body = _head(serial, sent_at)
    if function != HEARTBEAT:
        body += _address(station.address) + station.station_class.encode("ascii")
    for group in groups:
        body += _time_group(group.observed_at)
        body += b"".join(encode_element(name, value) for name, value in group.elements)
    return _uplink(function, station, body, end)


def _uplink(function: int, station: Station, body: bytes, end: int, total: int = 0, index: int = 0) -> bytes:
    return build_frame(
        direction="up",
        center=station.center,
        station=station.address,
        password=station.password,
        function=function,
        end=end,
        body=body,
        total=total,
        index=index,
    )


def encode_hourly(
    station: Station,
    *,
    serial: int,
    sent_at: datetime,
    hour_end: datetime,
    rain_5min: Sequence[float | None] | None = None,
    rain_accumulated: float | None = None,
    relative_level: Sequence[float | None] | None = None,
    others: Elements = (),
) -> bytes:
    """Write an hourly report (table 36): series begin five minutes into the hour, the rest is at its end."""
    first_at = hour_end - timedelta(minutes=55)
    groups = []
    if rain_5min is not None:
        groups.append(Group(first_at, [("DRP", rain_5min)]))
        groups.append(Group(hour_end, [("rain_accumulated", rain_accumulated)]))
    if relative_level is not None:
        groups.append(Group(first_at, [("DRZ1", relative_level)]))
    groups.append(Group(hour_end, others))
    return encode_uplink(HOURLY, station, serial=serial, sent_at=sent_at, groups=groups)


def encode_uniform(
    station: Station,
    *,
    serial: int,
    sent_at: datetime,
    first_at: datetime,
    step: timedelta,
    element: Name,
    values: Sequence[float | None],
) -> bytes:
    """Write a report of one element at equal steps (31H, table 30)."""
    known = element_named(element)
    minutes = int(step.total_seconds() // 60)
    parts = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    # Every group must be as long as the longest (6.6.4.4 d), so a negative one widens all.
    size = max((len(_number(v, known)) for v in values), default=1)
    data = b"".join(_padded(_number(v, known), size, v) for v in values)
    body = _head(serial, sent_at) + _address(station.address) + station.station_class.encode("ascii")
    body += _time_group(first_at) + b"\x04\x18" + bytes.fromhex("".join(f"{p:02d}" for p in parts))
    body += bytes((known.code, size << 3 | known.decimals)) + data
    return _uplink(UNIFORM, station, body, ETX)


def _padded(data: bytes, size: int, value: float | None) -> bytes:
    return b"\xff" * size if value is None else data.rjust(size, b"\x00")


def encode_picture(
    station: Station,
    *,
    serial: int,
    sent_at: datetime,
    observed_at: datetime,
    picture: bytes,
    packet_size: int = 256,
) -> list[bytes]:
    """Write a picture (36H, table 40) as numbered packets (table 22)."""
    if not 1 <= packet_size <= MAX_BODY - 3:
        raise ValueError(f"packets of {packet_size} bytes do not fit a frame")
    body = _head(serial, sent_at) + _address(station.address) + station.station_class.encode("ascii")
    body += _time_group(observed_at) + b"\xf3\xf3" + picture
    parts = [body[i : i + packet_size] for i in range(0, len(body), packet_size)]
    total = len(parts)
    return [
        _uplink(PICTURE, station, part, ETX if n == total else ETB, total, n) for n, part in enumerate(parts, start=1)
    ]


def wants_reply(message: Sl651Message) -> bool:
    """Tell whether a centre answers: never a heartbeat (6.6.4.2), a packet only with the last (6.3.1.2 c)."""
    return message.direction == "up" and message.function != HEARTBEAT and not message.is_part


def encode_reply(
    message: Sl651Message,
    *,
    now: datetime,
    end: int = EOT,
    serial: int | None = None,
    packet: int | None = None,
) -> bytes | None:
    """Write the answer to an uplink: its serial number and the centre's time; None if none is wanted.

    EOT lets the station go, ESC keeps it on line, NAK with `packet` asks for one packet again; the serial
    number of a message of which only later packets are here must be given.
    """
    if packet is None and not wants_reply(message):
        return None
    number = serial if serial is not None else message.serial or 0
    # Table 23 note a: NAK names the packet that is wrong, the rest name the last one.
    index = (packet if end == NAK and packet is not None else message.total) if message.total else 0
    body = _head(number, now)
    if message.encoding == "ascii":
        body = body.hex().upper().encode()
    return build_frame(
        encoding=message.encoding,
        direction="down",
        center=message.center,
        station=message.thing,
        password=message.password,
        function=message.function,
        end=end,
        body=body,
        total=message.total,
        index=index,
    )


def encode_naks(
    message: Sl651Message, missing: Iterable[int], *, now: datetime, serial: int | None = None
) -> list[bytes]:
    """Ask again for each missing packet of a message, one answer a packet (6.3.1.2 c)."""
    replies = (encode_reply(message, now=now, end=NAK, serial=serial, packet=n) for n in missing)
    return [reply for reply in replies if reply]


def encode_command(function: int, station: Station, *, now: datetime, data: bytes = b"") -> bytes:
    """Write a centre's query or setting (37H to 51H): serial number 0 (6.6.2.4), its time, its data."""
    return build_frame(
        direction="down",
        center=station.center,
        station=station.address,
        password=station.password,
        function=function,
        end=ENQ,
        body=_head(0, now) + data,
    )


__all__ = [
    "Group",
    "Station",
    "encode_command",
    "encode_element",
    "encode_hourly",
    "encode_naks",
    "encode_picture",
    "encode_reply",
    "encode_uniform",
    "encode_uplink",
    "wants_reply",
]
