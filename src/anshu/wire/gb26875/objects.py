# SPDX-License-Identifier: Apache-2.0
"""Information objects, clause 8.2: each is a row of parts, and each part knows its size and what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anshu.wire.base import Observation, refuse
from anshu.wire.gb26875.dialects import Analog, Dialect
from anshu.wire.gb26875.framing import read_time
from anshu.wire.gb26875.tables import (
    ANALOGS,
    COMPONENT_BITS,
    COMPONENTS,
    DEVICE_BITS,
    DEVICE_OPERATIONS,
    SYSTEM_BITS,
    SYSTEM_OPERATIONS,
    SYSTEMS,
)

_LAYOUT = "8.1.2 信息对象数目"
_NOTE = 31


@dataclass(slots=True)
class Found:
    """One object while it is read: what is said of it, its values, and whose they are."""

    said: dict[str, Any] = field(default_factory=dict)
    values: list[tuple[str, float, str]] = field(default_factory=list)
    system: str = ""
    component: str = ""
    at: datetime | None = None

    def thing(self, device: str) -> str:
        """Name what the values belong to: the device, a system behind it, or a component of that system."""
        return "/".join(filter(None, (device, "-".join(filter(None, (self.system, self.component))))))


# (data unit, offset, object, dialect) -> bytes taken
Reader = Callable[[bytes, int, Found, Dialect], int]


def _system(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    kind, address = data[at], data[at + 1]
    found.system = f"{kind}-{address}"
    found.said |= {"system_type": kind, "system": SYSTEMS.get(kind, ""), "system_address": address}
    return 2


def _point(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    """Read a component's address: opaque, but the standard has a zone and a number in it."""
    raw = data[at : at + 4]
    found.component = raw.hex().upper()
    found.said |= {
        "component_address": found.component,
        "zone": int.from_bytes(raw[:2], "little"),
        "number": int.from_bytes(raw[2:], "little"),
    }
    return 4


def _component(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    found.said |= {"component_type": data[at], "component": COMPONENTS.get(data[at], "")}
    return 1 + _point(data, at + 1, found, dialect)


def _bits(names: tuple[str, ...], size: int) -> Reader:
    def read(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
        state = int.from_bytes(data[at : at + size], "little")
        found.values += [(name, float(state >> bit & 1), "1") for bit, name in enumerate(names)]
        found.said["state"] = state
        found.said["states"] = [name for bit, name in enumerate(names) if state >> bit & 1]
        return size

    return read


def _analog(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    kind, count = data[at], int.from_bytes(data[at + 1 : at + 3], "little", signed=True)
    analog = dialect.analogs.get(kind) or ANALOGS.get(kind) or Analog(f"analog_{kind}", "1", 1)
    value = _scaled(count, analog.scale)
    found.said |= {"analog_type": kind, "analog": analog.label, "raw": count}
    if kind != 0 or kind in dialect.analogs:
        found.values.append((analog.property, value, analog.unit))
        found.said |= {"value": value, "unit": analog.unit}
    return 3


def _scaled(count: int, scale: float) -> float:
    """Multiply, by dividing where the scale is a tenth or the like: 511 * 0.01 is not 5.11, 511 / 100 is."""
    parts = round(1 / scale)
    return count / parts if parts and abs(parts * scale - 1) < 1e-12 else count * scale


def _operation(names: tuple[str, ...]) -> Reader:
    def read(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
        done = [name for bit, name in enumerate(names) if data[at] >> bit & 1]
        found.said |= {"operations": done, "operator": data[at + 1]}
        return 2

    return read


def _version(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    found.said["version"] = f"{data[at]}.{data[at + 1]}"
    return 2


def _text(raw: bytes) -> str:
    # 8.2.1.2: GB 18030, filled up by zeros or spaces
    return raw.partition(b"\x00")[0].decode("gb18030", "replace").strip()


def _note_31(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    found.said["note"] = _text(data[at : at + _NOTE])
    return _NOTE


def _note(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    size = data[at]
    if at + 1 + size > len(data):
        left = len(data) - at - 1
        refuse("overrun", at, "8.2.1.6、8.2.1.11", code="", needed=size, left=left)
    found.said["note"] = _text(data[at + 1 : at + 1 + size])
    return 1 + size


def _time(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    found.at = read_time(data, at, dialect)
    found.said["at"] = found.at.isoformat() if found.at else None
    return 6


def _clock(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    clock = read_time(data, at, dialect)
    found.said["clock"] = clock.isoformat() if clock else None
    return 6


def _number(name: str) -> Reader:
    def read(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
        found.said[name] = data[at]
        return 1

    return read


def _reserved(data: bytes, at: int, found: Found, dialect: Dialect) -> int:
    return 1


# part -> (fewest bytes, reader)
_PARTS: Mapping[str, tuple[int, Reader]] = {
    "system": (2, _system),
    "component": (5, _component),
    "point": (4, _point),
    "system_state": (2, _bits(SYSTEM_BITS, 2)),
    "component_state": (2, _bits(COMPONENT_BITS, 2)),
    "device_state": (1, _bits(DEVICE_BITS, 1)),
    "analog": (3, _analog),
    "system_operation": (2, _operation(SYSTEM_OPERATIONS)),
    "device_operation": (2, _operation(DEVICE_OPERATIONS)),
    "version": (2, _version),
    "note_31": (_NOTE, _note_31),
    "note": (1, _note),
    "time": (6, _time),
    "clock": (6, _clock),
    "count": (1, _number("count")),
    "minutes": (1, _number("minutes")),
    "reserved": (1, _reserved),
}


def read_object(data: bytes, at: int, parts: tuple[str, ...], dialect: Dialect, count: int) -> tuple[Found, int]:
    """Read one object at an offset of the data unit; give it and where the next begins; raise Refused."""
    found = Found()
    for part in parts:
        if part.startswith("skip_"):
            size, reader = int(part[5:]), None
        else:
            size, reader = _PARTS[part]
        if at + size > len(data):
            refuse("bad_object_count", at, _LAYOUT, count=count, length=len(data))
        if reader is None:
            found.said["extra"] = found.said.get("extra", "") + data[at : at + size].hex().upper()
            at += size
        else:
            at += reader(data, at, found, dialect)
    return found, at


def observed(found: Found, device: str, at: datetime) -> list[Observation]:
    """Give the observations of an object."""
    thing = found.thing(device)
    return [Observation(thing, name, at, value, unit) for name, value, unit in found.values]
