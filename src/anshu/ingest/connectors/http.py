# SPDX-License-Identifier: Apache-2.0
"""A web address is asked at an interval; each device's document is read by the decoder of its model."""

import asyncio

from anshu.ingest.connectors.polling import Poller, Unstored
from anshu.ingest.connectors.requests import Requests
from anshu.ingest.connectors.standing import Going
from anshu.ingest.messages import raw_parcel
from anshu.wire.connectors import HttpSettings, read_items

PROTOCOL = "http"
_MOST_BYTES = 16 * 1024 * 1024


class HttpPoller(Poller):
    """Asks one address. What it says is taken as new each time: the same values at the same times are stored once."""

    def __init__(self, going: Going, settings: HttpSettings) -> None:
        super().__init__(going, settings.interval_s)
        self._settings = settings
        self._requests = Requests(settings.signing, going.secret, timeout_s=settings.timeout_s, most_bytes=_MOST_BYTES)

    async def _poll(self) -> None:
        body = await self._requests.get(self._settings.url)
        going, waiting = self._going, []
        for address, document in read_items(self._settings, body):
            known = going.intake.secret_of(PROTOCOL, address) is not None
            if known or self._to_show(address):
                parcel = raw_parcel(PROTOCOL, address, document, going.code, going.clock)
                waiting.append(await going.intake.submit(parcel))
        if waiting:
            await asyncio.wait(waiting)
        if any(each.cancelled() for each in waiting):
            raise Unstored
        kept = sorted({each.result().kept for each in waiting} - {""})
        going.standing.worked(len(waiting) - sum(bool(each.result().kept) for each in waiting), error=", ".join(kept))

    async def _leave(self) -> None:
        await self._requests.close()
