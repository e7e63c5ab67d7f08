# SPDX-License-Identifier: Apache-2.0
"""The dialogue of one connection without IO: bytes in, events out; the connector moves the bytes and asks the clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from anshu.wire.base.faults import Fault, Refusal
from anshu.wire.base.results import Observation

# Address -> the device's secret (password, key in hexadecimal, authentication code): "" where it has none, None for a
# device that is not registered. What an unregistered device sends is answered as usual and kept in quarantine.
Credentials = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to be stored. Once it is, `Session.stored` gives the answer; before that the peer hears nothing.

    `secret` is what the peer gave to prove itself, None where the session has checked it or the protocol has none.
    `raw` must be readable again by a fresh session: a kept delivery is replayed once its device is adopted.
    `keep_as` names the reason why the raw bytes are kept aside instead of used (a command sent up, a picture);
    `fault` is set when the frame was whole but its content made no sense.
    """

    address: str
    kind: str
    raw: bytes
    observations: Sequence[Observation] = ()
    secret: str | None = None
    test: bool = False
    keep_as: str = ""
    fault: Fault | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    # Whatever `stored` needs to make the answer.
    token: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes to be written at once: answers that promise nothing (a registration, a request for a missing packet)."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The device's answer to the command of that number."""

    number: int
    accepted: bool
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Command:
    """What the platform asks of a device. Kinds are the same words for every protocol:

    set_clock {}; set_interval {interval_s}; fetch_history {since, until (datetime), series ("minute", "hour", "day",
    "realtime")}; fetch_now {}; roll_call {minutes}; text {text}; restart {}.
    """

    number: int
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Event = Delivery | Reply | Answered | Refusal


class Session(Protocol):
    """One connection's state. No input raises, and no input makes it keep more than a bounded number of bytes."""

    @property
    def address(self) -> str:
        """Name the device that speaks; empty while unknown."""

    @property
    def pending(self) -> bool:
        """Tell whether the beginning of a frame is held back for its end."""

    def receive(self, data: bytes, *, now: datetime) -> Sequence[Event]:
        """Take more bytes and give what they complete."""

    def flush(self, *, now: datetime) -> Sequence[Event]:
        """Give up waiting (the peer is gone or silent) and give what is left."""

    def stored(self, delivery: Delivery, *, now: datetime) -> bytes:
        """Give the answer to a delivery that is committed; empty where the protocol has none."""

    def command(self, command: Command, *, now: datetime) -> Sequence[bytes]:
        """Give the frames that ask it; raise Refused('unsupported_command') for a kind the protocol lacks."""
