# SPDX-License-Identifier: Apache-2.0
"""The platform's side of one JT/T 808 connection: registration, authentication, answers, commands.

A terminal proves itself by its secret: the authentication code that was entered for it, or its terminal number, which
it states when it registers. A registration never tells the secret to one that does not know it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anshu.wire.base import (
    CHINA,
    Answered,
    Command,
    Credentials,
    Delivery,
    Event,
    Fault,
    Observation,
    Refusal,
    Refused,
    Reply,
    refuse,
)
from anshu.wire.jt808 import encoding
from anshu.wire.jt808 import messages as ids
from anshu.wire.jt808.bodies import is_read
from anshu.wire.jt808.decoding import decode, kind_of
from anshu.wire.jt808.encoding import DONE, FAILED, UNSUPPORTED, WRONG, Terminal
from anshu.wire.jt808.framing import Jt808Frame
from anshu.wire.jt808.messages import Jt808Message
from anshu.wire.jt808.packets import Assembler
from anshu.wire.jt808.stream import Decoder
from anshu.wire.vehicles import told_of

# Terminals remembered on one connection (a forwarder may speak for many), and commands that wait for an answer.
_MOST_TERMINALS = 1024
_MOST_ASKED = 32
_NO_SUCH_TERMINAL = 4  # table 8
# Answers to the platform are not answered.
_UNANSWERED = frozenset({ids.TERMINAL_ANSWER, ids.POSITION_ANSWER, ids.CONTROL_ANSWER, ids.PARAMETERS})
_ANSWERED_AT_ONCE = frozenset({ids.REGISTER, ids.AUTHENTICATE, ids.ASK_TIME})
# A kept message is read again with a clock that stands at the epoch: somebody decided that it is to be used, and nobody
# knows when its untimed states were true.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=CHINA)
_COMMANDS = ("set_interval", "fetch_now", "fetch_settings", "text", "restart")


@dataclass(frozen=True, slots=True)
class _Owed:
    """The answer that a terminal gets once its message is stored."""

    terminal: Terminal
    serial: int
    message_id: int
    result: int
    media_id: int | None = None


class Jt808Session:
    """One connection; see `anshu.wire.base.session.Session`."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._decoder, self._assembler = Decoder(), Assembler()
        self._terminal: Terminal | None = None
        self._proved: OrderedDict[str, str] = OrderedDict()  # address -> the secret it proved
        self._asked: OrderedDict[int, int] = OrderedDict()  # serial of our message -> number of the command
        self._serial = 0
        self._again = False

    @property
    def address(self) -> str:
        """Name the terminal that first proved itself; a forwarder's others are named by their deliveries."""
        return self._terminal.phone if self._terminal else ""

    @property
    def pending(self) -> bool:
        """Tell whether a frame has begun."""
        return bool(self._decoder.pending)

    def receive(self, data: bytes, *, now: datetime) -> Sequence[Event]:
        """Take bytes and give what they complete."""
        self._again = now < _LONG_AGO
        return self._events(self._decoder.feed(data), now)

    def flush(self, *, now: datetime) -> Sequence[Event]:
        """Give up waiting for the rest of a frame."""
        return self._events(self._decoder.flush(), now)

    def stored(self, delivery: Delivery, *, now: datetime) -> bytes:
        """Answer a message that is stored or kept (8001H, for a picture 8800H)."""
        owed = delivery.token
        if owed is None:
            return b""
        if owed.media_id is not None and owed.result == DONE:
            return encoding.encode_media_answer(owed.terminal, serial=self._next(), media_id=owed.media_id)
        return self._answer(owed.terminal, owed.serial, owed.message_id, owed.result)

    def command(self, command: Command, *, now: datetime) -> Sequence[bytes]:
        """Write what the platform asks of the terminal; raise Refused('unsupported_command')."""
        if self._terminal is None or command.kind not in _COMMANDS:
            refuse("unsupported_command", 0, "附录A", kind=command.kind)
        serial = self._next()
        frames = _command(command, self._terminal, serial)
        self._serial = (serial + len(frames) - 1) & 0xFFFF
        # A terminal answers a message in packets by the number of one of them.
        for sent in range(len(frames)):
            self._asked[(serial + sent) & 0xFFFF] = command.number
        while len(self._asked) > _MOST_ASKED:
            self._asked.popitem(last=False)
        return frames

    def _next(self) -> int:
        self._serial = (self._serial + 1) & 0xFFFF
        return self._serial

    def _answer(self, terminal: Terminal, serial: int, message_id: int, result: int) -> bytes:
        return encoding.encode_answer(
            terminal, serial=self._next(), answers_serial=serial, answers=message_id, result=result
        )

    def _events(self, found: Iterable[Jt808Frame | Refusal], now: datetime) -> list[Event]:
        events: list[Event] = []
        for each in found:
            if isinstance(each, Refusal):
                events.append(each)
            else:
                events.extend(self._frame(each, now))
        return events

    def _frame(self, frame: Jt808Frame, now: datetime) -> Iterable[Event]:
        terminal = Terminal(frame.phone, frame.version, frame.protocol_version)
        if self._terminal is None and self._trusted(frame.phone):
            self._terminal = terminal
        try:
            # Packets of one who has not proved himself are not collected.
            message = self._assembler.add(frame) if self._trusted(frame.phone) else decode(frame)
        except Refused as refused:
            yield _senseless(frame, terminal, refused.fault)
            return
        raw = message.raw or frame.raw
        if message.is_part and self._trusted(message.thing):
            yield from self._part(message, terminal)
        elif message.direction == "down":
            yield _kept(message, raw, "not_an_uplink", _owed(message, terminal, UNSUPPORTED))
        elif message.message_id in _ANSWERED_AT_ONCE:
            yield from self._introduction(message, terminal, raw, now)
        elif not self._trusted(message.thing):
            yield _kept(message, raw, "not_authenticated", _owed(message, terminal, FAILED))
        else:
            yield from self._trusted_message(message, terminal, raw, now)

    def _part(self, message: Jt808Message, terminal: Terminal) -> Iterable[Event]:
        """Ask again for what is missing when a message's last packet came (8003H)."""
        if message.index == message.total and (missing := self._assembler.missing(message)):
            first = self._assembler.first_serial(message)
            yield Reply(encoding.encode_ask_again(terminal, serial=self._next(), first_serial=first, missing=missing))

    def _trusted(self, address: str) -> bool:
        secret = self._credentials(address)
        return not secret or self._again or self._proved.get(address) == secret

    def _introduction(self, message: Jt808Message, terminal: Terminal, raw: bytes, now: datetime) -> Iterable[Event]:
        """Answer a registration, an authentication or the question of what time it is."""
        if message.message_id == ids.ASK_TIME:
            yield Reply(encoding.encode_time(terminal, serial=self._next(), now=now))
            return
        if message.message_id == ids.REGISTER:
            proved = self._register(message, terminal)
            yield Reply(proved[1])
        else:
            proved = self._authenticate(message, terminal)
            yield Reply(proved[1])
        yield replace(_kept(message, raw, "" if proved[0] else "wrong_secret", None), parameters=_without_code(message))

    def _register(self, message: Jt808Message, terminal: Terminal) -> tuple[bool, bytes]:
        secret = self._credentials(message.thing)
        known = not secret or message.parameters.get("terminal_id") == secret
        return known, encoding.encode_registered(
            terminal,
            serial=self._next(),
            answers_serial=message.serial or 0,
            result=DONE if known else _NO_SUCH_TERMINAL,
            code=secret or message.thing,
        )

    def _authenticate(self, message: Jt808Message, terminal: Terminal) -> tuple[bool, bytes]:
        secret = self._credentials(message.thing)
        known = not secret or message.parameters.get("code") == secret
        if secret and known:
            self._proved[message.thing] = secret
            self._terminal = self._terminal or terminal
            self._proved.move_to_end(message.thing)
            if len(self._proved) > _MOST_TERMINALS:
                self._proved.popitem(last=False)
        else:
            self._proved.pop(message.thing, None)
        result = DONE if known else FAILED
        return known, self._answer(terminal, message.serial or 0, message.message_id, result)

    def _trusted_message(self, message: Jt808Message, terminal: Terminal, raw: bytes, now: datetime) -> Iterable[Event]:
        if message.message_id in _UNANSWERED:
            number = self._asked.pop(message.parameters.get("answers_serial", -1), None)
            if number is not None:
                yield _answered(number, message)
        if message.message_id != ids.TERMINAL_ANSWER:
            yield delivery_of(message, raw, terminal, None if self._again else now)
        if message.message_id == ids.LOGOUT:
            self._proved.pop(message.thing, None)


