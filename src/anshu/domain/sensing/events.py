# SPDX-License-Identifier: Apache-2.0
"""What happens to devices, for the contexts above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from anshu.kernel.events.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingConnected(Fact):
    """A device was connected by a model, which names the rules that such a device gets."""

    kind: ClassVar[str] = "thing.connected"
    capability: ClassVar[str] = "monitoring"
    thing_id: int
    model: str
    rule_templates: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesRestored(Fact):
    """Stored values may be judged that were not: a person corrected or trusts them, or maintenance was taken back."""

    kind: ClassVar[str] = "values.restored"
    capability: ClassVar[str] = "monitoring"
    datastream_id: int
    since: datetime
    until: datetime
