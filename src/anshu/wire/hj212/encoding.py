# SPDX-License-Identifier: Apache-2.0
"""What a device sends (for replay and tests) and what a centre answers and asks, HJ 212-2005, -2017 and -2025."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anshu.wire.base import CHINA, refuse
from anshu.wire.hj212.factors import BY_PROPERTY
from anshu.wire.hj212.framing import NUMBERED, WANTS_REPLY, build_frame
from anshu.wire.hj212.messages import ANSWERS, NOTICES, Hj212Message

Version = Literal["2005", "2017", "2025"]
_VERSION_BITS = {"2005": 0, "2017": 1, "2025": 2}
_EXCHANGE = "91"  # table 5: system interaction
# Table 3: a data region of 950 characters.
MAX_REGION = 950
# Table 9: seconds between real-time reports, minutes between minute data.
REALTIME_S = range(30, 3601)
MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
HISTORIES = {"minute": "2051", "hour": "2061", "day": "2031"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A device as frames name it."""

    thing: str
    password: str = "123456"
    system: str = "32"
    version: Version = "2017"
    key: bytes | None = None
    charset: str = "utf-8"


def request_number(at: datetime) -> str:
    """Write a time as QN, to the millisecond."""
    local = at.astimezone(CHINA)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"


def stamp(at: datetime) -> str:
    """Write a time as DataTime."""
    return f"{at.astimezone(CHINA):%Y%m%d%H%M%S}"


def encode_message(
    site: Site,
    command: str,
    body: str,
    *,
    request: str,
    wants_reply: bool = False,
    resent: bool = False,
    system: str | None = None,
    packet: tuple[int, int] | None = None,
) -> bytes:
    """Write one frame of either side; `packet` is (PNUM, PNO). Raise ValueError if too long."""
    flag = _VERSION_BITS[site.version] << 2 | (NUMBERED if packet else 0) | (WANTS_REPLY if wants_reply else 0)
    head = f"QN={request};ST={system or site.system};CN={command};PW={site.password};MN={site.thing};Flag={flag}"
    if packet:
        head += f";PNUM={packet[0]};PNO={packet[1]}"
    if resent:
        head += ";RF=1"
    return build_frame(head, body, key=site.key, charset=site.charset)


def encode_data(
    site: Site,
    command: str,
    values: Mapping[str, Mapping[str, str | float]],
    *,
    at: datetime,
    sent_at: datetime,
    wants_reply: bool = True,
    resent: bool = False,
) -> list[bytes]:
    """Write what a device measures: property or code -> field (Rtd, Avg, Min, Flag …) -> value; in packets if long."""
    items = [f"DataTime={stamp(at)}"]
    for name, fields in values.items():
        code = BY_PROPERTY[name].code if name in BY_PROPERTY else name
        items.append(",".join(f"{code}-{field}={value}" for field, value in fields.items()))
    bodies = _packed(items)
    request = request_number(sent_at)
    return [
        encode_message(
            site,
            command,
            body,
            request=request,
            wants_reply=wants_reply,
            resent=resent,
            packet=(len(bodies), index) if len(bodies) > 1 else None,
        )
        for index, body in enumerate(bodies, 1)
    ]


def _packed(items: Sequence[str]) -> list[str]:
    bodies = [items[0]]
    for item in items[1:]:
        if len(bodies[-1]) + 1 + len(item) <= MAX_REGION:
            bodies[-1] += f";{item}"
        else:
            bodies.append(item)
    return bodies


def encode_reply(message: Hj212Message, *, key: bytes | None = None) -> bytes:
    """Answer data by 9014 and a notice by 9013, empty where the sender waits for nothing or answers us itself."""
    if not message.wants_reply or message.direction == "down" or message.command in ANSWERS:
        return b""
    command = "9013" if message.command in NOTICES else "9014"
    return _answer(site_of(message, key), command, message, "")


def encode_request_answer(message: Hj212Message, result: int = 1, *, key: bytes | None = None) -> bytes:
    """Write 9011, by which a device takes a request or turns it down (QnRtn, table 6)."""
    return _answer(site_of(message, key), "9011", message, f"QnRtn={result}")


def encode_execution_result(message: Hj212Message, result: int = 1, *, key: bytes | None = None) -> bytes:
    """Write 9012, by which a device ends a request (ExeRtn, table 7)."""
    return _answer(site_of(message, key), "9012", message, f"ExeRtn={result}")


def _answer(site: Site, command: str, message: Hj212Message, body: str) -> bytes:
    if site.version == "2005":
        # 2005 repeats the request's number in the data region.
        body = f"QN={message.request}" + (f";{body}" if body else "")
    return encode_message(site, command, body, request=message.request, system=_EXCHANGE)


def site_of(message: Hj212Message, key: bytes | None = None) -> Site:
    """Take from a message how to write to its sender."""
    version: Version = "2025" if message.version == "2025" else "2017" if message.version == "2017" else "2005"
    return Site(
        thing=message.thing,
        password=message.password,
        system=message.system or _EXCHANGE,
        version=version,
        key=key if message.encrypted else None,
    )


def set_clock(site: Site, request: str, now: datetime, factor: str = "") -> bytes:
    """Write 1012; with a factor's code, the clock of that instrument."""
    body = (f"PolId={factor};" if factor else "") + f"SystemTime={stamp(now)}"
    return encode_message(site, "1012", body, request=request, wants_reply=True)


def set_realtime_interval(site: Site, request: str, seconds: int) -> bytes:
    """Write 1062; raise Refused('bad_field') outside 30 to 3600 s."""
    if seconds not in REALTIME_S:
        refuse("bad_field", 0, "6.3 表9", field="RtdInterval", raw=str(seconds))
    return encode_message(site, "1062", f"RtdInterval={seconds}", request=request, wants_reply=True)


def set_minute_interval(site: Site, request: str, minutes: int) -> bytes:
    """Write 1064; raise Refused('bad_field') for what does not divide an hour as the standard lists."""
    if minutes not in MINUTES:
        refuse("bad_field", 0, "6.3 表9", field="MinInterval", raw=str(minutes))
    return encode_message(site, "1064", f"MinInterval={minutes}", request=request, wants_reply=True)


def fetch_now(site: Site, request: str) -> bytes:
    """Write 2011, which asks for real-time data."""
    return encode_message(site, "2011", "", request=request, wants_reply=True)


def fetch_history(site: Site, request: str, series: str, since: datetime, until: datetime) -> bytes:
    """Write 2051, 2061 or 2031, which ask for what was measured from `since` to `until`."""
    if series not in HISTORIES:
        refuse("unsupported_command", 0, "6.3 表9", kind=f"fetch_history {series}"[:64])
    body = f"BeginTime={stamp(since)},EndTime={stamp(until)}"
    return encode_message(site, HISTORIES[series], body, request=request, wants_reply=True)


__all__ = [
    "Site",
    "encode_data",
    "encode_execution_result",
    "encode_message",
    "encode_reply",
    "encode_request_answer",
    "fetch_history",
    "fetch_now",
    "request_number",
    "set_clock",
    "set_minute_interval",
    "set_realtime_interval",
    "site_of",
]
