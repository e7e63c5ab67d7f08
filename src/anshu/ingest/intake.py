# SPDX-License-Identifier: Apache-2.0
"""What a door needs of whatever takes its messages on: the database at once, or a stream that others read."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

from anshu.domain.sensing.selectors import Registry
from anshu.ingest.parcels import Parcel, Verdict

# Beyond this the doors wait, and so do their senders: memory stays bounded while nothing can be stored.
MOST_WAITING = 60_000


class Intake(ABC):
    """Takes parcels and settles each once it is safe: committed, or replicated by the stream."""

    # Whether kept frames are sent through here; otherwise by whoever reads the stream.
    replays = True

    def __init__(self) -> None:
        self._weight = 0
        self._room = asyncio.Event()
        self._told: list[Callable[[], None]] = []

    @abstractmethod
    def start(self) -> None:
        """This will begin to take on what is submitted."""

    @abstractmethod
    async def close(self, *, within_s: float) -> None:
        """This will finish what waits, and give up after the time given."""

    @abstractmethod
    def put(self, parcel: Parcel) -> None:
        """This will queue a parcel; `parcel.settled` hears of it. A door asks for `room` before it reads more."""

    @abstractmethod
    def secret_of(self, protocol: str, address: str) -> str | None:
        """This will give a registered device's secret, "" where it has none; None for an unknown device."""

    @abstractmethod
    async def registry(self) -> Registry:
        """This will give the registers as they are now, for a door that answers before it submits."""

    @abstractmethod
    def distrust(self) -> None:
        """This will have the registers read again."""

    @property
    def full(self) -> bool:
        """Tell whether doors should wait before they take more."""
        return self._weight >= MOST_WAITING

    async def room(self) -> None:
        """This will wait until there is room."""
        while self._weight >= MOST_WAITING:
            self._room.clear()
            await self._room.wait()

    def when_room(self, told: Callable[[], None]) -> None:
        """This will call back once there is room."""
        self._told.append(told)

    async def submit(self, parcel: Parcel) -> "asyncio.Future[Verdict]":
        """This will queue a parcel, waiting for room; the future is cancelled if it could not be stored."""
        await self.room()
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        parcel.settled = partial(_resolve, future)
        self.put(parcel)
        return future

    def _lighten(self, weight: int) -> None:
        """This will note that so much has been taken out of the queue, and tell who waits for room."""
        self._weight -= weight
        if not self.full:
            self._room.set()
            told, self._told = self._told, []
            for each in told:
                each()


def _resolve(future: "asyncio.Future[Verdict]", verdict: Verdict | None) -> None:
    if future.done():
        return
    if verdict is None:
        future.cancel()
    else:
        future.set_result(verdict)
