# SPDX-License-Identifier: Apache-2.0
"""Facts that the access kernel publishes."""

from dataclasses import dataclass
from typing import ClassVar

from anshu.kernel.access.choices import Capability
from anshu.kernel.events.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(Fact):
    """A system administrator read a business row in an emergency; whoever reads the audit log reviews it."""

    kind: ClassVar[str] = "access.glass_broken"
    capability: ClassVar[str] = Capability.AUDIT
    reader: str
    reason: str
