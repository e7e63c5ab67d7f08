# SPDX-License-Identifier: Apache-2.0
"""What happens to incidents."""

from dataclasses import dataclass
from typing import ClassVar

from anshu.kernel.events.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChanged(Fact):
    """An incident was opened, got an entry, a grade, a picture of the scene, or was closed."""

    kind: ClassVar[str] = "incident.changed"
    capability: ClassVar[str] = "incident"
    number: str
    change: str
    grade: int
    state: str
    actor: str
    text: str
    lng: float | None
    lat: float | None
