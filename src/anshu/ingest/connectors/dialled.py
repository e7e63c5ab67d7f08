# SPDX-License-Identifier: Apache-2.0
"""Calls a device or platform that waits to be called; once it is open, the connection is like any other."""

import asyncio

from anshu.ingest.connectors.polling import Failed, Poller
from anshu.ingest.connectors.standing import Going
from anshu.ingest.listener import READ_BYTES
from anshu.wire.connectors import DialledSettings

_CONNECT_S = 15.0
# A connection that ended is opened anew after this.
_AGAIN_S = 5.0


class Dialled(Poller):
    """Keeps one connection open."""

    def __init__(self, going: Going, settings: DialledSettings) -> None:
        super().__init__(going, _AGAIN_S)
        self._settings = settings

    async def _poll(self) -> None:
        """This will call and stay until the other side hangs up."""
        given, listener = self._settings, self._going.listeners[self._settings.protocol]
        # Sessions ask for devices' secrets as soon as they hear one.
        await self._going.intake.registry()
        async with asyncio.timeout(_CONNECT_S):
            reader, writer = await asyncio.open_connection(given.host, given.port, limit=READ_BYTES)
        self._going.standing.worked()
        loop = asyncio.get_running_loop()
        began = loop.time()
        await _to_its_end(asyncio.create_task(listener.attend(reader, writer)))
        if loop.time() - began < _AGAIN_S:
            raise Failed(f"{given.host}:{given.port} 一连上就挂断")


async def _to_its_end(serving: asyncio.Task[None]) -> None:
    """This will wait for a connection's end; when we are to stop, it is ended in good order first."""
    try:
        await asyncio.wait([serving])
    except asyncio.CancelledError:
        serving.cancel()
        await asyncio.wait([serving])
        raise
