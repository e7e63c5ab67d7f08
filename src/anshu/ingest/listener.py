# SPDX-License-Identifier: Apache-2.0
"""A TCP door for any protocol that has a session: each message is answered after its commit."""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Iterable

from anshu.ingest.allowance import Allowance
from anshu.ingest.asking import Asking
from anshu.ingest.committing import Clock
from anshu.ingest.intake import Intake
from anshu.ingest.parcels import COMMAND, Parcel, Verdict, delivered_parcel, refused_parcel, sent_parcel
from anshu.ingest.rubbish import Rubbish
from anshu.wire.base import Answered, Command, Credentials, Delivery, Event, Refusal, Reply, Session

log = logging.getLogger(__name__)
MakeSession = Callable[[Credentials], Session]
READ_BYTES = 16_384
IDLE_S = 900.0
# A frame of 4 kB at 300 baud takes less than this.
PARTIAL_S = 120.0
MOST_CONNECTIONS = 5_000
# Frames of one connection on their way to the database.
MOST_UNANSWERED = 512
# A peer that sends this much rubbish in a row is no station.
MOST_REFUSALS = 50
# How long a peer may leave its answers unread, and how many bytes of them we and the kernel hold for it.
UNREAD_S = 30.0
UNREAD_BYTES = 16_384
_CLOSING_S = 5.0
# Answers given at once that wait to be noted beside the message which follows them.
_MOST_SAID = 8