def _command(command: Command, terminal: Terminal, serial: int) -> list[bytes]:
    given = command.parameters
    try:
        if command.kind == "set_interval":
            # Report by time, at this interval whoever is logged in.
            settings = {"report_strategy": 0, "report_interval_s": int(given["interval_s"])}
            return [encoding.encode_settings(terminal, serial=serial, settings=settings)]
        if command.kind == "text":
            return encoding.encode_text(terminal, serial=serial, text=str(given["text"]))
    except (KeyError, ValueError):
        refuse("unsupported_command", 0, "附录A", kind=command.kind)
    if command.kind == "fetch_now":
        return [encoding.encode_query_position(terminal, serial=serial)]
    if command.kind == "fetch_settings":
        return [encoding.encode_query(terminal, serial=serial)]
    return [encoding.encode_control(terminal, serial=serial)]


def _answered(number: int, message: Jt808Message) -> Answered:
    result = message.parameters.get("result", "done")
    return Answered(number, accepted=result == "done", detail={"kind": message.kind, **message.parameters})


def _without_code(message: Jt808Message) -> dict[str, Any]:
    """Give the parameters without the code, which is nobody's to read."""
    return {name: value for name, value in message.parameters.items() if name != "code"}


def _owed(message: Jt808Message, terminal: Terminal, result: int) -> _Owed | None:
    if message.message_id in _UNANSWERED:
        return None
    return _Owed(terminal, message.serial or 0, message.message_id, result)


