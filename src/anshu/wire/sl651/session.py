# SPDX-License-Identifier: Apache-2.0
"""The centre's side of one SL 651-2014 connection (clause 6.3): answers, packets asked for again, queries."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from anshu.wire.base import (
    CHINA,
    Answered,
    Command,
    Credentials,
    Delivery,
    Event,
    Refusal,
    Refused,
    Reply,
    refuse,
)
from anshu.wire.sl651.decoding import decode_frame
from anshu.wire.sl651.encoding import Station, element_named, encode_command, encode_naks, encode_reply
from anshu.wire.sl651.framing import Sl651Frame
from anshu.wire.sl651.messages import Sl651Message
from anshu.wire.sl651.packets import Assembler
from anshu.wire.sl651.stream import Decoder

PROTOCOL = "sl651"
_CURRENT_DATA, _PERIOD_DATA, _SET_CLOCK = 0x37, 0x38, 0x4A
_STEPS = {"minute": timedelta(minutes=5), "hour": timedelta(hours=1), "day": timedelta(days=1)}
# Commands whose answer has not come; a station that answers nothing forgets nothing either.
_MOST_ASKED = 32
# A header may claim 4,095 packets; one short frame must not make us write as many. Who lost more sends all again.
MOST_NAKS = 64


class Sl651Session:
    """One station's connection; see `anshu.wire.base.session.Session`."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._decoder, self._assembler = Decoder(), Assembler()
        self._last: Sl651Message | None = None
        # function code -> numbers of the commands that wait for an answer with it
        self._asked: dict[int, list[int]] = {}

    @property
    def address(self) -> str:
        """Name the station that speaks."""
        return self._last.thing if self._last else ""

    @property
    def pending(self) -> bool:
        """Tell whether a frame has begun."""
        return bool(self._decoder.pending)

    def receive(self, data: bytes, *, now: datetime) -> Sequence[Event]:
        """Take bytes and give what they complete."""
        return self._events(self._decoder.feed(data), now)

    def flush(self, *, now: datetime) -> Sequence[Event]:
        """Give up waiting for the rest of a frame."""
        return self._events(self._decoder.flush(), now)

    def stored(self, delivery: Delivery, *, now: datetime) -> bytes:
        """Acknowledge a message that is stored or kept (6.3.1.2)."""
        if delivery.token is None:
            return b""
        return encode_reply(delivery.token, now=now) or b""

    def command(self, command: Command, *, now: datetime) -> Sequence[bytes]:
        """Write a query or a setting (table B.1)."""
        if self._last is None or command.kind not in ("set_clock", "fetch_now", "fetch_history"):
            refuse("unsupported_command", 0, "B.1", kind=command.kind)
        station = Station(self._last.thing, center=self._last.center, password=self._last.password)
        function, bodies = _queries(command)
        waiting = self._asked.setdefault(function, [])
        waiting[:] = [*waiting, command.number][-_MOST_ASKED:]
        return [encode_command(function, station, now=now, data=body) for body in bodies]

    def _events(self, found: Iterable[Sl651Frame | Refusal], now: datetime) -> list[Event]:
        events: list[Event] = []
        for each in found:
            if isinstance(each, Refusal):
                events.append(each)
            else:
                events.extend(self._frame(each, now))
        return events

    def _frame(self, frame: Sl651Frame, now: datetime) -> Iterable[Event]:
        try:
            message = self._assembler.add(frame)
        except Refused as refused:
            # Understood as far as an answer needs, so that the station does not repeat it for ever.
            yield Delivery(
                address=frame.station,
                kind="",
                raw=frame.raw,
                fault=refused.fault,
                token=addressed(frame),
            )
            return
        self._last = message
        if message.is_part:
            yield from map(Reply, self._missing(message, now))
            return
        if message.direction == "up" and (asked := self._asked.get(message.function)):
            yield Answered(asked.pop(0), accepted=True, detail={"kind": message.kind})
        yield delivery_of(message, frame.raw)

    def _missing(self, message: Sl651Message, now: datetime) -> Sequence[bytes]:
        """Ask again for what is missing when a message's last packet came (6.3.1.2 c)."""
        if message.index != message.total or not (missing := self._assembler.missing(message)):
            return ()
        first = self._assembler.first(message)
        return encode_naks(message, missing[:MOST_NAKS], now=now, serial=first.serial if first else None)


def _queries(command: Command) -> tuple[int, list[bytes]]:
    if command.kind == "set_clock":
        return _SET_CLOCK, [b""]
    if command.kind == "fetch_now":
        return _CURRENT_DATA, [b""]
    given = command.parameters
    since, until = (given[name].astimezone(CHINA) for name in ("since", "until"))
    minutes = int(_STEPS[given.get("series", "hour")].total_seconds() // 60)
    # Table 44: from, to, step, element; one element a query.
    span = bytes.fromhex(f"{since:%y%m%d%H}{until:%y%m%d%H}")
    step = b"\x04\x18" + bytes.fromhex(f"{minutes // 1440:02d}{minutes // 60 % 24:02d}{minutes % 60:02d}")
    elements = [element_named(name) for name in given.get("properties", ())]
    return _PERIOD_DATA, [
        span + step + bytes((each.code, (each.digits + 1) // 2 << 3 | each.decimals)) for each in elements
    ]


def delivery_of(message: Sl651Message, raw: bytes) -> Delivery:
    """Make the delivery of a whole message; what cannot be used yet (pictures, commands) says why it is kept."""
    keep_as = ""
    if message.direction == "down":
        keep_as = "not_an_uplink"
    elif message.payload:
        keep_as, raw = "picture", message.payload
    return Delivery(
        address=message.thing,
        kind=message.kind,
        raw=raw,
        observations=message.observations,
        secret=message.password,
        test=message.is_test,
        keep_as=keep_as,
        parameters=dict(message.parameters),
        token=message if message.direction == "up" else None,
    )


def redecode(raw: bytes) -> Delivery:
    """Read a kept frame once more; raise Refused."""
    return delivery_of(decode_frame(raw), raw)


def addressed(frame: Sl651Frame) -> Sl651Message | None:
    """Read as much of a frame as an answer needs, when its body made no sense."""
    if frame.direction == "down" or frame.total > 1:
        return None
    try:
        head = frame.body[:4].decode() if frame.encoding == "ascii" else frame.body[:2].hex()
        serial = int(head, 16)
    except ValueError:
        return None
    return Sl651Message(
        protocol=PROTOCOL,
        thing=frame.station,
        kind="",
        encoding=frame.encoding,
        function=frame.function,
        center=frame.center,
        password=frame.password,
        end=frame.end,
        serial=serial,
    )
