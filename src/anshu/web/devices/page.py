# SPDX-License-Identifier: Apache-2.0
"""What the diagnosis of one device shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import KEPT_BECAUSE, CommandKind, CommandState, Way
from anshu.domain.sensing.selectors import (
    Reporting,
    clock_lag,
    commands_of,
    errors_of,
    exchanges_of,
    flood_of,
    health_of,
    parts_of,
    reporting,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.web.devices.decoding import ANSWER, Reading, language, read_frame, read_sent
from anshu.wire import payload
from anshu.wire.payload import ConfigRefused, Decoder

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# Reading a week of a device that reports more often than this would take too long.
_FASTEST_WEEK_S = 60
# A clock that is further off than this makes values late or early by a report.
CLOCK_OFF = timedelta(minutes=5)
_MOST_PARTS = 200
_BYTES_SHOWN = 2_000
# What each protocol can be asked (docs/protocols).
ASKED: dict[str, tuple[CommandKind, ...]] = {
    "sl651": (CommandKind.SET_CLOCK, CommandKind.FETCH_NOW, CommandKind.FETCH_HISTORY),
    "hj212": (CommandKind.SET_CLOCK, CommandKind.SET_INTERVAL, CommandKind.FETCH_NOW, CommandKind.FETCH_HISTORY),
    "jt808": (CommandKind.SET_INTERVAL, CommandKind.FETCH_NOW, CommandKind.TEXT),
    "gb26875": (CommandKind.SET_CLOCK, CommandKind.FETCH_NOW, CommandKind.FETCH_HISTORY, CommandKind.ROLL_CALL),
    "mqtt": tuple(CommandKind),
}
_WAITING = (CommandState.QUEUED, CommandState.SENT)


@dataclass(frozen=True, slots=True)
class Frame:
    """One raw frame beside what it says."""

    at: datetime
    up: bool
    kind: str
    length: int
    hexadecimal: str
    text: str
    readings: list[Reading]

    @property
    def reading(self) -> Reading:
        """What its first part says."""
        return self.readings[0]


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the strip, as a column of the drawing; `state` is full, part, none or idle."""

    x: int
    height: float
    state: str
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A period's reports as a drawing and in numbers."""

    title: str
    bars: tuple[Bar, ...]
    reporting: Reporting
    width: int
    height: int = 40


def device_page(viewer: Viewer, thing: Any, *, now: datetime) -> dict[str, Any]:
    """This will gather the page of a thing that the viewer may diagnose."""
    frames = [_frame(each, thing, _decoder(thing)) for each in exchanges_of(thing)]
    day = reporting(thing, since=now - DAY, until=now)
    strips = [_strip(_("近 24 小时"), day)]
    if thing.report_interval_s >= _FASTEST_WEEK_S:
        strips.append(_strip(_("近 7 天"), reporting(thing, since=now - WEEK, until=now)))
    parts = list(parts_of(thing)[: _MOST_PARTS + 1])
    gaps = strips[-1].reporting.gaps
    commands = commands_of(thing)
    may_ask = viewer.covers(thing, Capability.MONITORING, Right.UPDATE) and thing.retired_at is None
    return {
        "thing": thing,
        "contact": getattr(thing, "contact", None),
        "watched": thing.watched_until is not None and thing.watched_until > now,
        "frames": frames,
        "strips": strips,
        "gaps": gaps[::-1][:30],
        "gaps_more": max(0, len(gaps) - 30),
        "clock": _clock(frames, thing, now),
        "health": health_of(thing),
        "errors": [(each, reason_of(each)) for each in errors_of(thing)],
        "flood": flood_of(thing),
        "parts": parts[:_MOST_PARTS],
        "parts_more": len(parts) > _MOST_PARTS,
        "commands": commands,
        "waiting": sum(each.state in _WAITING for each in commands),
        "asked": [(kind.value, kind.label) for kind in ASKED.get(thing.protocol, ())] if may_ask else [],
        "may_fetch": may_ask and CommandKind.FETCH_HISTORY in ASKED.get(thing.protocol, ()),
    }