class Listener:
    """Accepts devices of one protocol and keeps one broken connection from hurting another."""

    def __init__(
        self,
        protocol: str,
        make: MakeSession,
        pipeline: Intake,
        clock: Clock,
        asking: Asking,
        rubbish: Rubbish,
        *,
        rate: float,
        idle_s: float = IDLE_S,
        partial_s: float = PARTIAL_S,
        unread_s: float = UNREAD_S,
    ) -> None:
        self.protocol, self._make, self._asking = protocol, make, asking
        self._pipeline, self._clock = pipeline, clock
        self._rubbish, self._rate = rubbish, rate
        self._idle_s, self._partial_s, self._unread_s = idle_s, partial_s, unread_s
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """This will listen; gives the address, for port 0 the one that was chosen."""
        # Sessions ask for devices' secrets as soon as they hear one.
        await self._pipeline.registry()
        self._server = await asyncio.start_server(self.attend, host, port, limit=READ_BYTES)
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

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """This will serve a connection to its end, whoever opened it."""
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
    """One device's connection."""

    def __init__(self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._listener, self._reader, self._writer = listener, reader, writer
        self._session = listener._make(lambda address: listener._pipeline.secret_of(listener.protocol, address))
        self._unanswered = 0
        self._quiet, self._settled = asyncio.Event(), asyncio.Event()
        self._quiet.set()
        # Whom `asking` knows this connection as.
        self._known_as = ""
        self._allowance = Allowance(listener._rate)
        self._refusals = 0
        self._said: deque[bytes] = deque(maxlen=_MOST_SAID)
        # Until it has spoken for a registered device.
        self._stranger = True
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
            await self._slow_down()
            data = await self._read()
            if data is None:
                return
            if not data:
                await self._take(self._session.flush(now=self._listener._clock()))
                return
            found = self._session.receive(data, now=self._listener._clock())
            if found or self._since is None:
                self._since = asyncio.get_running_loop().time()
            await self._take(found)

    async def _slow_down(self) -> None:
        """This will read no faster than one device may send: only this connection waits, and nothing is dropped."""
        wait_s = self._allowance.wait_s(asyncio.get_running_loop().time())
        if wait_s <= 0:
            return
        if self._allowance.flooding and self._known_as:
            self._listener._asking.flooding(*self.device)
        await asyncio.sleep(wait_s)

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
                if not self._session.pending:
                    return None
                await self._take(self._session.flush(now=self._listener._clock()))

    def _patience(self) -> float:
        """This will give how long the next bytes may take: a frame begun must end in time, however it drips."""
        if not self._session.pending:
            self._since = None
            return self._listener._idle_s
        now = asyncio.get_running_loop().time()
        return max(0.0, (self._since or now) + self._listener._partial_s - now)

    async def close(self) -> None:
        """This will wait for what is on its way to the database, answer it, and close."""
        self._listener._asking.leave(self)
        try:
            async with asyncio.timeout(_CLOSING_S):
                await self._quiet.wait()
            self._writer.close()
            async with asyncio.timeout(_CLOSING_S):
                await self._writer.wait_closed()
        except (TimeoutError, asyncio.CancelledError):
            self._writer.transport.abort()
        except OSError:
            pass

    async def _take(self, found: Iterable[Event]) -> None:
        for each in found:
            if isinstance(each, Refusal):
                await self._refused(each)
            elif isinstance(each, Reply):
                self._write(each.raw)
                self._said.append(each.raw)
            elif isinstance(each, Answered):
                self._listener._asking.answered(self, each)
            else:
                self._refusals = 0
                await self._known_or_patient(each)
                await self._submit(delivered_parcel(each, self._listener.protocol, self.peer), each)
        if (address := self._session.address) != self._known_as:
            self._listener._asking.leave(self)
            self._known_as = address
            self._listener._asking.join(self)

    async def _known_or_patient(self, delivery: Delivery) -> None:
        """This will let a stranger's messages in at the pace at which they are worth keeping: he waits, nobody else.

        A line that has spoken for one registered device may bring others, as forwarding platforms do.
        """
        listener = self._listener
        while self._stranger:
            self._stranger = listener._pipeline.secret_of(listener.protocol, delivery.address) is None
            if not self._stranger or listener._rubbish.kept(self._host):
                return
            await asyncio.sleep(listener._rubbish.wait_s(self._host))

    async def _refused(self, refusal: Refusal) -> None:
        self._refusals += 1
        if self._listener._rubbish.kept(self._host):
            await self._submit(refused_parcel(refusal, self._listener.protocol, self.peer), None)
        else:
            self._refusals = MOST_REFUSALS

    async def _submit(self, parcel: Parcel, delivery: Delivery | None) -> None:
        while self._unanswered >= MOST_UNANSWERED:
            self._settled.clear()
            await self._settled.wait()
        await self._listener._pipeline.room()
        self._unanswered += 1
        self._allowance.take(parcel.weight)
        self._quiet.clear()
        parcel.settled = lambda verdict: self._answer(verdict, delivery)
        self._listener._pipeline.put(parcel)

    def _answer(self, verdict: Verdict | None, delivery: Delivery | None) -> None:
        """This will acknowledge a message that is stored or kept; any other is left for the device to repeat."""
        self._unanswered -= 1
        self._settled.set()
        if not self._unanswered:
            self._quiet.set()
        if delivery is not None and verdict is not None:
            answer = self._session.stored(delivery, now=self._listener._clock())
            self._write(answer)
            if verdict.noted:
                self._note(delivery.address, answer)
            self._said.clear()

    def _note(self, address: str, answer: bytes) -> None:
        """This will have what we answered kept beside the message that was."""
        for raw in filter(None, (*self._said, answer)):
            self._listener._pipeline.put(sent_parcel(self._listener.protocol, address, raw))

    # ---- what `asking` needs of a line

    @property
    def device(self) -> tuple[str, str]:
        """The protocol and address of who speaks."""
        return self._listener.protocol, self._known_as

    def ask(self, command: Command) -> None:
        """This will send a command; raises Refused for one that the protocol lacks."""
        kind = COMMAND.format(kind=command.kind)
        for frame in self._session.command(command, now=self._listener._clock()):
            self._write(frame)
            self._listener._pipeline.put(sent_parcel(*self.device, frame, kind))

    def _write(self, reply: bytes) -> None:
        if reply and not self._writer.is_closing():
            self._writer.write(reply)
