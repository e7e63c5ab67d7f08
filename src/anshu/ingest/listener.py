# SPDX-License-Identifier: Apache-2.0
"""The SL 651 door: a connection is a decoder of its own, and each frame is answered after its commit."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from anshu.domain.sensing.choices import QuarantineKind
from anshu.domain.sensing.services import Kept
from anshu.ingest.committing import Clock
from anshu.ingest.parcels import Parcel, Verdict
from anshu.ingest.pipeline import Pipeline
from anshu.wire.base import Refusal, Refused
from anshu.wire.sl651 import Assembler, Decoder, Sl651Frame, Sl651Message, encode_naks, encode_reply

log = logging.getLogger(__name__)
PROTOCOL = "sl651"
READ_BYTES = 16_384
IDLE_S = 900.0
# A frame of 4 kB at 300 baud takes less than this.
PARTIAL_S = 120.0
MOST_CONNECTIONS = 5_000
# Frames of one connection on their way to the database.
MOST_UNANSWERED = 512
# A peer that sends this much rubbish in a row is no station.
MOST_REFUSALS = 50


class Listener:
    """Accepts stations and keeps one broken connection from hurting another."""

    def __init__(
        self, pipeline: Pipeline, clock: Clock, *, idle_s: float = IDLE_S, partial_s: float = PARTIAL_S
    ) -> None:
        self._pipeline, self._clock = pipeline, clock
        self._idle_s, self._partial_s = idle_s, partial_s
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """This will listen; gives the address, for port 0 the one that was chosen."""
        self._server = await asyncio.start_server(self._accept, host, port, limit=READ_BYTES)
        name: tuple[str, int] = self._server.sockets[0].getsockname()[:2]
        return name

    def stop_accepting(self) -> None:
        """This will take no more connections and read no more from those that are open."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()

    async def finished(self) -> None:
        """This will wait until every connection has been answered and closed."""
        if self._open:
            await asyncio.wait(self._open, timeout=3)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._open.add(task)
        connection = _Connection(self, reader, writer)
        try:
            await connection.serve()
        except (ConnectionError, asyncio.CancelledError):
            pass
        except Exception:
            log.exception("connection of %s failed", connection.peer)
        finally:
            await connection.close()
            self._open.discard(task)


class _Connection:
    """One station's connection."""

    def __init__(self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listener, self._reader, self._writer = listener, reader, writer
        self._decoder, self._assembler = Decoder(), Assembler()
        self._unanswered: set[asyncio.Future[Verdict]] = set()
        self._refusals = 0
        address = writer.get_extra_info("peername") or ("?", 0)
        self.peer = f"{address[0]}:{address[1]}"

    async def serve(self) -> None:
        """This will read until the peer goes, is silent for too long, or sends nothing but rubbish."""
        while self._refusals < MOST_REFUSALS:
            data = await self._read()
            if data is None:
                return
            if not data:
                await self._take(self._decoder.flush())
                return
            await self._take(self._decoder.feed(data))

    async def _read(self) -> bytes | None:
        """This will give the next bytes; none at the end; None after too long a silence."""
        while True:
            try:
                limit = self._listener._partial_s if self._decoder.pending else self._listener._idle_s
                async with asyncio.timeout(limit):
                    return await self._reader.read(READ_BYTES)
            except TimeoutError:
                if not self._decoder.pending:
                    return None
                await self._take(self._decoder.flush())

    async def close(self) -> None:
        """This will wait for what is on its way to the database, answer it, and close."""
        if self._unanswered:
            await asyncio.wait(self._unanswered, timeout=5)
        try:
            self._writer.close()
            await self._writer.wait_closed()
        except (OSError, asyncio.CancelledError):
            pass

    async def _take(self, found: Iterable[Sl651Frame | Refusal]) -> None:
        for each in found:
            if isinstance(each, Refusal):
                self._refusals += 1
                await self._submit(refused_parcel(each, self.peer), None)
            else:
                self._refusals = 0
                await self._frame(each)

    async def _frame(self, frame: Sl651Frame) -> None:
        try:
            message = self._assembler.add(frame)
        except Refused as refused:
            parcel = refused_parcel(Refusal(refused.fault, frame.raw), self.peer, address=frame.station)
            await self._submit(parcel, _addressed(frame))
            return
        if message.is_part:
            await self._part(message)
            return
        await self._submit(message_parcel(message, frame.raw, self.peer), message)

    async def _part(self, message: Sl651Message) -> None:
        """This will ask again for what is missing when a message's last packet came (6.3.1.2 c)."""
        if message.index == message.total and (missing := self._assembler.missing(message)):
            first = self._assembler.first(message)
            serial = first.serial if first else None
            for reply in encode_naks(message, missing, now=self._listener._clock(), serial=serial):
                self._write(reply)
            await self._writer.drain()

    async def _submit(self, parcel: Parcel, message: Sl651Message | None) -> None:
        while len(self._unanswered) >= MOST_UNANSWERED:
            await asyncio.wait(self._unanswered, return_when=asyncio.FIRST_COMPLETED)
        future = await self._listener._pipeline.submit(parcel)
        self._unanswered.add(future)
        future.add_done_callback(lambda done: self._answer(done, message))

    def _answer(self, done: "asyncio.Future[Verdict]", message: Sl651Message | None) -> None:
        """This will acknowledge a frame that is stored or kept; any other is left for the station to repeat."""
        self._unanswered.discard(done)
        if message is None or done.cancelled():
            return
        reply = encode_reply(message, now=self._listener._clock())
        if reply is not None:
            self._write(reply)

    def _write(self, reply: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(reply)


def _addressed(frame: Sl651Frame) -> Sl651Message | None:
    """This will read as much of a frame as an answer needs, when its body made no sense."""
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


def refused_parcel(refusal: Refusal, peer: str, *, address: str = "") -> Parcel:
    """This will make the parcel of bytes that could not be read: kept with reason, place and clause."""
    detail = refusal.fault.as_json()
    kept = Kept(
        protocol=PROTOCOL,
        peer=peer,
        kind=QuarantineKind.REFUSED,
        reason=refusal.fault.reason,
        raw=refusal.raw,
        thing_address=address,
        detail=detail,
    )
    return Parcel(protocol=PROTOCOL, peer=peer, raw=refusal.raw, address=address, refused=kept)


def message_parcel(message: Sl651Message, raw: bytes, peer: str, **more: Any) -> Parcel:
    """This will make the parcel of a message; what we cannot use yet (pictures, commands) is kept, never dropped."""
    reason = ""
    if message.direction == "down":
        reason = "not_an_uplink"
    elif message.payload:
        reason, raw = "picture", message.payload
    refused = None
    if reason:
        refused = Kept(
            protocol=PROTOCOL,
            peer=peer,
            kind=QuarantineKind.JUDGED,
            reason=reason,
            raw=raw,
            thing_address=message.thing,
            detail={"kind": message.kind, "parameters": dict(message.parameters)},
        )
    return Parcel(
        protocol=PROTOCOL,
        peer=peer,
        raw=raw,
        address=message.thing,
        kind=message.kind,
        observations=message.observations,
        secret=message.password,
        test=message.is_test,
        refused=refused,
        **more,
    )
