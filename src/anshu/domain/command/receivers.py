# SPDX-License-Identifier: Apache-2.0
"""What incidents do when linked alarms and tasks change. Each receiver's name stays for ever."""

from datetime import datetime

from anshu.domain.alerts.events import (
    AlarmAcknowledged,
    AlarmCleared,
    AlarmEased,
    AlarmEscalated,
    AlarmFact,
)
from anshu.domain.command.services import alarm_follow, task_follow
from anshu.domain.grassroots.events import TaskMoved
from anshu.kernel.events.facts import Fact
from anshu.kernel.events.services import subscribe


@subscribe(
    TaskMoved,
    AlarmEscalated,
    AlarmEased,
    AlarmCleared,
    AlarmAcknowledged,
    name="command.follow_sources",
)
def follow_sources(fact: Fact, at: datetime) -> None:
    """This will write linked alarms' and tasks' changes on the timelines, in their order."""
    if isinstance(fact, TaskMoved):
        task_follow(fact=fact, now=at)
    elif isinstance(fact, AlarmFact):
        alarm_follow(fact=fact, now=at)
