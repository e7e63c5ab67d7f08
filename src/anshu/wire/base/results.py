# SPDX-License-Identifier: Apache-2.0
"""What a codec hands on: frames out of a stream, messages out of frames, observations out of messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from anshu.wire.base.faults import Refusal

Quality = Literal["good", "missing", "suspect"]
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of one property of one thing at one time."""

    thing: str
    property: str
    time: datetime
    value: float | None
    unit: str
    quality: Quality = "good"

    def as_json(self) -> dict[str, Any]:
        """Give the observation as the command line prints it."""
        return {
            "thing": self.thing,
            "property": self.property,
            "time": self.time.isoformat(),
            "value": self.value,
            "unit": self.unit,
            "quality": self.quality,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One decoded message, before anything is judged about it."""

    protocol: str
    thing: str
    kind: str
    direction: Direction = "up"
    sent_at: datetime | None = None
    serial: int | None = None
    observations: tuple[Observation, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the message, without its observations, as the command line prints it."""
        return {
            "protocol": self.protocol,
            "thing": self.thing,
            "kind": self.kind,
            "direction": self.direction,
            "serial": self.serial,
            "sent_at": self.sent_at.isoformat() if self.sent_at else None,
            "parameters": dict(self.parameters),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame cut out of a stream, its checksum proved; `raw` is every byte of it."""

    raw: bytes


class StreamDecoder(Protocol):
    """Cut frames out of a stream whose pieces arrive in any sizes.

    The results depend on the bytes alone, never on how they were cut into pieces. No input raises, and no
    input makes the decoder keep more than a bounded number of bytes.
    """

    def feed(self, data: bytes) -> Sequence[Frame | Refusal]:
        """Take more bytes and give what they complete."""

    def flush(self) -> Sequence[Frame | Refusal]:
        """Give up waiting (the peer is gone or silent) and give what is left."""
