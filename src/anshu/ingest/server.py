# SPDX-License-Identifier: Apache-2.0
"""The ingest process: its doors, its pipeline, and how they stop."""

import asyncio
import logging
import signal
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from anshu.ingest.committing import Clock
from anshu.ingest.http_door import BODY_S, HttpDoor
from anshu.ingest.listener import IDLE_S, PARTIAL_S, UNREAD_S, Listener
from anshu.ingest.pipeline import Pipeline
from anshu.ingest.replays import Replays

log = logging.getLogger(__name__)
_DRAIN_S = 2.5


def wall_clock() -> datetime:
    """This will read the clock; nothing below ingest does."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a door stands."""

    host: str
    port: int


class Server:
    """All of ingest in one place, so that a test can start it on free ports."""

    def __init__(
        self,
        *,
        clock: Clock = wall_clock,
        idle_s: float = IDLE_S,
        partial_s: float = PARTIAL_S,
        unread_s: float = UNREAD_S,
        body_s: float = BODY_S,
    ) -> None:
        self.pipeline = Pipeline(clock)
        self._listener = Listener(self.pipeline, clock, idle_s=idle_s, partial_s=partial_s, unread_s=unread_s)
        self._door = HttpDoor(self.pipeline, clock, body_s=body_s)
        self._replays = Replays(self.pipeline)
        self.sl651 = self.http = Address("", 0)

    async def start(self, *, sl651: str, http: str) -> None:
        """This will open the doors."""
        self.pipeline.start()
        self.sl651 = Address(*await self._listener.start(*_split(sl651)))
        self.http = Address(*await self._door.start(*_split(http)))
        self._replays.start()

    async def stop(self) -> None:
        """This will take nothing more, commit and answer what was taken, and close; within five seconds."""
        await self._replays.close()
        self._listener.stop_accepting()
        await self._door.stop_accepting()
        await self.pipeline.close(within_s=_DRAIN_S)
        await asyncio.gather(self._listener.finished(), self._door.close())


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


async def run(stop: asyncio.Event | None = None) -> None:
    """This will receive until told to stop by the event, SIGTERM or SIGINT."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except (ValueError, RuntimeError, NotImplementedError):
            log.debug("signals are handled elsewhere")
    server = Server()
    await server.start(sl651=settings.INGEST_SL651_ADDRESS, http=settings.INGEST_HTTP_ADDRESS)
    await stop.wait()
    await server.stop()
