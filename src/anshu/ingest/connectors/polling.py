# SPDX-License-Identifier: Apache-2.0
"""Asking again and again: at an interval while it works, less and less often while it fails."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence

from anshu.ingest.connectors.standing import Going
from anshu.ingest.messages import read_parcel
from anshu.wire.base import Observation, Refused

log = logging.getLogger(__name__)
# What does not answer is asked less and less often, down to this.
LONGEST_PAUSE_S = 300.0
_SHORTEST_PAUSE_S = 1.0
# A device that nobody has adopted is shown to those who adopt once in this time; until then nothing of it is taken.
_SHOWN_EVERY_S = 3600.0


class Failed(Exception):
    """Asking brought nothing; the text says why."""


class Unstored(Exception):
    """What was read could not be stored: it is read again."""


class Poller(ABC):
    """One task that asks, hands on, and waits."""

    def __init__(self, going: Going, interval_s: float) -> None:
        self._going, self._interval_s = going, interval_s
        self._task: asyncio.Task[None] | None = None
        self._shown: dict[str, float] = {}

    @property
    def failures(self) -> int:
        """How often in a row asking brought nothing."""
        return self._going.standing.failures

    @property
    def error(self) -> str:
        """Why the last time did not bring all."""
        return self._going.standing.error

    def start(self) -> None:
        """This will begin to ask."""
        self._task = asyncio.create_task(self._run(), name=f"connector-{self._going.code}")

    async def close(self) -> None:
        """This will stop asking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._leave()

    @abstractmethod
    async def _poll(self) -> None:
        """This will ask everything once and hand on what was answered; raises Failed, OSError or Refused."""

    async def _leave(self) -> None:  # noqa: B027  nothing is held open by those that do not say so
        """This will give up what is held open."""

    def pause_s(self) -> float:
        """This will give how long to wait before the next question."""
        if not self.failures:
            return self._interval_s
        pause = max(self._interval_s, _SHORTEST_PAUSE_S) * 2.0 ** min(self.failures - 1, 10)
        return max(self._interval_s, min(pause, LONGEST_PAUSE_S))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._poll()
            except Refused as refused:
                self._going.standing.failed(refused.fault.message("zh"))
            except Unstored:
                log.warning("%s: what was read was not stored; it is read again", self._going.code)
            except (Failed, OSError, TimeoutError) as error:
                self._going.standing.failed(said(error))
            except Exception as error:
                # One that fails in a way nobody thought of must go on too.
                log.exception("%s failed", self._going.code)
                self._going.standing.failed(said(error))
            await asyncio.sleep(max(0.0, began + self.pause_s() - loop.time()))

    async def _hand_on(self, protocol: str, address: str, peer: str, observations: Sequence[Observation]) -> bool:
        """This will have a device's observations stored, and wait for the commit; tells whether they were taken.

        Those of a device that is not registered are shown to whoever adopts devices, now and then, and not taken:
        they stay where they are, and are read once it is. Raises Unstored when the database cannot take them.
        """
        if self._going.intake.secret_of(protocol, address) is None:
            await self._going.intake.registry()
        known = self._going.intake.secret_of(protocol, address) is not None
        if not known and not self._to_show(address):
            return False
        parcel = read_parcel(protocol, address, observations if known else observations[-50:], peer)
        future = await self._going.intake.submit(parcel)
        await asyncio.wait([future])
        if future.cancelled():
            raise Unstored
        return known

    def _to_show(self, address: str) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._shown.get(address, -_SHOWN_EVERY_S) < _SHOWN_EVERY_S:
            return False
        self._shown[address] = now
        return True


def said(error: BaseException) -> str:
    """This will say an error in one line."""
    return " ".join(str(error).split()) or type(error).__name__
