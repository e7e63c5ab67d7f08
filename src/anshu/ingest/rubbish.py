# SPDX-License-Identifier: Apache-2.0
"""How much of what nobody can use is kept for one address: enough to find out why, never enough to fill the disk."""

import asyncio
import logging

log = logging.getLogger(__name__)
# What one address may have kept as rubbish, or as a stranger's, in a minute; its connection ends with the rest.
MOST_OF_HOST = 300
_WINDOW_S = 60.0
_MOST_HOSTS = 5_000


class Rubbish:
    """Counts by the address of the sender's machine, over all doors."""

    def __init__(self) -> None:
        self._hosts: dict[str, tuple[float, int]] = {}

    def kept(self, host: str) -> bool:
        """This will count one unusable message of an address, and tell whether it is still one to keep."""
        now = asyncio.get_running_loop().time()
        since, count = self._hosts.get(host, (now, 0))
        if now - since > _WINDOW_S:
            since, count = now, 0
        if len(self._hosts) > _MOST_HOSTS:
            self._hosts.clear()
        self._hosts[host] = (since, count + 1)
        if count == MOST_OF_HOST:
            log.warning("%s sends rubbish: %s messages in %.0f s, more is not kept", host, count, now - since)
        return count < MOST_OF_HOST

    def wait_s(self, host: str) -> float:
        """This will tell how long until more of an address is kept."""
        since, count = self._hosts.get(host, (0.0, 0))
        left = since + _WINDOW_S - asyncio.get_running_loop().time()
        return max(0.0, left) if count >= MOST_OF_HOST else 0.0
