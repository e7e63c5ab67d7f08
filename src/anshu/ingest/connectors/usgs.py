# SPDX-License-Identifier: Apache-2.0
"""A USGS-style water service is asked for what its sites measured since we last read them."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from anshu.ingest.connectors.polling import Poller
from anshu.ingest.connectors.requests import Requests
from anshu.ingest.connectors.standing import Going
from anshu.wire.base import Observation
from anshu.wire.usgs import MOST_BYTES, UsgsSettings, read_reply

PROTOCOL = "usgs"


class UsgsHarvester(Poller):
    """Reads stage and discharge of the sites, each from where it was read to."""

    def __init__(self, going: Going, settings: UsgsSettings) -> None:
        super().__init__(going, settings.interval_s)
        self._settings = settings
        self._requests = Requests(settings.signing, going.secret, timeout_s=settings.timeout_s, most_bytes=MOST_BYTES)

    async def _poll(self) -> None:
        given, standing = self._settings, self._going.standing
        reached = {site: standing.cursor.get(site) for site in given.sites}
        body = await self._requests.get(given.asking(self._since(list(reached.values()))))
        found: dict[str, list[Observation]] = defaultdict(list)
        for each in read_reply(body):
            found[each.thing].append(replace(each, thing=f"{given.prefix}{each.thing}"))
        stored = 0
        for site, observed in found.items():
            if await self._hand_on(PROTOCOL, f"{given.prefix}{site}", self._going.code, observed):
                stored += len(observed)
                standing.reached(site, max(each.time for each in observed).isoformat())
        silent = [site for site in given.sites if site not in found]
        standing.worked(stored, error=f"没有 {'、'.join(silent)} 的数据" if silent else "")

    def _since(self, reached: list[str | None]) -> datetime:
        """This will give the moment from which all sites are asked for: that of the one furthest behind."""
        first = self._going.clock() - timedelta(days=self._settings.first_days)
        told = [datetime.fromisoformat(each) if each else first for each in reached]
        return max(min(told) - timedelta(hours=self._settings.overlap_h), first)

    async def _leave(self) -> None:
        await self._requests.close()
