# SPDX-License-Identifier: Apache-2.0
"""The SL 651 door: a connection is a decoder of its own, and each frame is answered after its commit."""

import asyncio
import logging
import socket
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
# What one address may have kept as rubbish in a minute; the rest is dropped with its connection and counted in the log.
MOST_REFUSALS_OF_HOST = 300
_HOST_WINDOW_S = 60.0
# How long a peer may leave its answers unread, and how many bytes of them we and the kernel hold for it.
UNREAD_S = 30.0
UNREAD_BYTES = 16_384
_CLOSING_S = 5.0


class Listener:
    """Accepts stations and keeps one broken connection from hurting another."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        *,
        idle_s: float = IDLE_S,
        partial_s: float = PARTIAL_S,
        unread_s: float = UNREAD_S,
    ) -> None:
        self._pipeline, self._clock = pipeline, clock
        self._idle_s, self._partial_s, self._unread_s = idle_s, partial_s, unread_s
        self._rubbish: dict[str, tuple[float, int]] = {}
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

    def rubbish_kept(self, host: str) -> bool:
        """This will count one refusal of an address, and tell whether it is still one to keep."""
        now = asyncio.get_running_loop().time()
        since, count = self._rubbish.get(host, (now, 0))
        if now - since > _HOST_WINDOW_S:
            since, count = now, 0
        if len(self._rubbish) > MOST_CONNECTIONS:
            self._rubbish.clear()
        self._rubbish[host] = (since, count + 1)
        if count == MOST_REFUSALS_OF_HOST:
            log.warning("%s sends rubbish: %s refused in %.0f s, more is not kept", host, count, now - since)
        return count < MOST_REFUSALS_OF_HOST

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
        # When the bytes held back began to wait for the rest of their frame.
        self._since: float | None = None
        writer.transport.set_write_buffer_limits(high=UNREAD_BYTES)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
        address = writer.get_extra_info("peername") or ("?", 0)
        self._host = str(address[0])
        self.peer = f"{address[0]}:{address[1]}"

    async def serve(self) -> None:
        """This will read until the peer goes, is silent for too long, or sends nothing but rubbish."""
        while self._refusals < MOST_REFUSALS and await self._heard():
            data = await self._read()
            if data is None:
                return
            if not data:
                await self._take(self._decoder.flush())
                return
            found = self._decoder.feed(data)
            if found or self._since is None:
                self._since = asyncio.get_running_loop().time()
            await self._take(found)

    async def _heard(self) -> bool:
        """This will wait until the peer has taken its answers; one that never does is left."""
        try:
            async with asyncio.timeout(self._listener._unread_s):
                await self._writer.drain()
        except TimeoutError:
            log.warning("%s does not read its answers", self.peer)
            self._writer.transport.abort()
            return False
        return True

    async def _read(self) -> bytes | None:
        """This will give the next bytes; none at the end; None after too long a silence."""
        while True:
            try:
                async with asyncio.timeout(self._patience()):
                    return await self._reader.read(READ_BYTES)
            except TimeoutError:
                if not self._decoder.pending:
                    return None
                await self._take(self._decoder.flush())

    def _patience(self) -> float:
        """This will give how long the next bytes may take: a frame begun must end in time, however it drips."""
        if not self._decoder.pending:
            self._since = None
            return self._listener._idle_s
        now = asyncio.get_running_loop().time()
        return max(0.0, (self._since or now) + self._listener._partial_s - now)

    async def close(self) -> None:
        """This will wait for what is on its way to the database, answer it, and close."""
        try:
            if self._unanswered:
                await asyncio.wait(self._unanswered, timeout=_CLOSING_S)
            self._writer.close()
            async with asyncio.timeout(_CLOSING_S):
                await self._writer.wait_closed()
        except (TimeoutError, asyncio.CancelledError):
            self._writer.transport.abort()
        except OSError:
            pass

    async def _take(self, found: Iterable[Sl651Frame | Refusal]) -> None:
        for each in found:
            if isinstance(each, Refusal):
                self._refusals += 1
                if self._listener.rubbish_kept(self._host):
                    await self._submit(refused_parcel(each, self.peer), None)
                else:
                    self._refusals = MOST_REFUSALS
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
