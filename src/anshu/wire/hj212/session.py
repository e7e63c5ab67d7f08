# SPDX-License-Identifier: Apache-2.0
"""The centre's side of one HJ 212 connection (2017 clause 6, 2025 clause 6): answers, requests, the clock."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from anshu.wire.base import Answered, Command, Credentials, Delivery, Event, Refusal, Refused, refuse
from anshu.wire.hj212 import encoding
from anshu.wire.hj212.decoding import decode_body
from anshu.wire.hj212.encoding import Site
from anshu.wire.hj212.encryption import key_of
from anshu.wire.hj212.framing import Hj212Frame
from anshu.wire.hj212.messages import EXECUTION_RESULTS, REQUEST_RESULTS, Hj212Message
from anshu.wire.hj212.packets import Assembler
from anshu.wire.hj212.stream import Decoder

PROTOCOL = "hj212"
_CLAUSE = "6.3 表9"
# Commands whose answer has not come.
_MOST_ASKED = 32


class Hj212Session:
    """One device's connection; see `anshu.wire.base.session.Session`.

    A secret of 32 hexadecimal digits is the device's SM4 key (2025), any other its password.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._decoder, self._assembler = Decoder(self._key), Assembler()
        self._last: Hj212Message | None = None
        # QN -> number of the command that waits for its answer
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._asked_at: datetime | None = None

    @property
    def address(self) -> str:
        """Name the device that speaks."""
        return self._last.thing if self._last else ""

    @property
    def pending(self) -> bool:
        """Tell whether a frame has begun."""
        return bool(self._decoder.pending)

    def receive(self, data: bytes, *, now: datetime) -> Sequence[Event]:
        """Take bytes and give what they complete."""
        return self._events(self._decoder.feed(data))

    def flush(self, *, now: datetime) -> Sequence[Event]:
        """Give up waiting for the rest of a frame."""
        return self._events(self._decoder.flush())

    def stored(self, delivery: Delivery, *, now: datetime) -> bytes:
        """Acknowledge what is stored or kept: data by 9014, a notice by 9013; set the clock that asks for it."""
        message = delivery.token
        if not isinstance(message, Hj212Message):
            return b""
        key = self._key(message.thing)
        reply = encoding.encode_reply(message, key=key)
        if message.command == "1013":
            factor = str(message.parameters.get("PolId", ""))
            site = encoding.site_of(message, key)
            reply += encoding.set_clock(site, self._request(now), now, factor if factor.isalnum() else "")
        return reply

    def command(self, command: Command, *, now: datetime) -> Sequence[bytes]:
        """Write a request or a setting (table 9); its answer is known by QN."""
        write = _WRITERS.get(command.kind)
        if self._last is None or write is None:
            refuse("unsupported_command", 0, _CLAUSE, kind=command.kind)
        site = encoding.site_of(self._last, self._key(self._last.thing))
        request = self._request(now)
        raw = write(site, request, command, now)
        self._asked[request] = command.number
        while len(self._asked) > _MOST_ASKED:
            self._asked.popitem(last=False)
        return [raw]

    def _key(self, thing: str) -> bytes | None:
        return key_of(self._credentials(thing))

    def _request(self, now: datetime) -> str:
        """Give a QN that this connection has not had: a millisecond is the least step."""
        if self._asked_at is not None and now <= self._asked_at:
            now = self._asked_at + timedelta(milliseconds=1)
        self._asked_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return encoding.request_number(self._asked_at)

    def _events(self, found: Iterable[Hj212Frame | Refusal]) -> list[Event]:
        events: list[Event] = []
        for each in found:
            if not isinstance(each, Refusal):
                events.extend(self._frame(each))
            elif each.fault.reason == "no_key":
                # Whole but sealed: kept under its device until that is given its key.
                thing = str(each.fault.params["thing"])
                events.append(Delivery(address=thing, kind="", raw=each.raw, fault=each.fault))
            else:
                events.append(each)
        return events

    def _frame(self, frame: Hj212Frame) -> Iterable[Event]:
        try:
            message = self._assembler.add(frame)
        except Refused as refused:
            # Understood as far as an answer needs, so that the device does not repeat it for ever.
            head = decode_body(frame, None)
            yield Delivery(address=frame.thing, kind=head.kind, raw=frame.raw, fault=refused.fault, token=head)
            return
        self._last = message
        answered = self._answered(message)
        if answered is not None:
            yield answered
        if message.is_part and not message.wants_reply:
            return
        yield self._delivery(message, frame.raw)

    def _delivery(self, message: Hj212Message, raw: bytes) -> Delivery:
        keep_as = ""
        if message.direction == "down":
            keep_as = "not_an_uplink"
        elif message.is_part:
            # Its sender waits for an answer before the next, and nothing is answered that is not kept.
            keep_as = "packet"
        return Delivery(
            address=message.thing,
            kind=message.kind,
            raw=message.frames or raw,
            observations=message.observations,
            secret=self._proof(message),
            keep_as=keep_as,
            parameters=dict(message.parameters),
            token=message if message.direction == "up" else None,
        )

    def _proof(self, message: Hj212Message) -> str | None:
        """Give the password; None where the checksum has proved the key, or where there was nothing to encrypt."""
        if message.encrypted or (not message.observations and self._key(message.thing) is not None):
            return None
        return message.password

    def _answered(self, message: Hj212Message) -> Answered | None:
        """Match an answer with its command (tables 6 and 7); readiness alone is no answer yet."""
        number = self._asked.get(message.request)
        if number is None or message.command not in ("9011", "9012", "9013"):
            return None
        detail: dict[str, str] = {}
        accepted = True
        for name, results in (("QnRtn", REQUEST_RESULTS), ("ExeRtn", EXECUTION_RESULTS)):
            code = message.parameters.get(name)
            if code is not None:
                result, label = results.get(code, ("unknown", ""))
                accepted = accepted and code == "1"
                detail |= {name: code, "result": result, "result_zh": label}
        if message.command == "9011" and accepted:
            return None
        del self._asked[message.request]
        return Answered(number, accepted=accepted, detail=detail)


def _set_clock(site: Site, request: str, command: Command, now: datetime) -> bytes:
    return encoding.set_clock(site, request, now)


def _set_interval(site: Site, request: str, command: Command, now: datetime) -> bytes:
    seconds = command.parameters["interval_s"]
    if command.parameters.get("series") == "minute":
        minutes, rest = divmod(seconds, 60)
        return encoding.set_minute_interval(site, request, 0 if rest else minutes)
    return encoding.set_realtime_interval(site, request, seconds)


def _fetch_now(site: Site, request: str, command: Command, now: datetime) -> bytes:
    return encoding.fetch_now(site, request)


def _fetch_history(site: Site, request: str, command: Command, now: datetime) -> bytes:
    given = command.parameters
    return encoding.fetch_history(site, request, given.get("series", "minute"), given["since"], given["until"])


_WRITERS: dict[str, Callable[[Site, str, Command, datetime], bytes]] = {
    "set_clock": _set_clock,
    "set_interval": _set_interval,
    "fetch_now": _fetch_now,
    "fetch_history": _fetch_history,
}
