# SPDX-License-Identifier: Apache-2.0
"""What we answer and ask, and what a transmission device sends (for replay and tests)."""

from collections.abc import Sequence
from datetime import datetime

from anshu.wire.gb26875.dialects import STANDARD, Dialect
from anshu.wire.gb26875.framing import (
    CONFIRM,
    CONTROL,
    DENY,
    NOWHERE,
    REQUEST,
    SEND,
    Gb26875Frame,
    build_frame,
    write_time,
)
from anshu.wire.gb26875.messages import Gb26875Message
from anshu.wire.gb26875.tables import READ_DEVICE_OPERATIONS, READ_DEVICE_STATE, ROLL_CALL, SET_CLOCK

# 8.3.2.10 and 8.3.2.16: one byte each
MOST_RECORDS = 127
MOST_MINUTES = 255


def encode_reply(
    message: Gb26875Message | Gb26875Frame, *, now: datetime, accept: bool = True, dialect: Dialect = STANDARD
) -> bytes:
    """Write the confirmation (6.3) or denial of a packet: its serial number and version, addresses swapped."""
    return build_frame(
        serial=message.serial or 0,
        sent_at=now,
        source=message.destination,
        destination=message.source,
        command=CONFIRM if accept else DENY,
        version=message.version,
        dialect=dialect,
    )


def encode_denial(raw: bytes, *, now: datetime, dialect: Dialect = STANDARD) -> bytes:
    """Write the denial of a packet that did not hold together, from what its header says; 27 bytes at least."""
    return build_frame(
        serial=raw[2] | raw[3] << 8,
        sent_at=now,
        source=raw[18:24],
        destination=raw[12:18],
        command=DENY,
        version=(raw[4], raw[5]),
        dialect=dialect,
    )


def encode_command(
    command: int,
    unit: bytes,
    *,
    device: bytes,
    serial: int,
    now: datetime,
    center: bytes = NOWHERE,
    version: tuple[int, int] = (1, 1),
    dialect: Dialect = STANDARD,
) -> bytes:
    """Write what the centre asks of a device."""
    return build_frame(
        serial=serial,
        sent_at=now,
        source=center,
        destination=device,
        command=command,
        unit=unit,
        version=version,
        dialect=dialect,
    )


def clock_unit(at: datetime, dialect: Dialect = STANDARD) -> tuple[int, bytes]:
    """Give command and data unit that set a device's clock, 8.3.2.15."""
    return CONTROL, bytes((SET_CLOCK, 1)) + write_time(at, dialect)


def roll_call_unit(minutes: int) -> tuple[int, bytes]:
    """Give command and data unit of a roll call, 8.3.2.16: is anybody on duty, to be answered within the minutes."""
    return CONTROL, bytes((ROLL_CALL, 1, max(1, min(minutes, MOST_MINUTES))))


def state_unit() -> tuple[int, bytes]:
    """Give command and data unit that ask for the transmission device's state, 8.3.2.9."""
    return REQUEST, bytes((READ_DEVICE_STATE, 1, 0))


def records_unit(since: datetime, count: int = MOST_RECORDS, dialect: Dialect = STANDARD) -> tuple[int, bytes]:
    """Give command and data unit that ask for operations recorded since then, 8.3.2.10."""
    return REQUEST, bytes((READ_DEVICE_OPERATIONS, 1, max(1, min(count, MOST_RECORDS)))) + write_time(since, dialect)


def encode_uplink(
    device: bytes,
    data_type: int | None,
    objects: Sequence[bytes] = (),
    *,
    serial: int,
    sent_at: datetime,
    center: bytes = NOWHERE,
    command: int = SEND,
    dialect: Dialect = STANDARD,
) -> bytes:
    """Write what a device sends; a heartbeat for no data type. Raise ValueError for too many objects."""
    unit = b""
    if data_type is not None:
        if not 1 <= len(objects) <= 255:
            raise ValueError(f"{len(objects)} objects do not fit a packet")
        unit = bytes((data_type, len(objects))) + b"".join(objects)
    return build_frame(
        serial=serial,
        sent_at=sent_at,
        source=device,
        destination=center,
        command=command,
        unit=unit,
        dialect=dialect,
    )


def system_object(kind: int, address: int, state: int, at: datetime) -> bytes:
    """Write one system's state, 8.2.1.1."""
    return bytes((kind, address)) + state.to_bytes(2, "little") + write_time(at)


def component_object(
    system: tuple[int, int], kind: int, point: tuple[int, int], state: int, at: datetime, note: str = ""
) -> bytes:
    """Write one component's state, 8.2.1.2; `point` is zone and number."""
    text = note.encode("gb18030")[:31].ljust(31, b"\x00")
    return _component(system, kind, point) + state.to_bytes(2, "little") + text + write_time(at)


def analog_object(
    system: tuple[int, int], kind: int, point: tuple[int, int], analog: int, count: int, at: datetime
) -> bytes:
    """Write one component's value in counts of its type's smallest unit, 8.2.1.3."""
    value = bytes((analog,)) + count.to_bytes(2, "little", signed=True)
    return _component(system, kind, point) + value + write_time(at)


def device_object(state: int, at: datetime) -> bytes:
    """Write the transmission device's own state, 8.2.1.8."""
    return bytes((state,)) + write_time(at)


def operation_object(done: int, operator: int, at: datetime) -> bytes:
    """Write one operation at the transmission device, 8.2.1.9; bit 5 answers a roll call."""
    return bytes((done, operator)) + write_time(at)


def _component(system: tuple[int, int], kind: int, point: tuple[int, int]) -> bytes:
    zone, number = point
    return bytes((*system, kind)) + zone.to_bytes(2, "little") + number.to_bytes(2, "little")
