# SPDX-License-Identifier: Apache-2.0
"""What the closed loop does when alarms change. Each receiver's name stays for ever."""

from datetime import datetime

from anshu.domain.alerts.events import AlarmCleared, AlarmEscalated, AlarmFact, AlarmRaised
from anshu.domain.grassroots.services import task_from_alarm, task_level_raise, task_recovery_note
from anshu.kernel.events.services import subscribe


@subscribe(AlarmRaised, AlarmEscalated, AlarmCleared, name="grassroots.task_from_alarm")
def follow_alarm(fact: AlarmFact, at: datetime) -> None:
    """This will make, raise or note the alarm's task, in the order in which the alarm changed."""
    if isinstance(fact, AlarmRaised):
        task_from_alarm(fact=fact, now=at)
    elif isinstance(fact, AlarmEscalated):
        task_level_raise(fact=fact, now=at)
    elif isinstance(fact, AlarmCleared):
        task_recovery_note(fact=fact, now=at)
