# SPDX-License-Identifier: Apache-2.0
"""A worker: reads its partitions from the stream in their order, stores and judges, and acknowledges after the commit.

Taking a partition over means locking it in the database and making its consumer anew: of a work queue only what nobody
has acknowledged is left, so the new reader begins at the first message that is not done. What was stored but not
acknowledged comes twice and changes nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec
import nats.errors
from django.db import connection
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from anshu.ingest.committing import UNREACHABLE, Clock
from anshu.ingest.jetstream.carrying import decode, partition_of
from anshu.ingest.jetstream.leases import Leases
from anshu.ingest.jetstream.stream import AWAY, STREAM, Scale, joined, subject
from anshu.ingest.parcels import Parcel, Verdict, refused_parcel
from anshu.ingest.pipeline import Pipeline
from anshu.ingest.replays import REPLAY_CHANNEL, Notices, Replays
from anshu.wire.base import Fault, Refusal

T = TypeVar("T")
log = logging.getLogger(__name__)
# Messages of one partition that are here and not acknowledged.
MOST_PENDING = 32
_ACK_WAIT_S = 30.0
_ANSWERED_S = 3.0
_HEARTBEAT_S = 1.0
# Without a message or a heartbeat for so long, a consumer is made anew: its server may be gone.
_SILENT_S = 4.0
_BALANCE_EVERY_S = 0.5
_DRAIN_S = 2.5


class _Reader:
    """One partition that is ours."""

    def __init__(self, js: JetStreamContext, client: Client, worker: "Worker", partition: int) -> None:
        self._js, self._client = js, client
        self._pipeline, self._leases = worker.pipeline, worker.leases
        self.partition = partition
        self._line: Subscription | None = None
        self._pending: dict[int, int] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._seen = 0
        self._heard_at = 0.0
        # Something was not stored: nothing more is taken until the partition is read anew.
        self.broken = False

    @property
    def silent(self) -> bool:
        """Tell whether its consumer seems to be gone."""
        return not self._pending and asyncio.get_running_loop().time() - self._heard_at > _SILENT_S

    async def open(self) -> None:
        """This will read from the first message that is not done."""
        inbox = self._client.new_inbox()
        self._line = await self._client.subscribe(inbox, cb=self._heard)
        try:
            await self._consumer(inbox)
        except BaseException:
            await self.close()
            raise
        self._heard_at = asyncio.get_running_loop().time()

    async def _consumer(self, inbox: str) -> None:
        name = f"p{self.partition}"
        with contextlib.suppress(NotFoundError):
            await self._js.delete_consumer(STREAM, name)
        await self._js.add_consumer(
            STREAM,
            ConsumerConfig(
                durable_name=name,
                deliver_subject=inbox,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT_S,
                max_ack_pending=MOST_PENDING,
                filter_subject=subject(self.partition),
                idle_heartbeat=_HEARTBEAT_S,
            ),
        )

    async def close(self, *, within_s: float = 30.0) -> None:
        """This will take no more, and wait until what was taken is settled."""
        line, self._line = self._line, None
        if line is not None:
            try:
                await line.unsubscribe()
            except nats.errors.Error as error:
                log.debug("unsubscribing: %s", error)
        try:
            async with asyncio.timeout(within_s):
                await self._idle.wait()
        except TimeoutError:
            log.warning("partition %s is left with messages that are not settled", self.partition)

    async def _heard(self, message: Msg) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if not message.reply or self._line is None or self.broken:
            # A heartbeat, or too late.
            return
        number = message.metadata.sequence.stream
        if number <= self._seen:
            # It comes again: the acknowledgement was lost, or is still to be made.
            if number not in self._pending:
                await message.ack()
            return
        self._seen = number
        await self._take(message, number)

    async def _take(self, message: Msg, number: int) -> None:
        try:
            parcels = decode(message.data)
        except (msgspec.MsgspecError, ValueError) as error:
            # Perhaps a newer gateway's. It was acknowledged to a device, so it is kept, and holds up nobody.
            log.error("message %s of partition %s cannot be read and is kept aside: %s", number, self.partition, error)
            parcels = [_unreadable(message.data)]
        self._pending[number] = len(parcels)
        self._idle.clear()
        for parcel in parcels:
            await self._pipeline.room()
            parcel.partition = self.partition
            parcel.settled = partial(self._settled, message, number)
            self._pipeline.put(parcel)

    def _settled(self, message: Msg, number: int, verdict: Verdict | None) -> None:
        if verdict is None and not self.broken:
            # What came after it must not be stored before it is.
            self.broken = True
            self._leases.forsake(self.partition)
        self._pending[number] -= 1
        if self._pending[number]:
            return
        del self._pending[number]
        if not self._pending:
            self._idle.set()
        if not self.broken:
            asyncio.get_running_loop().create_task(_acknowledge(message))


def _unreadable(body: bytes) -> Parcel:
    return refused_parcel(Refusal(Fault("garbage", 0, "", {"length": len(body)}), body), "stream", "")


async def _acknowledge(message: Msg) -> None:
    try:
        await message.ack()
    except nats.errors.Error as error:
        # It will come again, and be found stored.
        log.debug("an acknowledgement was not sent: %s", error)


class Worker:
    """Shares the partitions with the other workers, and reads those that are its own."""

    def __init__(self, scale: Scale, clock: Clock) -> None:
        self._scale = scale
        self.leases = Leases(scale.partitions)
        self.pipeline = Pipeline(clock, self.leases)
        self._readers: dict[int, _Reader] = {}
        self._client: Client | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        # Kept frames are sent through by whoever judges their device.
        self._replays = Replays(self.pipeline, self._partition_held)
        self._notices = Notices({REPLAY_CHANNEL: self._replays.run})

    def _partition_held(self, protocol: str, sender: str) -> int | None:
        partition = partition_of(protocol, sender, self._scale.partitions)
        return partition if partition in self._readers else None

    @property
    def partitions(self) -> frozenset[int]:
        """The partitions that are being read here."""
        return frozenset(self._readers)

    async def start(self) -> None:
        """This will begin to take partitions."""
        self.pipeline.start()
        self._task = asyncio.create_task(self._run(), name="ingest-worker")
        self._notices.start()

    async def stop(self) -> None:
        """This will hand the partitions over: nothing is taken, what was taken is stored, the locks are given up."""
        self._stopping.set()
        await self._notices.close()
        if self._task is not None:
            if self._client is None:
                self._task.cancel()
            await asyncio.wait([self._task], timeout=_DRAIN_S)
            self._task.cancel()
        await asyncio.gather(*(each.close(within_s=_DRAIN_S) for each in self._readers.values()))
        await self.pipeline.close(within_s=_DRAIN_S)
        if self._client is not None:
            # With the acknowledgements that are still to be sent.
            await self._client.close()

    async def _run(self) -> None:
        self._client, js = await joined(self._scale, "anshu-worker", within_s=_ANSWERED_S)
        while not self._stopping.is_set():
            try:
                await self._tend(js)
            except UNREACHABLE as error:
                log.warning("the partitions cannot be shared out: %s", str(error).strip())
            except AWAY as error:
                log.warning("the stream is away: %s", error or type(error).__name__)
            except Exception:
                log.exception("tending the partitions failed")
            await self._pause(_BALANCE_EVERY_S)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def _tend(self, js: JetStreamContext) -> None:
        """This will leave what is lost, broken or beyond our share, and read what is ours."""
        balance = await self.pipeline.beside(partial(_reachable, self.leases.balance))
        if balance.gained:
            await self.pipeline.take_over()
        held = self.leases.held - balance.surplus
        for partition, reader in list(self._readers.items()):
            if partition not in held or reader.broken or reader.silent:
                await reader.close()
                del self._readers[partition]
        if balance.surplus:
            await self.pipeline.flush()
            await self.pipeline.beside(partial(_reachable, partial(self.leases.release, balance.surplus)))
        wanted = sorted(held - self._readers.keys())
        for partition in wanted:
            await self._read(js, partition)
        if wanted:
            # What was adopted while nobody read them.
            self._notices.recall()

    async def _read(self, js: JetStreamContext, partition: int) -> None:
        assert self._client is not None
        reader = _Reader(js, self._client, self, partition)
        self.leases.resume(partition)
        await reader.open()
        self._readers[partition] = reader


def _reachable(work: Callable[[], T]) -> T:
    """This will do something with the database; a connection that failed is not used again."""
    try:
        return work()
    except UNREACHABLE:
        connection.close()
        raise
