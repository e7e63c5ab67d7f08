# SPDX-License-Identifier: Apache-2.0
"""A gateway's way out: parcels go into the stream, and are settled once the stream has them on several disks."""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from nats.aio.client import Client
from nats.js import JetStreamContext

from anshu.domain.sensing.choices import QuarantineKind
from anshu.domain.sensing.selectors import Registry
from anshu.domain.sensing.services import Kept
from anshu.ingest.committing import UNREACHABLE, Clock
from anshu.ingest.intake import Intake
from anshu.ingest.jetstream.carrying import Carried, encode, pack, partition_of
from anshu.ingest.jetstream.registers import Registers
from anshu.ingest.jetstream.stream import AWAY, Scale, joined, pause, subject
from anshu.ingest.parcels import STORED, Parcel, Verdict

log = logging.getLogger(__name__)
# What came while the last message was being acknowledged goes together, up to this.
MOST_BYTES, MOST_PARCELS = 256 * 1024, 2_000
# A single parcel beyond this cannot travel (the servers' max_payload is 8 MB); its beginning is kept aside.
PARCEL_BYTES = 7 * 1024 * 1024
# Roughly, with its names and time.
_OBSERVATION_BYTES = 100
_ACKNOWLEDGED_S = 3.0
_NOTED = Verdict(noted=True)


class Gateway(Intake):
    """Publishes parcels by partition, one message of each partition under way at a time, so that order is kept."""

    replays = False

    def __init__(self, scale: Scale, clock: Clock) -> None:
        super().__init__()
        self._scale, self._clock = scale, clock
        self._registers = Registers(clock)
        # Reading the registers blocks; it has a thread and a connection of its own.
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="gateway-registers")
        self._waiting: list[deque[Parcel]] = [deque() for _ in range(scale.partitions)]
        self._some = [asyncio.Event() for _ in range(scale.partitions)]
        self._client: Client | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    def start(self) -> None:
        """This will connect and begin to publish."""
        self._tasks = [asyncio.create_task(self._run(), name="gateway")]

    def put(self, parcel: Parcel) -> None:
        """This will queue a parcel for its partition."""
        # Bytes that nobody could read have no address; where they came from keeps them in order.
        partition = partition_of(parcel.protocol, parcel.address or parcel.peer, self._scale.partitions)
        self._waiting[partition].append(parcel)
        self._weight += parcel.weight
        self._some[partition].set()

    def secret_of(self, protocol: str, address: str) -> str | None:
        """This will give a registered device's secret, "" where it has none; None for an unknown device."""
        registry = self._registers.known
        thing = registry.things.get((protocol, address)) if registry is not None else None
        return None if thing is None else thing.secret

    async def registry(self) -> Registry:
        """This will give the registers, waiting for the database only when they were never read."""
        loop, attempt = asyncio.get_running_loop(), 0
        while True:
            try:
                return await loop.run_in_executor(self._reader, self._registers.fresh)
            except UNREACHABLE as error:
                log.warning("the database is away: %s", str(error).strip())
            await pause(attempt)
            attempt += 1

    def distrust(self) -> None:
        """This will have the registers read again."""
        self._registers.distrust()

    async def close(self, *, within_s: float) -> None:
        """This will publish what waits, give up after the time given, and settle nothing that is not safe."""
        self._closing = True
        for each in self._some:
            each.set()
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=within_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=2)
        for waiting in self._waiting:
            _settle(waiting, None)
        if self._client is not None:
            await self._client.close()
        await asyncio.get_running_loop().run_in_executor(self._reader, self._registers.close)
        self._reader.shutdown(wait=False)

    async def _run(self) -> None:
        self._client, js = await joined(self._scale, "anshu-gateway", within_s=_ACKNOWLEDGED_S)
        async with asyncio.TaskGroup() as senders:
            for partition in range(self._scale.partitions):
                senders.create_task(self._send_all(js, partition))

    async def _send_all(self, js: JetStreamContext, partition: int) -> None:
        waiting, some = self._waiting[partition], self._some[partition]
        while True:
            if not waiting:
                if self._closing:
                    return
                some.clear()
                await some.wait()
                continue
            parcels, body = self._take(waiting)
            try:
                await self._publish(js, partition, body)
            except asyncio.CancelledError:
                _settle(parcels, None)
                raise
            for each in parcels:
                _settle((each,), self._verdict(each))

    def _verdict(self, parcel: Parcel) -> Verdict:
        """This will tell whether the worker is going to keep the bytes, as far as a gateway can know: while watched."""
        registry = self._registers.known
        thing = registry.things.get((parcel.protocol, parcel.address)) if registry is not None else None
        until = thing.watched_until if thing is not None else None
        return _NOTED if until is not None and self._clock() < until else STORED

    def _take(self, waiting: deque[Parcel]) -> tuple[list[Parcel], bytes]:
        taken: list[Parcel] = []
        carried: list[Carried] = []
        size = weight = 0
        while waiting and size < MOST_BYTES and len(taken) < MOST_PARCELS:
            parcel = waiting.popleft()
            each = pack(parcel)
            own = len(parcel.raw) + _OBSERVATION_BYTES * parcel.weight
            if own > MOST_BYTES and len(encode([each])) > PARCEL_BYTES:
                each = pack(_too_large(parcel))
            taken.append(parcel)
            carried.append(each)
            size += own
            weight += parcel.weight
        self._lighten(weight)
        return taken, encode(carried)

    async def _publish(self, js: JetStreamContext, partition: int, body: bytes) -> None:
        """This will publish until the stream has it; the number makes a repetition the same message."""
        headers = {"Nats-Msg-Id": uuid.uuid4().hex}
        attempt = 0
        while True:
            try:
                await js.publish(subject(partition), body, timeout=_ACKNOWLEDGED_S, headers=headers)
                return
            except AWAY as error:
                log.warning("partition %s is not acknowledged: %s", partition, error or type(error).__name__)
            await pause(attempt)
            attempt += 1


def _settle(parcels: Sequence[Parcel] | deque[Parcel], verdict: Verdict | None) -> None:
    for each in parcels:
        if each.settled is not None:
            each.settled(verdict)


def _too_large(parcel: Parcel) -> Parcel:
    """This will make what is kept of a message that is too large to travel."""
    kept = Kept(
        protocol=parcel.protocol,
        peer=parcel.peer,
        kind=QuarantineKind.REFUSED,
        reason="oversized",
        raw=parcel.raw[:4096],
        thing_address=parcel.address,
        detail={"found": len(parcel.raw), "limit": PARCEL_BYTES},
    )
    return Parcel(protocol=parcel.protocol, peer=parcel.peer, raw=kept.raw, address=parcel.address, refused=kept)
