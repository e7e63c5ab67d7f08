# SPDX-License-Identifier: Apache-2.0
"""Hears from the database what others did: registers changed, kept frames adopted, commands given."""

import asyncio
import logging
from collections.abc import Set

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection, connections

from anshu.domain.sensing.selectors import WaitingReplay, waiting_replays
from anshu.domain.sensing.services import COMMAND_CHANNEL
from anshu.ingest import messages
from anshu.ingest.asking import Asking
from anshu.ingest.committing import REGISTRY_CHANNEL, UNREACHABLE
from anshu.ingest.doors import SESSIONS, read_again
from anshu.ingest.intake import Intake
from anshu.ingest.parcels import Parcel, delivered_parcel, refused_parcel
from anshu.wire.base import Delivery, Fault, Refusal, Refused

log = logging.getLogger(__name__)
REPLAY_CHANNEL = "anshu_replay"
_AGAIN_AFTER_S = 1.0
# A kept message that was handed on, but is not stored yet, is not handed on again for so long.
_GIVEN_S = 60.0


class Replays:
    """Listens for word from the database: registers changed, frames to be replayed, devices to be asked."""

    def __init__(self, pipeline: Intake, asking: Asking) -> None:
        self._pipeline, self._asking = pipeline, asking
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._given: dict[int, float] = {}

    def start(self) -> None:
        """This will begin to listen."""
        self._tasks = [
            asyncio.create_task(self._run(), name="ingest-replays"),
            asyncio.create_task(self._refresh(), name="ingest-registers"),
        ]

    async def close(self) -> None:
        """This will stop listening."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _refresh(self) -> None:
        """This will read changed registers at once, for doors that ask who connects; many changes are read once."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._pipeline.registry()
            except Exception:
                log.exception("the registers were not read; the next batch reads them")

    def _distrust(self) -> None:
        self._pipeline.distrust()
        self._changed.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except UNREACHABLE as error:
                log.warning("listening stopped: %s", str(error).strip())
            except Exception:
                log.exception("replaying stopped")
            await asyncio.sleep(_AGAIN_AFTER_S)

    async def _listen(self) -> None:
        parameters = connection.get_connection_params()
        wanted = {
            name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if parameters.get(name)
        }
        async with await psycopg.AsyncConnection.connect(**wanted, autocommit=True) as line:
            await line.execute(f"listen {REGISTRY_CHANNEL}")
            await line.execute(f"listen {REPLAY_CHANNEL}")
            await line.execute(f"listen {COMMAND_CHANNEL}")
            # What was adopted while nobody listened.
            self._distrust()
            await self._replay_all()
            self._asking.look()
            async for notice in line.notifies():
                if notice.channel == COMMAND_CHANNEL:
                    self._asking.look()
                    continue
                self._distrust()
                if notice.channel == REPLAY_CHANNEL:
                    await self._replay_all()

    async def _replay_all(self) -> None:
        while parcels := await sync_to_async(_waiting, thread_sensitive=False)(self._pipeline, self._under_way()):
            moment = asyncio.get_running_loop().time()
            self._given.update((each.entry_id, moment) for each in parcels if each.entry_id is not None)
            futures = [await self._pipeline.submit(parcel) for parcel in parcels]
            await asyncio.wait(futures)
            if any(future.cancelled() for future in futures):
                self._given.clear()
                return

    def _under_way(self) -> Set[int]:
        now = asyncio.get_running_loop().time()
        self._given = {entry_id: at for entry_id, at in self._given.items() if now - at < _GIVEN_S}
        return self._given.keys()


def _waiting(pipeline: Intake, under_way: Set[int]) -> list[Parcel]:
    try:
        return [_parcel(pipeline, row) for row in waiting_replays() if row.entry_id not in under_way]
    finally:
        connections.close_all()


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
    if "received_at" not in row.detail:
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