def _kept(message: Jt808Message, raw: bytes, keep_as: str, owed: _Owed | None) -> Delivery:
    return Delivery(
        address=message.thing,
        kind=message.kind,
        raw=raw,
        keep_as=keep_as,
        parameters=dict(message.parameters),
        token=owed,
    )


def _senseless(frame: Jt808Frame, terminal: Terminal, fault: Fault) -> Delivery:
    """Keep a frame of which the body makes no sense, and say so to the terminal."""
    owed = _Owed(terminal, frame.serial, frame.message_id, WRONG) if frame.direction == "up" else None
    return Delivery(address=frame.phone, kind=kind_of(frame.message_id), raw=frame.raw, fault=fault, token=owed)


def delivery_of(message: Jt808Message, raw: bytes, terminal: Terminal, now: datetime | None = None) -> Delivery:
    """Make the delivery of a whole message; one that is not understood is kept and answered as unsupported."""
    keep_as, result, media_id = "", DONE, None
    if message.encryption:
        keep_as, result = "encrypted", UNSUPPORTED
    elif not message.is_known:
        keep_as, result = "unsupported", UNSUPPORTED
    elif message.message_id == ids.MEDIA:
        keep_as, raw, media_id = "picture", message.payload, message.parameters["media_id"]
    elif not is_read(message.message_id):
        keep_as = "not_used"
    owed = _owed(message, terminal, result)
    if owed and media_id is not None:
        owed = _Owed(terminal, owed.serial, owed.message_id, result, media_id)
    return Delivery(
        address=message.thing,
        kind=message.kind,
        raw=raw,
        observations=_timed(message, now),
        keep_as=keep_as,
        parameters=dict(message.parameters),
        token=owed,
    )


def _timed(message: Jt808Message, now: datetime | None) -> tuple[Observation, ...]:
    """Give the observations; an alarm of a vehicle whose clock was never set stands at the time it came in."""
    if message.message_id == ids.MEDIA or all(report.observed_at for report in message.reports):
        return tuple(message.observations)
    return told_of(message.reports, message.thing, now)
