# SPDX-License-Identifier: Apache-2.0
"""Who judges which devices: one advisory lock of PostgreSQL for each partition.

A lock is held by the very connection that stores and judges. While that connection can commit, the lock is ours; when
it ends, however it ends, PostgreSQL gives the lock free. No clock and no second service can disagree about it.

Everything here runs in the thread of that connection.
"""

import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from anshu.ingest.parcels import Parcel

log = logging.getLogger(__name__)
# The first keys of our advisory locks: a partition's, and a worker's own by which the others count it.
_PARTITION, _WORKER = 330_826, 330_827
_MOST_WORKERS = 256
# A machine that lost its power closes no connection: the server must find out by itself.
_NOTICE_S = 10


@dataclass(frozen=True, slots=True)
class Balance:
    """What changed hands: partitions that are ours now, and those of which we have more than our share."""

    gained: frozenset[int]
    surplus: frozenset[int]
    workers: int


class Leases:
    """This process's partitions."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._held: set[int] = set()
        self._on: Any = None
        self._number: int | None = None
        self._forsaken: set[int] = set()
        self._guard = threading.Lock()

    @property
    def held(self) -> frozenset[int]:
        """The partitions that were ours when we last looked."""
        return frozenset(self._held)

    def forsake(self, partition: int) -> None:
        """This will store nothing more of a partition until it is `resumed`: something of it was not stored.

        May be called from any thread.
        """
        with self._guard:
            self._forsaken.add(partition)

    def resume(self, partition: int) -> None:
        """This will store a partition's messages again: they are read from the first that is not done."""
        with self._guard:
            self._forsaken.discard(partition)

    def lost(self, parcels: Sequence[Parcel]) -> set[int]:
        """This will give the partitions among the parcels' that are not ours on the connection as it is."""
        self._confirm()
        with self._guard:
            ours = self._held - self._forsaken
        return {each.partition for each in parcels if each.partition is not None} - ours

    def balance(self) -> Balance:
        """This will count the workers, take free partitions up to our share, and name those beyond it."""
        self._confirm()
        workers = max(1, self._workers())
        share = -(-self._partitions // workers)
        gained = self._take(share - len(self._held)) if len(self._held) < share else set()
        surplus = sorted(self._held)[share:]
        return Balance(frozenset(gained), frozenset(surplus), workers)

    def release(self, partitions: Iterable[int]) -> None:
        """This will give partitions to whoever takes them."""
        self._confirm()
        for each in self._held.intersection(partitions):
            self._execute("select pg_advisory_unlock(%s, %s)", _PARTITION, each)
            self._held.discard(each)

    def _confirm(self) -> None:
        """This will lock again what we held, when the connection is a new one; what another took is lost."""
        connection.ensure_connection()
        if connection.connection is self._on:
            return
        for name in ("tcp_keepalives_idle", "tcp_keepalives_interval"):
            self._execute(f"set {name} = {_NOTICE_S // 2}")
        self._execute(f"set client_connection_check_interval = '{_NOTICE_S}s'")
        before, self._held, self._number = self._held, set(), None
        self._on = connection.connection
        try:
            self._number = next((each for each in range(_MOST_WORKERS) if self._lock(_WORKER, each)), None)
            self._held = {each for each in before if self._lock(_PARTITION, each)}
        except Exception:
            # Nothing is certain: all is to be locked on the next connection.
            self._held, self._on = before, None
            raise
        if lost := before - self._held:
            log.warning("partitions %s are another worker's now", sorted(lost))

    def _take(self, most: int) -> set[int]:
        """This will lock free partitions, beginning at a place of our own so that workers do not race for the same."""
        gained: set[int] = set()
        start = (self._number or 0) * 7
        for step in range(self._partitions):
            partition = (start + step) % self._partitions
            if len(gained) >= most:
                break
            if partition not in self._held and self._lock(_PARTITION, partition):
                gained.add(partition)
        self._held |= gained
        return gained

    def _workers(self) -> int:
        row = self._execute(
            "select count(*) from pg_locks where locktype = 'advisory' and classid = %s and granted"
            " and database = (select oid from pg_database where datname = current_database())",
            _WORKER,
        )
        return int(row)

    def _lock(self, kind: int, number: int) -> bool:
        return bool(self._execute("select pg_try_advisory_lock(%s, %s)", kind, number))

    def _execute(self, statement: str, *given: int) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            row = cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]
