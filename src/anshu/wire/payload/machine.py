# SPDX-License-Identifier: Apache-2.0
"""The state of one decoding: the bytes, the cursor, the variables, what is left to spend, and what came out."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

from anshu.wire.base import refuse
from anshu.wire.payload import limits

Value = int | float | str | None  # bool is an int; None is "missing"
Expression = Callable[["State"], Value]
Action = Callable[["State"], None]

# A device clock outside these is not set: 2000-01-01 and 2100-01-01.
EARLIEST = 946_684_800.0
LATEST = 4_102_444_800.0


class Reading(NamedTuple):
    """One value of one property at one time; `label` is the word an enumeration has for the value."""

    property: str
    unit: str
    value: float | None
    time: datetime
    label: str = ""


class Note(NamedTuple):
    """Something odd that did not prevent decoding: at which step of the configuration, at which byte."""

    code: str
    path: str
    offset: int
    detail: str = ""


class StopRepeat(Exception):
    """Leaves the innermost repetition."""


class StopAll(Exception):
    """Ends the decoding, keeping what came out."""


@dataclass(slots=True)
class State:
    """Everything one decoding reads and writes."""

    data: bytes
    end: int  # bits
    port: int | None
    received: float  # seconds since 1970
    root: Any = None
    node: Any = None
    position: int = 0  # bits
    names: dict[str, Value] = field(default_factory=dict)
    moment: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    path: str = ""
    depth: int = 0
    work: int = limits.WORK
    readings: list[Reading] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def refuse(self, reason: str, **params: Any) -> NoReturn:
        """This will refuse the payload at the present step and byte."""
        refuse(reason, self.position >> 3, self.path, **params)

    def charge(self, cost: int) -> None:
        """This will spend work and refuse when there is none left."""
        self.work -= cost
        if self.work < 0:
            self.refuse("payload_limit", what="work", limit=limits.WORK)

    def note(self, code: str, detail: str = "") -> None:
        """This will remember something odd, up to a bound."""
        if len(self.notes) < limits.NOTES:
            self.notes.append(Note(code, self.path, self.position >> 3, detail[:100]))

    def take(self, bits: int, little: bool) -> int:
        """This will read an unsigned integer and move on: most significant bit first, or least when `little`."""
        first, last = self.position, self.position + bits
        if last > self.end:
            self.refuse("payload_short", needed=bits, left=self.end - first)
        span = self.data[first >> 3 : (last + 7) >> 3]
        self.position = last
        if little:
            return (int.from_bytes(span, "little") >> (first & 7)) & ((1 << bits) - 1)
        return (int.from_bytes(span, "big") >> (-last & 7)) & ((1 << bits) - 1)

    def take_bytes(self, count: int) -> bytes:
        """This will read whole bytes from any bit position."""
        if count > limits.BLOB_BYTES:
            self.refuse("payload_limit", what="bytes in one field", limit=limits.BLOB_BYTES)
        return self.take(8 * count, little=False).to_bytes(count, "big")

    def emit(self, name: str, unit: str, value: float | None, label: str) -> None:
        """This will put out a reading at the present moment."""
        if len(self.readings) >= limits.READINGS:
            self.refuse("payload_limit", what="readings", limit=limits.READINGS)
        self.readings.append(Reading(name, unit, value, self.moment, label))

    def attribute(self, name: str, text: str) -> None:
        """This will set an attribute."""
        if len(self.attributes) >= limits.ATTRIBUTES and name not in self.attributes:
            self.refuse("payload_limit", what="attributes", limit=limits.ATTRIBUTES)
        self.attributes[name] = text

    def set_moment(self, seconds: float | None) -> None:
        """This will date what follows; an impossible time becomes the time of receipt, with a note."""
        if seconds is None or not EARLIEST <= seconds < LATEST:
            self.note("bad_clock", str(seconds))
            seconds = self.received
        self.moment = moment_of(seconds)


def moment_of(seconds: float) -> datetime:
    """This will turn seconds since 1970 into a time, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC)


def tidy(value: Any) -> Value:
    """This will make anything a JSON document may hold into a value: finite, bounded, or missing."""
    if isinstance(value, str):
        return storable(value[: limits.TEXT_CHARACTERS])
    if isinstance(value, int):
        return value if -limits.LARGEST_WHOLE < value < limits.LARGEST_WHOLE else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None


def storable(text: str) -> str:
    """This will replace what a database or UTF-8 cannot hold: NUL and halves of surrogate pairs."""
    return text if text.isalnum() else text.replace("\0", "").encode("utf-8", "replace").decode()


def text_of(value: Value) -> str:
    """This will write a value as an attribute: whole numbers without a point, missing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
