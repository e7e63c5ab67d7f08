# SPDX-License-Identifier: Apache-2.0
"""Who acts: a person, a device or the platform itself."""

from dataclasses import dataclass
from typing import Any

PERSON, DEVICE, PLATFORM = "person", "device", "platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever a write is charged to. `label` is what the log shows even after an account is gone."""

    kind: str
    id: str
    label: str

    def may(self, capability: str, right: str, row: Any = None) -> bool:
        """This will tell whether the right is held (on the row): the platform may do all, a bare actor nothing."""
        return self.kind == PLATFORM


def platform(part: str) -> Actor:
    """This will name a part of the platform as the actor, such as the escalation clock."""
    return Actor(kind=PLATFORM, id=part, label=f"安枢·{part}")
