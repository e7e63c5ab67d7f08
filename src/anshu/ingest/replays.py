# SPDX-License-Identifier: Apache-2.0
"""Hears from the database what others did: registers changed, kept frames adopted, commands given."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection, connections

from anshu.domain.sensing.selectors import WaitingReplay, waiting_replays
from anshu.ingest import messages
from anshu.ingest.committing import UNREACHABLE
from anshu.ingest.doors import SESSIONS, read_again
from anshu.ingest.intake import Intake
from anshu.ingest.parcels import Parcel, delivered_parcel, refused_parcel
from anshu.wire.base import Delivery, Fault, Refusal, Refused

log = logging.getLogger(__name__)
REPLAY_CHANNEL = "anshu_replay"
_AGAIN_AFTER_S = 1.0
Handler = Callable[[], Awaitable[None]]
# Protocol and address, or where it came from, -> the partition, where it is read here.
PartitionHeld = Callable[[str, str], int | None]


class Notices:
    """Listens on channels of the database; each one's handler runs at every notice, and whenever listening begins."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._task: asyncio.Task[None] | None = None
        self._recalled: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """This will begin to listen."""
        self._task = asyncio.create_task(self._run(), name="ingest-notices")

    async def close(self) -> None:
        """This will stop listening."""
        tasks = [*self._recalled, *([] if self._task is None else [self._task])]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def recall(self) -> None:
        """This will run every handler once, as if there had been a notice."""
        task = asyncio.create_task(self._handle_all())
        self._recalled.add(task)
        task.add_done_callback(self._recalled.discard)

    async def _handle_all(self) -> None:
        try:
            for handle in self._handlers.values():
                await handle()
        except Exception:
            log.exception("what the database told was not done")

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except UNREACHABLE as error:
                log.warning("listening stopped: %s", str(error).strip())
            except Exception:
                log.exception("what the database told was not done")
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def _listen(self) -> None:
        parameters = connection.get_connection_params()
        wanted = {
            name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if parameters.get(name)
        }
        async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as line:
            for channel in self._handlers:
                await line.execute(f"listen {channel}")
            # What happened while nobody listened.
            for handle in self._handlers.values():
                await handle()
            async for notice in line.notifies():
                await self._handlers[notice.channel]()


class Refreshing:
    """Reads changed registers at once, for doors that ask who connects; many changes are read once."""

    def __init__(self, pipeline: Intake) -> None:
        self._pipeline = pipeline
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """This will begin to wait for changes."""
        self._task = asyncio.create_task(self._run(), name="ingest-registers")

    async def close(self) -> None:
        """This will wait no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def changed(self) -> None:
        """This will have the registers read again."""
        self._pipeline.distrust()
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._pipeline.registry()
            except Exception:
                log.exception("the registers were not read; the next batch reads them")


class Replays:
    """Sends kept frames through once more when their sender was adopted."""

    def __init__(self, pipeline: Intake, partition_held: PartitionHeld | None = None) -> None:
        self._pipeline, self._partition_held = pipeline, partition_held
        self._one = asyncio.Lock()

    async def run(self) -> None:
        """This will go through all that wait, page by page; where devices are shared, through those of ours."""
        async with self._one:
            # First of all whoever was adopted must be known.
            self._pipeline.distrust()
            await self._pipeline.registry()
            after = 0
            while page := await sync_to_async(self._page, thread_sensitive=False)(after):
                after = page[-1][0].entry_id
                futures = [await self._pipeline.submit(parcel) for _row, parcel in page if parcel is not None]
                if futures:
                    await asyncio.wait(futures)
                if any(future.cancelled() for future in futures):
                    return

    def _page(self, after: int) -> list[tuple[WaitingReplay, Parcel | None]]:
        try:
            return [(row, self._parcel(row)) for row in waiting_replays(after=after)]
        finally:
            connections.close_all()

    def _parcel(self, row: WaitingReplay) -> Parcel | None:
        parcel = _parcel(self._pipeline, row)
        if self._partition_held is None:
            return parcel
        parcel.partition = self._partition_held(parcel.protocol, parcel.address or parcel.peer)
        return None if parcel.partition is None else parcel


def _parcel(pipeline: Intake, row: WaitingReplay) -> Parcel:
    if row.protocol not in SESSIONS:
        return _message(row)
    found = read_again(
        row.protocol, row.raw, lambda address: pipeline.secret_of(row.protocol, address), row.received_at
    )
    if isinstance(found, Delivery):
        return delivered_parcel(found, row.protocol, row.peer, entry_id=row.entry_id)
    refusal = found or Refusal(Fault("garbage", 0, "", {"length": len(row.raw)}), row.raw)
    return _refused(refusal, row)


def _message(row: WaitingReplay) -> Parcel:
    """This will read a kept JSON or maker's message again; one that had nothing to observe says so."""
    if "received_at" not in row.detail and row.detail.get("kind") != messages.READ:
        return _refused(Refusal(Fault("nothing_to_replay", 0, ""), row.raw), row)
    try:
        parcel = messages.read_again(row.protocol, row.raw, row.address, row.peer, row.detail)
    except Refused as refused:
        return _refused(Refusal(refused.fault, row.raw), row)
    parcel.entry_id = row.entry_id
    return parcel


def _refused(refusal: Refusal, row: WaitingReplay) -> Parcel:
    parcel = refused_parcel(refusal, row.protocol, row.peer)
    parcel.entry_id = row.entry_id
    return parcel
