# SPDX-License-Identifier: Apache-2.0
"""From many connections to few transactions: a bounded queue, a batcher, one worker thread."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from anshu.domain.sensing.selectors import Registry
from anshu.ingest.committing import Clock, Committer, Fence, GaveUp
from anshu.ingest.intake import Intake
from anshu.ingest.parcels import Parcel, Verdict

log = logging.getLogger(__name__)
T = TypeVar("T")
FLUSH_AT = 2_000
FLUSH_AFTER_S = 0.02
# What came while the last batch was being committed goes together, up to this.
MOST_AT_ONCE = 20_000
_QUIET_S = 1.0


class Pipeline(Intake):
    """Takes parcels and answers each once its batch is committed."""

    def __init__(self, clock: Clock, fence: Fence | None = None) -> None:
        super().__init__()
        self._committer = Committer(clock, fence)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ingest-commit")
        self._waiting: deque[Parcel] = deque()
        self._some, self._full = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        """This will begin to commit what is submitted."""
        self._task = asyncio.create_task(self._run(), name="ingest-batches")

    def put(self, parcel: Parcel) -> None:
        """This will queue a parcel; `parcel.settled` hears of it. A door asks for `room` before it reads more."""
        self._waiting.append(parcel)
        self._weight += parcel.weight
        self._some.set()
        if self._weight >= FLUSH_AT:
            self._full.set()

    def secret_of(self, protocol: str, address: str) -> str | None:
        """This will give a registered device's secret, "" where it has none; None for an unknown device."""
        registry = self._committer.known
        thing = registry.things.get((protocol, address)) if registry is not None else None
        return None if thing is None else thing.secret

    async def registry(self) -> Registry:
        """This will give the registers as they are now, for a door that answers before it submits."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._committer.registry)

    async def beside(self, work: Callable[[], T]) -> T:
        """This will do something between batches, in the worker's thread and on its connection."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    async def flush(self) -> None:
        """This will write the newest values that wait, before devices are handed to another process."""
        await self.beside(self._committer.flush)

    async def take_over(self) -> None:
        """This will have read again what another process wrote for devices that are ours from now on."""
        await self.beside(self._committer.take_over)

    def distrust(self) -> None:
        """This will have the registers read again before the next batch."""
        self._committer.distrust()

    async def close(self, *, within_s: float) -> None:
        """This will commit what waits, give up after the time given, and end the worker."""
        self._closing = True
        self._some.set()
        self._full.set()
        if self._task is not None:
            done, _ = await asyncio.wait([self._task], timeout=within_s)
            if not done:
                self._committer.give_up()
                await asyncio.wait([self._task], timeout=2)
        await asyncio.get_running_loop().run_in_executor(self._worker, self._committer.close)
        self._worker.shutdown(wait=False)

    async def _run(self) -> None:
        while True:
            await self._something()
            if not self._waiting:
                if self._closing:
                    return
                self._some.clear()
                continue
            if self._weight < FLUSH_AT and not self._closing:
                await self._gather()
            await self._commit(self._take())

    async def _something(self) -> None:
        """This will wait for parcels; when none come for a while, what was put off is written."""
        while not self._some.is_set() and self._committer.unwritten:
            try:
                async with asyncio.timeout(_QUIET_S):
                    await self._some.wait()
            except TimeoutError:
                await self._flush()
        await self._some.wait()

    async def _flush(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._worker, self._committer.flush)
        except Exception:
            log.exception("the newest values were not written")

    async def _gather(self) -> None:
        """This will wait a little for company, or until the batch is large enough."""
        self._full.clear()
        try:
            async with asyncio.timeout(FLUSH_AFTER_S):
                await self._full.wait()
        except TimeoutError:
            pass

    def _take(self) -> list[Parcel]:
        batch: list[Parcel] = []
        weight = 0
        while self._waiting and weight < MOST_AT_ONCE:
            parcel = self._waiting.popleft()
            weight += parcel.weight
            batch.append(parcel)
        self._lighten(weight)
        return batch

    async def _commit(self, batch: Sequence[Parcel]) -> None:
        loop = asyncio.get_running_loop()
        try:
            verdicts: Sequence[Verdict | None] = await loop.run_in_executor(self._worker, self._committer.commit, batch)
        except GaveUp:
            log.warning("%s messages were not stored and not acknowledged", len(batch))
            verdicts = [None] * len(batch)
        except Exception:
            log.exception("a batch of %s was lost for its senders to repeat", len(batch))
            verdicts = [None] * len(batch)
        for parcel, verdict in zip(batch, verdicts, strict=True):
            if parcel.settled is not None:
                parcel.settled(verdict)
