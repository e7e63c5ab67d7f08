# SPDX-License-Identifier: Apache-2.0
"""HJ 212 data regions into observations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anshu.wire.base import CHINA, Observation, Quality, refuse
from anshu.wire.hj212.factors import is_factor, property_of
from anshu.wire.hj212.framing import VERSIONS, Hj212Frame, Keys, parse_frame
from anshu.wire.hj212.messages import ASKED_BY, ASKING, COMMANDS, DOWN_ONLY, Hj212Message

_REGION = "6.3 表4"
# What is a value of the property, by rank; the others are told in the parameters.
_VALUES = ("Rtd", "Avg", "Data", "Ala", "Info")
# Converted to the reference oxygen content: a series of its own, for the limits of flue gas are written for it.
_CONVERTED = ("ZsRtd", "ZsAvg")
# Periods begin at DataTime; the other commands give the instant.
PERIODS = {"2031": "day", "2041": "day", "2051": "minute", "2061": "hour"}

# Table 8 of 2017 (N F M S D C T B), and of 2005 P and the digits of air stations. No value is to raise an alarm unless
# it is normal. Where the instrument is out of order or out of reach, what stands there is no measurement.
QUALITIES: dict[str, Quality] = {
    "N": "good",
    "F": "suspect",
    "M": "suspect",
    "S": "suspect",
    "C": "suspect",
    "T": "suspect",
    "D": "missing",
    "B": "missing",
    "P": "missing",
    "0": "suspect",
    "1": "good",
    "2": "suspect",
    "3": "good",
}
FLAGS_ZH = {
    "N": "正常",
    "F": "停运",
    "M": "维护",
    "S": "手工输入",
    "D": "故障",
    "C": "校准",
    "T": "超测量上限",
    "B": "通讯异常",
    "P": "电源故障",
}


def decode_frame(raw: bytes, keys: Keys | None = None) -> Hj212Message:
    """Read one whole frame; raise Refused."""
    return decode(parse_frame(raw, keys))


def decode(frame: Hj212Frame) -> Hj212Message:
    """Read the message of a frame; raise Refused."""
    return decode_body(frame, frame.body)


def decode_body(frame: Hj212Frame, body: str | None, *, assembled: bool = False) -> Hj212Message:
    """Read a data region, which may come from several frames; without one, the head alone. Raise Refused."""
    fields = frame.fields
    number = fields["CN"]
    request = fields.get("QN", "")
    sent_at = _request_time(request)
    reader = _Reader(frame, sent_at)
    reader.read(body or "")
    reader.parameters |= {name: value for name, value in fields.items() if name not in _KNOWN_FIELDS and value}
    if number in PERIODS and reader.observations:
        reader.parameters["period"] = PERIODS[number]
    flag = frame.flag
    down = number in DOWN_ONLY or (body is not None and _asks(number, reader))
    return Hj212Message(
        protocol="hj212",
        thing=fields["MN"],
        kind=COMMANDS[number][0] if number in COMMANDS else "extension",
        direction="down" if down else "up",
        sent_at=sent_at,
        observations=tuple(reader.observations),
        parameters=reader.parameters,
        version=VERSIONS[(flag or 0) >> 2],
        command=number,
        system=fields.get("ST", ""),
        password=fields.get("PW", ""),
        request=request or str(reader.parameters.get("QN", "")),
        flag=flag,
        charset=frame.charset,
        encrypted=frame.encrypted,
        resent=fields.get("RF") == "1",
        total=frame.total,
        index=frame.index,
        assembled=assembled,
    )


_KNOWN_FIELDS = frozenset(("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"))
_HISTORY = frozenset(("2013", "2031", "2041", "2051", "2052", "2061", "2062", "2071", "2111"))


def _asks(number: str, reader: "_Reader") -> bool:
    """Tell a centre's request from the data that answers it: the standard marks no direction."""
    if reader.observations:
        return False
    if number in _HISTORY:
        return "BeginTime" in reader.parameters and "items" not in reader.parameters
    return number in ASKING and all(name in ASKED_BY for name in reader.parameters)


def _request_time(request: str) -> datetime | None:
    """Read QN as a time; it only has to be unique, so that one that is no time is no fault."""
    if len(request) != 17 or not (request.isascii() and request.isdigit()):
        return None
    try:
        return _time_of(request)
    except ValueError:
        return None


def _time_of(text: str) -> datetime:
    """Read YYYYMMDDhhmmss, or with milliseconds as some devices write it, as Beijing time; raise ValueError."""
    if len(text) not in (14, 17) or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    year = int(text[:4])
    if not 2000 <= year < 2100:
        raise ValueError(text)
    return datetime(
        year,
        int(text[4:6]),
        int(text[6:8]),
        int(text[8:10]),
        int(text[10:12]),
        int(text[12:14]),
        int(text[14:] or 0) * 1000,
        CHINA,
    )


