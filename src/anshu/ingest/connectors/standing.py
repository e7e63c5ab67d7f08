# SPDX-License-Identifier: Apache-2.0
"""What a connector is told and what it tells: its name, its secret, its way into the platform, how it fares."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from anshu.domain.sensing.services import Progress
from anshu.ingest.committing import Clock
from anshu.ingest.intake import Intake
from anshu.ingest.listener import Listener

log = logging.getLogger(__name__)


class Connector(Protocol):
    """One connector at work."""

    def start(self) -> None:
        """Begin."""

    async def close(self) -> None:
        """Leave whoever it talks to."""


class Standing:
    """How a connector fares; the runner stores it now and then."""

    def __init__(self, code: str, clock: Clock, cursor: Mapping[str, Any] | None = None) -> None:
        self._code, self._clock = code, clock
        # Up to where has been read, in the connector's own terms.
        self.cursor: dict[str, Any] = dict(cursor or {})
        self.failures, self.error, self.note = 0, "", ""
        self._ok_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._received = 0
        self._moved = self._changed = False

    def worked(self, received: int = 0, *, error: str = "") -> None:
        """This will note a success; `error` names what was wrong beside it."""
        if self.failures:
            log.warning("%s works again", self._code)
        self.failures, self.error = 0, error
        self._ok_at, self._changed = self._clock(), True
        self._received += received

    def failed(self, error: str) -> None:
        """This will note a failure; a new reason is logged once."""
        if not self.failures or error != self.error:
            log.warning("%s: %s", self._code, error)
        self.failures, self.error = self.failures + 1, error
        self._failed_at, self._changed = self._clock(), True

    def reached(self, key: str, place: str) -> None:
        """This will note up to where has been read and committed."""
        if self.cursor.get(key) != place:
            self.cursor[key] = place
            self._moved = self._changed = True

    def taken(self) -> Progress | None:
        """This will give what is to be stored since this was last asked; None for nothing."""
        if not self._changed:
            return None
        told = Progress(
            ok_at=self._ok_at,
            failed_at=self._failed_at,
            failures=self.failures,
            error=self.error,
            received=self._received,
            note=self.note,
            cursor=dict(self.cursor) if self._moved else None,
        )
        self._received, self._moved, self._changed = 0, False, False
        return told

    def give_back(self, told: Progress) -> None:
        """This will have it stored another time: it could not be."""
        self._received += told.received
        self._moved |= told.cursor is not None
        self._changed = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What every connector gets."""

    code: str
    secret: str
    intake: Intake
    clock: Clock
    standing: Standing
    # The doors of the TCP protocols, which serve a connection whoever opened it.
    listeners: Mapping[str, Listener] = field(default_factory=dict)
