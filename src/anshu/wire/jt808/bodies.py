# SPDX-License-Identifier: Apache-2.0
"""Bodies of JT/T 808 messages, chapter 8 (2013) and its differences of 2019."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from anshu.wire.base import Refused, refuse
from anshu.wire.jt808 import messages as ids
from anshu.wire.vehicles import Cursor, Report, read_report
from anshu.wire.vehicles.cursor import readable

_RESULTS = {0: "done", 1: "failed", 2: "wrong", 3: "unsupported", 4: "alarm_confirmed"}  # tables 4 and 5
_MEDIA_KINDS = {0: "picture", 1: "sound", 2: "video"}  # table 80
_MEDIA_FORMATS = {0: "JPEG", 1: "TIF", 2: "MP3", 3: "WAV", 4: "WMV"}


@dataclass(slots=True)
class Body:
    """What was read of a body."""

    parameters: dict[str, Any] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    payload: bytes = b""


def _answer(cursor: Cursor, body: Body, version: int) -> None:
    serial, message_id, result = cursor.number(2), cursor.number(2), cursor.number(1)
    body.parameters |= {
        "answers_serial": serial,
        "answers": f"{message_id:04X}",
        "result": _RESULTS.get(result, str(result)),
    }


def _asked_again(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["answers_serial"] = cursor.number(2)
    # 2013 counts in one byte, 2019 in two; a packet's number has two, so what is left tells which.
    count = cursor.number(1 if cursor.left % 2 else 2)
    body.parameters["packets"] = [cursor.number(2) for _ in range(min(count, cursor.left // 2))]


def _register(cursor: Cursor, body: Body, version: int) -> None:
    """Read table 7; a shorter body is of 2011, whose model has 8 bytes."""
    if version == 2019:
        maker, model, terminal = 11, 30, 30
    else:
        maker, model, terminal = 5, 20 if cursor.left >= 37 else 8, 7
    province, city = cursor.number(2), cursor.number(2)
    body.parameters |= {
        "province": province,
        "city": city,
        "maker": cursor.text(maker),
        "model": cursor.text(model),
        "terminal_id": cursor.text(terminal),
        "plate_colour": cursor.number(1),
    }
    name = "plate" if body.parameters["plate_colour"] else "vin"  # colour 0: no plate yet
    body.parameters[name] = readable(cursor.rest())


def _registered(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters |= {"answers_serial": cursor.number(2), "result": cursor.number(1)}
    if cursor.left:
        body.parameters["code"] = readable(cursor.rest())


def _authenticate(cursor: Cursor, body: Body, version: int) -> None:
    """Read the code; 2019 gives its length, then IMEI and software version."""
    if version != 2019:
        body.parameters["code"] = readable(cursor.rest())
        return
    body.parameters["code"] = cursor.text(cursor.number(1))
    if cursor.left:
        body.parameters["imei"] = cursor.text(min(15, cursor.left))
        body.parameters["software"] = readable(cursor.rest())


def _parameters(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["answers_serial"] = cursor.number(2)
    _settings(cursor, body, version)


def _settings(cursor: Cursor, body: Body, version: int) -> None:
    settings: dict[str, Any] = {}
    for _ in range(cursor.number(1)):
        number = cursor.number(4)
        name, value = _setting(number, cursor.take(cursor.number(1)))
        settings[name] = value
    body.parameters["settings"] = settings


# Table 12, the ones a centre sets or reads most.
SETTINGS = {
    "heartbeat_s": 0x0001,
    "answer_timeout_s": 0x0002,
    "answer_resends": 0x0003,
    "server_tcp_port": 0x0018,
    "report_strategy": 0x0020,
    "report_scheme": 0x0021,
    "report_interval_asleep_s": 0x0027,
    "report_interval_emergency_s": 0x0028,
    "report_interval_s": 0x0029,
    "report_distance_m": 0x002C,
    "alarm_mask": 0x0050,
    "speed_limit_km_h": 0x0055,
    "overspeed_lasts_s": 0x0056,
    "driving_limit_s": 0x0057,
    "mileage": 0x0080,
}
_TEXTS = {"apn": 0x0010, "server": 0x0013, "spare_server": 0x0017, "plate": 0x0083}
_NAMES = {number: name for name, number in (SETTINGS | _TEXTS).items()}


def _setting(number: int, value: bytes) -> tuple[str, Any]:
    name = _NAMES.get(number, f"{number:04X}")
    if name in SETTINGS and len(value) == 4:
        return name, int.from_bytes(value, "big")
    return name, readable(value) if name in _TEXTS else value.hex().upper()


def _wanted(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["wanted"] = [_NAMES.get(n, f"{n:04X}") for n in _words(cursor, cursor.number(1), 4)]


def _words(cursor: Cursor, count: int, size: int) -> list[int]:
    return [cursor.number(size) for _ in range(count)]


def _position(cursor: Cursor, body: Body, version: int) -> None:
    at = cursor.base + cursor.at
    body.reports.append(read_report(cursor.rest(), at))


def _position_answer(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["answers_serial"] = cursor.number(2)
    _position(cursor, body, version)


def _positions(cursor: Cursor, body: Body, version: int) -> None:
    """Read table 77: a count, whether they come late, then reports each with its length."""
    count = cursor.number(2)
    body.parameters["blind_spot"] = cursor.number(1) == 1
    if count * 30 > cursor.left:
        refuse("truncated", cursor.base + cursor.at, cursor.clause, expected=count * 30, found=cursor.left)
    for _ in range(count):
        size = cursor.number(2)
        at = cursor.base + cursor.at
        body.reports.append(read_report(cursor.take(size), at))


def _media_event(cursor: Cursor, body: Body, version: int) -> None:
    number, kind, form, event, channel = (cursor.number(size) for size in (4, 1, 1, 1, 1))
    body.parameters |= {
        "media_id": number,
        "media": _MEDIA_KINDS.get(kind, str(kind)),
        "format": _MEDIA_FORMATS.get(form, str(form)),
        "event": event,
        "channel": channel,
    }


def _media(cursor: Cursor, body: Body, version: int) -> None:
    """Read table 82: what it is, where it was taken (28 bytes), the data."""
    _media_event(cursor, body, version)
    at = cursor.base + cursor.at
    body.reports.append(read_report(cursor.take(28), at, "表82"))
    body.payload = cursor.rest()
    body.parameters["bytes"] = len(body.payload)


def _media_answer(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["media_id"] = cursor.number(4)
    if cursor.left:
        body.parameters["packets"] = _words(cursor, cursor.number(1), 2)


def _text(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["flags"] = cursor.number(1)
    if version == 2019:
        body.parameters["kind"] = cursor.number(1)
    body.parameters["text"] = readable(cursor.rest())


def _control(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["command"] = cursor.number(1)
    if cursor.left:
        body.parameters["with"] = readable(cursor.rest())


def _time(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["time"] = cursor.take(6).hex()


def _passthrough(cursor: Cursor, body: Body, version: int) -> None:
    body.parameters["channel"] = cursor.number(1)
    _raw(cursor, body, version)


def _raw(cursor: Cursor, body: Body, version: int) -> None:
    """Keep what is not read further."""
    if cursor.left:
        body.payload = cursor.rest()
        if len(body.payload) <= 1023:
            body.parameters["raw"] = body.payload.hex().upper()


Reader = Callable[[Cursor, Body, int], None]
# number -> (reader, table of 2013)
_READERS: dict[int, tuple[Reader, str]] = {
    ids.TERMINAL_ANSWER: (_answer, "表4"),
    ids.PLATFORM_ANSWER: (_answer, "表5"),
    ids.ASK_AGAIN: (_asked_again, "表6"),
    ids.TERMINAL_ASKS_AGAIN: (_asked_again, "2019 表7"),
    ids.REGISTER: (_register, "表7"),
    ids.REGISTERED: (_registered, "表8"),
    ids.AUTHENTICATE: (_authenticate, "表9"),
    ids.SET_PARAMETERS: (_settings, "表10"),
    0x8106: (_wanted, "表15"),
    ids.PARAMETERS: (_parameters, "表16"),
    ids.CONTROL: (_control, "表17"),
    ids.POSITION: (_position, "表23"),
    ids.POSITION_ANSWER: (_position_answer, "表32"),
    ids.CONTROL_ANSWER: (_position_answer, "表52"),
    ids.TEXT: (_text, "表34"),
    ids.POSITIONS: (_positions, "表77"),
    ids.MEDIA_EVENT: (_media_event, "表80"),
    ids.MEDIA: (_media, "表82"),
    ids.MEDIA_ANSWER: (_media_answer, "表83"),
    ids.TIME: (_time, "2019 表6"),
    0x0900: (_passthrough, "表88"),
    0x8900: (_passthrough, "表88"),
}


# Without these nothing can be said of the vehicle, so a body that is not whole refuses the frame.
_STRICT = frozenset({ids.POSITION, ids.POSITION_ANSWER, ids.CONTROL_ANSWER, ids.POSITIONS, ids.MEDIA, ids.REGISTER})


def read_body(message_id: int, data: bytes, base: int, version: int) -> Body:
    """Read a body; raise Refused. A message without a table here keeps its bytes.

    So does an answer or a setting that ends too early: `incomplete` then names the table that it breaks.
    """
    reader, clause = _READERS.get(message_id, (_raw, "附录A"))
    body = Body()
    try:
        reader(Cursor(data, base, clause), body, version)
    except Refused:
        if message_id in _STRICT:
            raise
        body = Body({"incomplete": clause})
        _raw(Cursor(data, base, clause), body, version)
    return body


def is_read(message_id: int) -> bool:
    """Tell whether the body of such a message is understood, or has nothing in it."""
    return message_id in _READERS or message_id in (ids.HEARTBEAT, ids.LOGOUT, ids.ASK_TIME)
