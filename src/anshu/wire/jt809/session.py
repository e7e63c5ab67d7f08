# SPDX-License-Identifier: Apache-2.0
"""The upper platform's side of one JT/T 809 main link: login, keep-alive, vehicles' positions, logout.

The secret of a platform is its password, at most 8 bytes, and if it encrypts, 24 hexadecimal digits after it: M1, IA1
and IC1 with 8 digits each. Positions have no answer in this protocol.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from anshu.wire.base import CHINA, Command, Credentials, Delivery, Event, Observation, Refusal, Refused, Reply, refuse
from anshu.wire.jt809 import encoding
from anshu.wire.jt809 import messages as ids
from anshu.wire.jt809.decoding import address_of, decode
from anshu.wire.jt809.encoding import ACCEPTED, NOT_REGISTERED, WRONG_PASSWORD, Platform
from anshu.wire.jt809.framing import Cipher, Jt809Frame
from anshu.wire.jt809.messages import MESSAGES, Jt809Message
from anshu.wire.jt809.stream import Decoder
from anshu.wire.vehicles import told_of

# A kept message is read again with a clock that stands at the epoch: somebody decided that it is to be used, and nobody
# knows when its untimed states were true.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=CHINA)
_SECRET = re.compile(r"(.{0,8}?)([0-9A-Fa-f]{24})", re.DOTALL)
_POSITIONS = frozenset({ids.POSITION, ids.POSITIONS})


def read_secret(secret: str) -> tuple[str, Cipher | None]:
    """Split a platform's secret into its password and its cipher."""
    found = _SECRET.fullmatch(secret)
    if found is None:
        return secret, None
    numbers = [int(found[2][at : at + 8], 16) for at in (0, 8, 16)]
    return found[1], Cipher(*numbers)


def write_secret(password: str, cipher: Cipher | None = None) -> str:
    """Join a password and a cipher into a secret; raise ValueError if a number has more than 32 bits."""
    if cipher is None:
        return password
    numbers = (cipher.m1, cipher.ia1, cipher.ic1)
    if len(password) > 8 or any(not 0 <= number <= 0xFFFFFFFF for number in numbers):
        raise ValueError("a password has at most 8 bytes and a cipher's numbers 32 bits")
    return password + "".join(f"{number:08X}" for number in numbers)


class Jt809Session:
    """One connection; see `anshu.wire.base.session.Session`."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._decoder = Decoder()
        self._proved: tuple[int, str] | None = None  # access number and the secret it proved
        self._serial = 0
        self._again = False

    @property
    def address(self) -> str:
        """Name the platform that is logged in."""
        return address_of(self._proved[0]) if self._proved else ""

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
        """Answer a keep-alive (1006H); nothing else waits for an answer."""
        if delivery.token is None:
            return b""
        return encoding.encode(delivery.token[0], delivery.token[1], serial=self._next(), now=now)

    def command(self, command: Command, *, now: datetime) -> Sequence[bytes]:
        """Refuse: commands go over the subordinate link, which is not kept."""
        refuse("unsupported_command", 0, "4.2", kind=command.kind)

    def _next(self) -> int:
        self._serial = (self._serial + 1) & 0xFFFFFFFF
        return self._serial

    def _events(self, found: Iterable[Jt809Frame | Refusal], now: datetime) -> list[Event]:
        events: list[Event] = []
        for each in found:
            if isinstance(each, Refusal):
                events.append(each)
            else:
                events.extend(self._frame(each, now))
        return events

    def _frame(self, frame: Jt809Frame, now: datetime) -> Iterable[Event]:
        platform = Platform(frame.center, frame.version)
        secret = self._credentials(address_of(frame.center))
        password, cipher = read_secret(secret or "")
        try:
            message = decode(frame, cipher)
        except Refused as refused:
            yield Delivery(address=address_of(frame.center), kind="", raw=frame.raw, fault=refused.fault)
            return
        raw = encoding.plain(frame, cipher) if frame.encrypted and cipher else frame.raw
        if message.message_id == ids.LOGIN and not message.unread:
            yield from self._login(message, platform, secret, password, raw, now)
        elif message.message_id == ids.LOGOUT and not message.unread:
            yield from self._logout(message, platform, raw, now)
        elif not self._again and (secret is None or (secret and self._proved != (frame.center, secret))):
            yield replace(delivery_of(message, raw), keep_as="not_authenticated", observations=())
        else:
            delivery = delivery_of(message, raw, None if self._again else now)
            if message.message_id == ids.KEEP_ALIVE:
                delivery = replace(delivery, token=(ids.KEEP_ALIVE_ANSWER, platform))
            yield delivery

    def _login(
        self, message: Jt809Message, platform: Platform, secret: str | None, password: str, raw: bytes, now: datetime
    ) -> Iterable[Event]:
        result = ACCEPTED
        if secret is None:
            # What it would send are other things' positions: a platform that nobody knows is not let in.
            result = NOT_REGISTERED
        elif password and message.parameters["password"] != password:
            result = WRONG_PASSWORD
        self._proved = (platform.center, secret) if secret is not None and result == ACCEPTED else None
        code = int(now.timestamp())
        answer = encoding.encode_login_answer(platform, serial=self._next(), now=now, result=result, verify_code=code)
        yield Reply(answer)
        keep_as = "wrong_secret" if result == WRONG_PASSWORD else ""
        yield replace(delivery_of(message, raw), keep_as=keep_as, parameters=_without_password(message))

    def _logout(self, message: Jt809Message, platform: Platform, raw: bytes, now: datetime) -> Iterable[Event]:
        if self._proved and self._proved[0] == platform.center:
            self._proved = None
        yield Reply(encoding.encode(ids.LOGOUT_ANSWER, platform, serial=self._next(), now=now))
        yield replace(delivery_of(message, raw), parameters=_without_password(message))


def _without_password(message: Jt809Message) -> dict[str, Any]:
    """Give the parameters without the password, which is nobody's to read."""
    return {name: value for name, value in message.parameters.items() if name != "password"}


def delivery_of(message: Jt809Message, raw: bytes, now: datetime | None = None) -> Delivery:
    """Make the delivery of a message; what is not used says why it is kept."""
    return Delivery(
        address=message.thing,
        kind=message.kind,
        raw=raw,
        observations=_timed(message, now),
        keep_as=_keep_as(message),
        parameters=dict(message.parameters),
    )


def _keep_as(message: Jt809Message) -> str:
    if message.direction == "down":
        return "not_an_uplink"
    if message.unread:
        return "encrypted"
    if message.message_id not in MESSAGES:
        return "unsupported"
    if message.message_id > ids.KEEP_ALIVE_ANSWER and message.data_type not in _POSITIONS:
        return "not_used"
    return ""


def _timed(message: Jt809Message, now: datetime | None) -> tuple[Observation, ...]:
    """Give the observations; a report without a time stands at the time it came in."""
    if all(report.observed_at for report in message.reports):
        return tuple(message.observations)
    return told_of(message.reports, message.thing, now)
