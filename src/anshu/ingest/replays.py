# SPDX-License-Identifier: Apache-2.0
"""Sends kept frames through the pipeline once their sender has been adopted."""

import asyncio
import logging

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection, connections

from anshu.domain.sensing.selectors import waiting_replays
from anshu.ingest.committing import REGISTRY_CHANNEL, UNREACHABLE
from anshu.ingest.listener import message_parcel, refused_parcel
from anshu.ingest.parcels import Parcel
from anshu.ingest.pipeline import Pipeline
from anshu.wire.base import Refusal, Refused
from anshu.wire.sl651 import decode_frame

log = logging.getLogger(__name__)
REPLAY_CHANNEL = "anshu_replay"
_AGAIN_AFTER_S = 1.0


class Replays:
    """Listens for word from the database: registers changed, frames to be replayed."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """This will begin to listen."""
        self._task = asyncio.create_task(self._run(), name="ingest-replays")

    async def close(self) -> None:
        """This will stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

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
            # What was adopted while nobody listened.
            self._pipeline.distrust()
            await self._replay_all()
            async for notice in line.notifies():
                self._pipeline.distrust()
                if notice.channel == REPLAY_CHANNEL:
                    await self._replay_all()

    async def _replay_all(self) -> None:
        while parcels := await sync_to_async(_waiting, thread_sensitive=False)():
            futures = [await self._pipeline.submit(parcel) for parcel in parcels]
            await asyncio.wait(futures)
            if any(future.cancelled() for future in futures):
                return


def _waiting() -> list[Parcel]:
    try:
        return [_parcel(bytes(row.raw), row.peer, row.pk) for row in waiting_replays() if row.protocol == "sl651"]
    finally:
        connections.close_all()


def _parcel(raw: bytes, peer: str, entry_id: int) -> Parcel:
    try:
        return message_parcel(decode_frame(raw), raw, peer, entry_id=entry_id)
    except Refused as refused:
        parcel = refused_parcel(Refusal(refused.fault, raw), peer)
        parcel.entry_id = entry_id
        return parcel
