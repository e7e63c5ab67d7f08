# SPDX-License-Identifier: Apache-2.0
"""The protocols that devices may speak over TCP: how each holds a dialogue and how a kept frame is read again."""

from datetime import UTC, datetime

from anshu.ingest.listener import MakeSession
from anshu.wire.base import Credentials, Delivery, Refusal
from anshu.wire.gb26875 import Gb26875Session
from anshu.wire.hj212 import Hj212Session
from anshu.wire.jt808 import Jt808Session
from anshu.wire.jt809 import Jt809Session
from anshu.wire.sl651 import Sl651Session

SESSIONS: dict[str, MakeSession] = {
    "sl651": Sl651Session,
    "hj212": Hj212Session,
    "jt808": Jt808Session,
    "jt809": Jt809Session,
    "gb26875": Gb26875Session,
}

# Their sessions trust what they are given when the clock stands at the epoch: somebody adopted the sender.
_TRUSTING = {"jt808", "jt809"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_again(protocol: str, raw: bytes, credentials: Credentials, received_at: datetime) -> Delivery | Refusal | None:
    """This will read a kept message with a fresh session; None where there is nothing to be used in it."""
    session = SESSIONS[protocol](credentials)
    now = _EPOCH if protocol in _TRUSTING else received_at
    found = [*session.receive(raw, now=now), *session.flush(now=now)]
    return next((each for each in found if isinstance(each, Delivery | Refusal)), None)
