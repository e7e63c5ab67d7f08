# SPDX-License-Identifier: Apache-2.0
"""Every write of the one closed loop."""

from anshu.domain.grassroots.services.alarms import task_from_alarm, task_level_raise, task_recovery_note
from anshu.domain.grassroots.services.escalation import tasks_escalate
from anshu.domain.grassroots.services.merging import task_merge
from anshu.domain.grassroots.services.moving import task_move
from anshu.domain.grassroots.services.reporting import task_report

__all__ = [
    "task_from_alarm",
    "task_level_raise",
    "task_merge",
    "task_move",
    "task_recovery_note",
    "task_report",
    "tasks_escalate",
]