def _decoder(thing: Any) -> Decoder | None:
    config = thing.model.decoder if thing.model is not None else None
    try:
        return payload.load(config) if config is not None else None
    except ConfigRefused:
        return None


def _frame(exchange: Any, thing: Any, decoder: Decoder | None) -> Frame:
    raw = bytes(exchange.raw)
    up = exchange.way == Way.UP
    readings = (
        [read_frame(thing.protocol, exchange.kind, raw, decoder, exchange.at)]
        if up
        else read_sent(thing.protocol, exchange.kind, raw, exchange.at)
    )
    shown = raw[:_BYTES_SHOWN]
    return Frame(
        exchange.at,
        up,
        exchange.kind if up else _sent_as(exchange.kind),
        len(raw),
        shown.hex(" ").upper() + (" …" if len(raw) > len(shown) else ""),
        _text(shown),
        readings,
    )


def _sent_as(kind: str) -> str:
    """This will say what we sent: an answer, or which command."""
    family, _colon, command = kind.partition(":")
    if family == "command" and command in CommandKind.values:
        return _("命令:%(kind)s") % {"kind": CommandKind(command).label}
    return _("应答") if kind == ANSWER else kind


def _text(raw: bytes) -> str:
    """This will show bytes as text where they are text."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if all(char.isprintable() or char in "\r\n\t" for char in text) else ""


def _clock(frames: Sequence[Frame], thing: Any, now: datetime) -> dict[str, Any] | None:
    """This will say how far the device's clock is off: by its own sending times where frames carry them."""
    sent = [
        (frame.at - frame.reading.sent_at).total_seconds() for frame in frames if frame.up and frame.reading.sent_at
    ]
    if sent:
        lag, basis = (
            timedelta(seconds=median(sent)),
            _("按报文里的发报时间,%(number)d 帧的中位数") % {"number": len(sent)},
        )
    else:
        found = clock_lag(thing, now=now)
        if found is None:
            return None
        lag, basis = found, _("按观测时间与收到时间之差的中位数,含传输与攒批的时间")
    seconds = lag.total_seconds()
    words = _("慢 %(time)s") if seconds >= 0 else _("快 %(time)s")
    return {"words": words % {"time": span(abs(seconds))}, "basis": basis, "off": abs(lag) > CLOCK_OFF}


def span(seconds: float) -> str:
    """This will say a length of time."""
    if seconds < 90:
        return _("%(number).0f 秒") % {"number": seconds}
    if seconds < 5400:
        return _("%(number).0f 分钟") % {"number": seconds / 60}
    if seconds < 129_600:
        return _("%(number).1f 小时") % {"number": seconds / 3600}
    return _("%(number).1f 天") % {"number": seconds / 86_400}


def _strip(title: str, found: Reporting) -> Strip:
    width = 20 if len(found.hours) <= 24 else 5
    bars = []
    for number, hour in enumerate(found.hours):
        share = hour.received / hour.expected if hour.expected else 0.0
        state = "idle" if not hour.expected else "full" if share == 1.0 else "part" if share else "none"
        told = _("%(at)s 起一小时:实到 %(received)d / 应到 %(expected)d") % {
            "at": f"{hour.at.astimezone():%m-%d %H:%M}",
            "received": hour.received,
            "expected": hour.expected,
        }
        bars.append(Bar(number * width, max(3.0, 40.0 * share), state, told))
    return Strip(title, tuple(bars), found, width * len(found.hours))


def reason_of(entry: Any) -> dict[str, str]:
    """This will say why a frame could not be used, with the clause that it breaks."""
    detail = entry.detail if isinstance(entry.detail, dict) else {}
    said = detail.get(f"message_{language()}") or str(KEPT_BECAUSE.get(entry.reason, entry.reason))
    return {"words": said, "clause": str(detail.get("clause", ""))}
