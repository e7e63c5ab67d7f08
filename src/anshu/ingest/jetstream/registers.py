# SPDX-License-Identifier: Apache-2.0
"""The registers as a gateway knows them: as they were last read, also while the database is away."""

import threading
from typing import Any

from django.db import connection

from anshu.domain.sensing.selectors import Registry, registry_load
from anshu.ingest.committing import REGISTRY_CHANNEL, UNREACHABLE, Clock


class Registers:
    """Reads them in a thread of its own, again when somebody changed them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stale = threading.Event()
        self._stale.set()
        self._heard_on: Any = None
        self.known: Registry | None = None

    def distrust(self) -> None:
        """This will have them read again."""
        self._stale.set()

    def fresh(self) -> Registry:
        """This will give them as they are now, or as they were when the database was last there."""
        try:
            return self._read()
        except UNREACHABLE:
            connection.close()
            if self.known is None:
                raise
            return self.known

    def _read(self) -> Registry:
        connection.ensure_connection()
        line: Any = connection.connection
        if line is not self._heard_on:
            line.add_notify_handler(lambda notice: self.distrust())
            line.execute(f"listen {REGISTRY_CHANNEL}")
            self._heard_on = line
            self.distrust()
        else:
            # Reading anything takes in the notices of changes committed before now.
            line.execute("select 1")
        if self._stale.is_set() or self.known is None:
            self._stale.clear()
            self.known = registry_load(now=self._clock())
        return self.known

    def close(self) -> None:
        """This will give the thread's connection back."""
        connection.close()
