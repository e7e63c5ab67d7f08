# SPDX-License-Identifier: Apache-2.0
"""What happens to alarms, for the contexts above and for live screens."""

from dataclasses import dataclass
from typing import ClassVar

from anshu.kernel.events.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFact(Fact):
    """The common part: where, how bad, with which value."""

    capability: ClassVar[str] = "monitoring"
    level: int
    value: float | None
    threshold: float | None
    thing_id: int
    thing_name: str
    lng: float
    lat: float
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(AlarmFact):
    """A rule's level was reached where no alarm was active; `late` when it was over before it was found."""

    kind: ClassVar[str] = "alarm.raised"
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEscalated(AlarmFact):
    """An active alarm reached a worse level."""

    kind: ClassVar[str] = "alarm.escalated"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEased(AlarmFact):
    """An active alarm fell to a milder level."""

    kind: ClassVar[str] = "alarm.eased"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared(AlarmFact):
    """The condition ended, hysteresis included."""

    kind: ClassVar[str] = "alarm.cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAcknowledged(AlarmFact):
    """Somebody has seen it and says so."""

    kind: ClassVar[str] = "alarm.acknowledged"
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmShelved(AlarmFact):
    """Somebody has put it aside for a while."""

    kind: ClassVar[str] = "alarm.shelved"
    until: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmUnshelved(AlarmFact):
    """It counts again: the time is over, it got worse, or somebody took it back."""

    kind: ClassVar[str] = "alarm.unshelved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOverdue(AlarmFact):
    """Nobody has acknowledged it in time: a step of escalation was taken."""

    kind: ClassVar[str] = "alarm.overdue"
    step: int
    text: str
