# SPDX-License-Identifier: Apache-2.0
"""Messages out of packets, clauses 8.1 and 8.3."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from anshu.wire.base import Fault, Observation, Refused, refuse
from anshu.wire.base.results import Direction
from anshu.wire.gb26875.dialects import DIALECTS, STANDARD, Dialect, Layout
from anshu.wire.gb26875.framing import (
    ANSWER,
    COMMANDS,
    CONTROL,
    END,
    HEADER,
    NOWHERE,
    REQUEST,
    SEND,
    START,
    Gb26875Frame,
    parse_frame,
    read_time,
)
from anshu.wire.gb26875.messages import Gb26875Message
from anshu.wire.gb26875.objects import Found, observed, read_object
from anshu.wire.gb26875.tables import LAYOUTS, USER_TYPES

_TYPES = "8.1.1 表3"
_SENT_AT = 6  # table 1
_MOST_REMEMBERED = 1000


def decode_frame(raw: bytes, dialect: Dialect = STANDARD, *, now: datetime | None = None) -> Gb26875Message:
    """Decode exactly one packet; raise Refused with reason, byte offset and clause."""
    short = short_message(raw, dialect)
    return short if short is not None else decode(parse_frame(raw, dialect), dialect, now=now)


def short_message(raw: bytes, dialect: Dialect) -> Gb26875Message | None:
    """Read a maker's short frame; None when it is none."""
    if not dialect.short_length or len(raw) != dialect.short_length or raw[:2] != START or raw[-2:] != END:
        return None
    kind = dialect.short_kinds.get(raw[2])
    if kind is None:
        return None
    return Gb26875Message(
        protocol="gb26875",
        thing="",
        kind=kind,
        command=raw[2],
        unread=kind != "heartbeat",
        parameters={"raw": raw.hex().upper()},
    )


def decode(
    frame: Gb26875Frame,
    dialect: Dialect = STANDARD,
    *,
    now: datetime | None = None,
    direction: Direction | None = None,
) -> Gb26875Message:
    """Decode a packet that a stream decoder gave; raise Refused.

    `direction` decides for confirmations and denials, which look the same both ways. An object without a time takes
    that of sending, or else `now`; with neither, its values are only among the parameters.
    """
    data_type, layout = _layout(frame, dialect)
    way = _direction(frame, layout, direction)
    device = frame.source if way == "up" else frame.destination
    message = Gb26875Message(
        protocol="gb26875",
        thing=device.hex().upper(),
        kind=_kind(frame, layout, dialect),
        direction=way,
        sent_at=read_time(frame.raw, _SENT_AT, dialect),
        serial=frame.serial,
        command=frame.command,
        version=frame.version,
        source=frame.source,
        destination=frame.destination,
        data_type=data_type,
        label=layout.label if layout else "",
    )
    if layout is None:
        unread = bool(frame.unit) or (frame.command not in COMMANDS and message.kind != "heartbeat")
        return replace(message, unread=unread, parameters={"raw": frame.unit.hex().upper()} if frame.unit else {})
    return _with_objects(message, frame, layout, dialect, now)


def _layout(frame: Gb26875Frame, dialect: Dialect) -> tuple[int | None, Layout | None]:
    """Find what the data unit is; raise Refused for a type that the standard reserves."""
    if not frame.unit:
        return None, None
    code = frame.unit[0]
    layout = dialect.layouts.get(code) or LAYOUTS.get(code)
    known_command = frame.command in (CONTROL, SEND, REQUEST, ANSWER) or dialect.commands.get(frame.command) == "send"
    # What a confirmation or a maker's own command carries is not laid down.
    if not known_command:
        return code, None
    if layout is None and code not in USER_TYPES:
        refuse("unknown_data_type", HEADER, _TYPES, code=str(code))
    if layout is not None and len(frame.unit) < 2:
        refuse("bad_object_count", HEADER, "8.1.2 信息对象数目", count=0, length=1)
    return code, layout


def _direction(frame: Gb26875Frame, layout: Layout | None, given: Direction | None) -> Direction:
    if layout is not None:
        return "down" if layout.down else "up"
    if frame.command in (SEND, ANSWER):
        return "up"
    if frame.command in (CONTROL, REQUEST):
        return "down"
    if given is not None:
        return given
    # A platform without an address of its own sends zeros.
    return "down" if frame.source == NOWHERE and frame.destination != NOWHERE else "up"


def _kind(frame: Gb26875Frame, layout: Layout | None, dialect: Dialect) -> str:
    if layout is not None:
        return layout.kind
    if frame.command in dialect.commands:
        return dialect.commands[frame.command]
    if frame.unit and frame.command in (CONTROL, SEND, REQUEST, ANSWER):
        return f"user_type_{frame.unit[0]}"
    if frame.command == SEND:
        return "heartbeat"  # what field devices send between events: nothing in the data unit
    return COMMANDS.get(frame.command, f"user_command_{frame.command}")


def _with_objects(
    message: Gb26875Message, frame: Gb26875Frame, layout: Layout, dialect: Dialect, now: datetime | None
) -> Gb26875Message:
    try:
        objects = _objects(frame.unit, layout, dialect)
    except Refused as refused:
        fault = refused.fault
        raise Refused(Fault(fault.reason, HEADER + fault.offset, fault.clause, fault.params)) from None
    seen: list[Observation] = []
    name = "operations" if any("operations" in found.said for found in objects) else "objects"
    parameters: dict[str, Any] = {name: [found.said for found in objects]}
    for found in objects:
        at = found.at or message.sent_at or now
        if found.at is None and found.values:
            parameters["time_assumed"] = True
        if at is not None:
            seen += observed(found, message.thing, at)
    return replace(message, observations=tuple(seen), parameters=parameters)


def _objects(unit: bytes, layout: Layout, dialect: Dialect) -> list[Found]:
    count, at = unit[1], 2
    parts = layout.parts if dialect.timed else tuple(part for part in layout.parts if part != "time")
    objects: list[Found] = []
    if count == 0:
        refuse("bad_object_count", 1, "8.1.2 信息对象数目", count=0, length=len(unit))
    for _ in range(count):
        found, at = read_object(unit, at, parts, dialect, count)
        objects.append(found)
    if at != len(unit):
        refuse("bad_object_count", at, "8.1.2 信息对象数目", count=count, length=len(unit))
    return objects


def line_decoder(dialect: Dialect | None = None) -> Callable[[bytes], Gb26875Message]:
    """Make a decoder of whole packets given one by one, such as the lines of a recording.

    It remembers who spoke as a device, so that it can tell whose a confirmation is. Without a dialect it knows the
    short frames of every shipped one.
    """
    devices: OrderedDict[bytes, None] = OrderedDict()

    def decode_line(raw: bytes) -> Gb26875Message:
        spoken = dialect or STANDARD
        for each in (dialect,) if dialect else DIALECTS.values():
            if (short := short_message(raw, each)) is not None:
                return short
        frame = parse_frame(raw, spoken)
        known: Direction | None = None
        if frame.destination in devices and frame.source not in devices:
            known = "down"
        message = decode(frame, spoken, direction=known)
        if frame.command in (SEND, ANSWER):
            devices[frame.source] = None
            if len(devices) > _MOST_REMEMBERED:
                devices.popitem(last=False)
        return message

    return decode_line
