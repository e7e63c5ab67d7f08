# SPDX-License-Identifier: Apache-2.0
"""The dialogue with a transmission device, clauses 6.2 to 6.5, without IO."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anshu.wire.base import CHINA, Refusal, Refused, refuse
from anshu.wire.base.session import Answered, Command, Credentials, Delivery, Event, Reply
from anshu.wire.gb26875.decoding import decode, short_message
from anshu.wire.gb26875.dialects import STANDARD, Dialect
from anshu.wire.gb26875.encoding import (
    clock_unit,
    encode_command,
    encode_denial,
    encode_reply,
    records_unit,
    roll_call_unit,
    state_unit,
)
from anshu.wire.gb26875.framing import ANSWER, CONFIRM, DENY, HEADER, NOWHERE, START, Gb26875Frame
from anshu.wire.gb26875.messages import Gb26875Message
from anshu.wire.gb26875.stream import Decoder

# Commands under way on one connection.
MOST_ASKED = 64
_ROLL_CALL_MINUTES = 10
# A kept packet is read again with a clock that stands at the epoch: nobody knows when its untimed states were true.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=CHINA)
# What the device sends again when it is denied: the packet arrived, but not as it was sent (6.5).
_DENIED = frozenset({"bad_checksum", "bad_end_mark", "unknown_function"})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command that waits for its answer."""

    number: int
    kind: str


class Gb26875Session:
    """One device's connection.

    What it uploads is confirmed once stored or kept aside, and denied when it was damaged on its way. A roll call is
    answered by the person on duty, not by the device: `Answered` comes with the operation record that says so, and
    none when nobody presses the key.
    """

    def __init__(self, credentials: Credentials | None = None, *, dialect: Dialect = STANDARD) -> None:
        # The standard gives a device nothing to prove itself by, so nobody is asked.
        self._credentials, self._dialect = credentials, dialect
        self._decoder = Decoder(dialect)
        self._device, self._center = b"", NOWHERE
        self._version = (1, 1)
        self._serial = 0
        # Serial number of what we sent -> the command; a roll call stays after its confirmation.
        self._asked: OrderedDict[int, _Asked] = OrderedDict()

    @property
    def address(self) -> str:
        """Name the device that speaks; empty while unknown."""
        return self._device.hex().upper()

    @property
    def pending(self) -> bool:
        """Tell whether the beginning of a packet is held back for its end."""
        return self._decoder.pending > 0

    def receive(self, data: bytes, *, now: datetime) -> Sequence[Event]:
        """Take more bytes and give what they complete."""
        return self._events(self._decoder.feed(data), now)

    def flush(self, *, now: datetime) -> Sequence[Event]:
        """Give up waiting (the peer is gone or silent) and give what is left."""
        return self._events(self._decoder.flush(), now)

    def stored(self, delivery: Delivery, *, now: datetime) -> bytes:
        """Confirm what the device sent of itself; what answers a request of ours needs no confirmation (6.4)."""
        token = delivery.token
        if not isinstance(token, Gb26875Message | Gb26875Frame) or token.command in (CONFIRM, DENY, ANSWER):
            return b""
        if not token.source or (isinstance(token, Gb26875Message) and token.direction == "down"):
            return b""
        return encode_reply(token, now=now, dialect=self._dialect)

    def command(self, command: Command, *, now: datetime) -> Sequence[bytes]:
        """Give the packet that asks it; raise Refused('unsupported_command') for what the protocol lacks."""
        code, unit = self._unit(command, now)
        serial, self._serial = self._serial, (self._serial + 1) & 0xFFFF
        self._asked[serial] = _Asked(command.number, command.kind)
        if len(self._asked) > MOST_ASKED:
            self._asked.popitem(last=False)
        frame = encode_command(
            code,
            unit,
            device=self._device or NOWHERE,
            serial=serial,
            now=now,
            center=self._center,
            version=self._version,
            dialect=self._dialect,
        )
        return (frame,)

    def _unit(self, command: Command, now: datetime) -> tuple[int, bytes]:
        match command.kind:
            case "set_clock":
                return clock_unit(now, self._dialect)
            case "roll_call":
                return roll_call_unit(int(command.parameters.get("minutes", _ROLL_CALL_MINUTES)))
            case "fetch_now":
                return state_unit()
            case "fetch_history":
                return records_unit(command.parameters["since"], dialect=self._dialect)
        refuse("unsupported_command", 0, "8.1.1 表3", kind=command.kind)

    def _events(self, found: Iterable[Gb26875Frame | Refusal], now: datetime) -> list[Event]:
        events: list[Event] = []
        for each in found:
            if isinstance(each, Refusal):
                events += self._refused(each, now)
            else:
                events += self._taken(each, now)
        return events

    def _refused(self, refusal: Refusal, now: datetime) -> list[Event]:
        raw = refusal.raw
        if refusal.fault.reason not in _DENIED or len(raw) < HEADER or raw[:2] != START:
            return [refusal]
        if raw[26] in (CONFIRM, DENY):
            return [refusal]  # an answer is not answered
        return [refusal, Reply(encode_denial(raw, now=now, dialect=self._dialect))]

    def _taken(self, frame: Gb26875Frame, now: datetime) -> list[Event]:
        short = short_message(frame.raw, self._dialect)
        if short is not None:
            return [self._delivery(short, frame.raw)]
        self._meet(frame)
        try:
            message = decode(frame, self._dialect, now=now if now > _LONG_AGO else None, direction="up")
        except Refused as refused:
            # It arrived as it was sent, so sending it again would not help (6.5 denies only what was damaged).
            address = frame.source.hex().upper()
            return [Delivery(address=address, kind="", raw=frame.raw, fault=refused.fault, token=frame)]
        answered = self._answered(message)
        if message.command in (CONFIRM, DENY):
            return answered
        if message.kind == "ignored":
            return []
        return [self._delivery(message, frame.raw), *answered]

    def _meet(self, frame: Gb26875Frame) -> None:
        """Learn from a packet who speaks and how it calls us."""
        if frame.source != NOWHERE:
            self._device, self._center, self._version = frame.source, frame.destination, frame.version

    def _delivery(self, message: Gb26875Message, raw: bytes) -> Delivery:
        keep_as = ""
        if message.direction == "down":
            keep_as = "not_an_uplink"
        elif message.unread:
            keep_as = "user_defined"
        return Delivery(
            address=message.thing or self.address,
            kind=message.kind,
            raw=raw,
            observations=message.observations,
            keep_as=keep_as,
            parameters=message.parameters,
            token=message,
        )

    def _answered(self, message: Gb26875Message) -> list[Event]:
        """Match what came with what was asked."""
        if message.kind == "device_operation" and (answer := self._roll_call_answer(message)):
            return [answer]
        if message.command not in (CONFIRM, ANSWER, DENY):
            return []
        asked = self._asked.get(message.serial or 0)
        # The confirmation of a roll call says only that the bell rings.
        if asked is None or (asked.kind == "roll_call" and message.command == CONFIRM):
            return []
        del self._asked[message.serial or 0]
        return [Answered(asked.number, message.command != DENY, dict(message.parameters))]

    def _roll_call_answer(self, message: Gb26875Message) -> Answered | None:
        said = [each for each in message.parameters.get("operations", ()) if "roll_call_answer" in each["operations"]]
        serial = next((key for key, asked in self._asked.items() if asked.kind == "roll_call"), None)
        if not said or serial is None:
            return None
        asked = self._asked.pop(serial)
        return Answered(asked.number, True, {"operator": said[0]["operator"], "at": said[0]["at"]})
