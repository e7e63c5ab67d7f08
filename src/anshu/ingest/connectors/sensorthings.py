# SPDX-License-Identifier: Apache-2.0
"""Another server's SensorThings API is read: which datastreams it has, and what each observed since we last read it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from anshu.ingest.connectors.polling import Failed, Poller, said
from anshu.ingest.connectors.requests import Requests
from anshu.ingest.connectors.standing import Going
from anshu.wire.base import Refused
from anshu.wire.sensorthings import (
    MOST_BYTES,
    Page,
    SensorThingsSettings,
    Stream,
    read_observations,
    read_streams,
)

PROTOCOL = "sensorthings"
# Their list of datastreams is read anew after this.
_LIST_EVERY_S = 3600.0
_MOST_STREAMS = 20_000
# A server whose pages have no end is left after so many; the next time goes on from there.
_MOST_PAGES = 1_000


class SensorThingsHarvester(Poller):
    """Reads one server, datastream by datastream; one that fails costs no other."""

    def __init__(self, going: Going, settings: SensorThingsSettings) -> None:
        super().__init__(going, settings.interval_s)
        self._settings = settings
        self._requests = Requests(settings.signing, going.secret, timeout_s=settings.timeout_s, most_bytes=MOST_BYTES)
        self._streams: list[Stream] = []
        self._listed_at = -_LIST_EVERY_S

    async def _poll(self) -> None:
        await self._list()
        stored, failed, waiting = 0, "", set[str]()
        for stream in self._streams:
            try:
                got = await self._read(stream)
            except (Failed, Refused, OSError) as error:
                failed = failed or f"数据流 {stream.id}:{_said(error)}"
                continue
            if got is None:
                waiting.add(stream.thing)
            stored += got or 0
        standing = self._going.standing
        if failed and not stored and not waiting:
            raise Failed(failed)
        standing.note = self._told(waiting)
        standing.worked(stored, error=failed)

    def _told(self, waiting: set[str]) -> str:
        told = [f"{len(self._streams)} 个数据流"]
        if waiting:
            told.append(f"{len(waiting)} 台设备没有登记:{'、'.join(sorted(waiting)[:5])}")
        return ";".join(told)

    async def _list(self) -> None:
        """This will read which datastreams there are, now and then."""
        now = asyncio.get_running_loop().time()
        if now - self._listed_at < _LIST_EVERY_S:
            return
        streams: list[Stream] = []
        unmatched = 0
        async for page in self._pages(self._settings.streams(), lambda body: read_streams(self._settings, body)):
            streams += page.rows
            unmatched += page.unmatched
            if len(streams) > _MOST_STREAMS:
                raise Failed(f"数据流超过 {_MOST_STREAMS} 个,请用 filter 缩小")
        if not streams:
            raise Failed(f"对方 {unmatched} 个数据流都不在 properties 里")
        self._streams, self._listed_at = streams, now

    async def _read(self, stream: Stream) -> int | None:
        """This will hand on what a datastream has observed since; None where its thing is not registered."""
        standing, key = self._going.standing, str(stream.id)
        stored = 0
        address = self._settings.observations(stream.id, self._since(standing.cursor.get(key)))
        async for page in self._pages(address, lambda body: read_observations(stream, body)):
            if not page.rows:
                continue
            if not await self._hand_on(PROTOCOL, stream.thing, self._going.code, page.rows):
                return None
            stored += len(page.rows)
            standing.reached(key, max(each.time for each in page.rows).isoformat())
        return stored

    async def _pages(self, address: str, read: Any) -> AsyncIterator[Page]:
        """This will follow a list from page to page; the path stays our own, only the query is theirs."""
        path = address.partition("?")[0]
        for _number in range(_MOST_PAGES):
            page: Page = read(await self._requests.get(address))
            yield page
            if not page.next:
                return
            address = f"{path}?{page.next}"

    def _since(self, reached: Any) -> datetime:
        first = self._going.clock() - timedelta(days=self._settings.first_days)
        if not isinstance(reached, str):
            return first
        return datetime.fromisoformat(reached) - timedelta(hours=self._settings.overlap_h)

    async def _leave(self) -> None:
        await self._requests.close()


def _said(error: Exception) -> str:
    return error.fault.message("zh") if isinstance(error, Refused) else said(error)
