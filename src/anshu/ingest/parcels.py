# SPDX-License-Identifier: Apache-2.0
"""What travels through the pipeline: one sender's message with everything needed to store or keep it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from anshu.domain.sensing.services import Kept
from anshu.wire.base import Observation


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a parcel once its batch was committed; `kept` is the reason why it lies in quarantine."""

    kept: str = ""


@dataclass(slots=True, kw_only=True)
class Parcel:
    """One message. `refused` is set for bytes that could not be read: they are only kept."""

    protocol: str
    peer: str
    raw: bytes
    address: str = ""
    kind: str = ""
    observations: Sequence[Observation] = ()
    # None: the door has already made sure who sends.
    secret: str | None = None
    test: bool = False
    refused: Kept | None = None
    # Set when a kept frame is replayed.
    entry_id: int | None = None
    done: "asyncio.Future[Verdict] | None" = field(default=None, repr=False)

    @property
    def weight(self) -> int:
        """How much of the queue it takes up."""
        return max(1, len(self.observations))