class _Reader:
    """Walks one data region; times and factors come in the order in which they are written."""

    def __init__(self, frame: Hj212Frame, sent_at: datetime | None) -> None:
        self._frame, self._sent_at = frame, sent_at
        self._thing = frame.thing
        self._at: datetime | None = None
        self._texts: list[str] = []
        self._items: list[dict[str, Any]] = []
        self.observations: list[Observation] = []
        self.parameters: dict[str, Any] = {}

    def read(self, body: str) -> None:
        """Take a whole region."""
        if "//" in body:
            body = self._set_aside(body)
        for item in body.split(";"):
            if item and not item.isspace():
                self._item(item)
        if self._items:
            self.parameters["items"] = self._items

    def _set_aside(self, body: str) -> str:
        """Take logs out of the way, which stand between // and may hold any separator (table B, i11001)."""
        pieces = body.split("//")
        for at in range(1, len(pieces) - 1, 2):
            self._texts.append(pieces[at])
            pieces[at] = f"\x01{len(self._texts) - 1}"
        return "".join(pieces)

    def _text(self, value: str) -> str:
        return self._texts[int(value[1:])] if value[:1] == "\x01" and value[1:].isdecimal() else value

    def _item(self, item: str) -> None:
        groups: dict[str, dict[str, str]] = {}
        for pair in item.split(","):
            name, _, value = pair.partition("=")
            code, dash, field = name.rpartition("-")
            if dash:
                group = groups.get(code)
                if group is None:
                    groups[code] = {field: value}
                else:
                    group[field] = value
            elif name:
                self._plain(name, value)
        for code, group in groups.items():
            self._factor(code, group)

    def _plain(self, name: str, value: str) -> None:
        if name in ("DataTime", "AlarmTime"):
            self._at = self._time(value)
        if name != "DataTime" or "DataTime" not in self.parameters:
            self.parameters[name] = self._text(value)

    def _time(self, value: str) -> datetime:
        try:
            return _time_of(value)
        except ValueError:
            refuse("bad_time", self._frame.body_offset, _REGION, raw=value[:32])

    def _factor(self, code: str, group: dict[str, str]) -> None:
        sample_time = group.pop("SampleTime", None)
        mark = group.pop("Flag", None) or group.pop("flag", None)
        quality = QUALITIES.get(mark, "suspect") if mark else "good"
        at = None
        known = property_of(code)
        if known is not None:
            for field in _VALUES:
                text = group.pop(field, None)
                if text is None:
                    continue
                if field == "Info" and not is_factor(code):
                    # Logs and states of instruments are no measurements.
                    group[field] = text
                    break
                at = at or self._at_of(code, sample_time)
                self._observe(known[0], known[1], at, text, quality, group, field)
                break
            for field in _CONVERTED:
                text = group.pop(field, None)
                if text is not None:
                    at = at or self._at_of(code, sample_time)
                    self._observe(f"{known[0]}_converted", known[1], at, text, quality, group, field)
                    break
        if group or quality != "good":
            self._keep(code, group, mark, at or self._at)

    def _keep(self, code: str, group: Mapping[str, str], mark: str | None, at: datetime | None) -> None:
        """Keep what is no observation of its own: lowest, highest, total, state, information, and any flag."""
        entry: dict[str, Any] = {"code": code}
        if at is not None:
            entry["time"] = at.isoformat()
        if mark:
            entry["Flag"] = mark
        entry |= {field: self._text(value) for field, value in group.items()}
        self._items.append(entry)

    def _at_of(self, code: str, sample_time: str | None) -> datetime:
        if sample_time:
            return self._time(sample_time)
        at = self._at or self._sent_at
        if at is None:
            refuse("no_observation_time", self._frame.body_offset, _REGION, code=code[:32])
        return at

    def _observe(
        self, name: str, unit: str, at: datetime, text: str, quality: Quality, group: dict[str, str], field: str
    ) -> None:
        value = _number(text)
        if value is None or quality == "missing":
            if text:
                group[field] = text
            value, quality = None, "missing"
        self.observations.append(Observation(self._thing, name, at, value, unit, quality))


def _number(text: str) -> float | None:
    """Read a decimal number; None for anything else, which devices send where they have no value."""
    try:
        value = float(text)
    except ValueError:
        return None
    if value - value != 0 or "_" in text or not text.isascii():
        return None
    return value


__all__ = ["FLAGS_ZH", "QUALITIES", "decode", "decode_body", "decode_frame"]
