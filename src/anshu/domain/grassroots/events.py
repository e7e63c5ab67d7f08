# SPDX-License-Identifier: Apache-2.0
"""What happens to tasks."""

from dataclasses import dataclass
from typing import ClassVar

from anshu.kernel.events.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskMoved(Fact):
    """A task made a transition, its creation included."""

    kind: ClassVar[str] = "task.moved"
    capability: ClassVar[str] = "danger"
    number: str
    transition: str
    state: str
    level: int
    actor: str
    source_type: str
    source_id: str
    assignee_id: int | None
    lng: float | None
    lat: float | None
    # What somebody wrote, and how many pictures came with it.
    text: str = ""
    photos: int = 0
