# SPDX-License-Identifier: Apache-2.0
"""The protocols that devices may speak over TCP: how each holds a dialogue and how a kept frame is read again."""

from datetime import UTC, datetime

from anshu.ingest.listener import MakeSession
from anshu.wire.base import Credentials, Delivery, Refusal
from anshu.wire.sl651 import Sl651Session

SESSIONS: dict[str, MakeSession] = {"sl651": Sl651Session}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_again(protocol: str, raw: bytes, credentials: Credentials) -> Delivery | Refusal | None:
    """This will read a kept message with a fresh session; None where there is nothing to be used in it."""
    session = SESSIONS[protocol](credentials)
    found = [*session.receive(raw, now=_EPOCH), *session.flush(now=_EPOCH)]
    return next((each for each in found if isinstance(each, Delivery | Refusal)), None)
