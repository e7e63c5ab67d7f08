# SPDX-License-Identifier: Apache-2.0
"""Every write about an incident."""

from anshu.domain.command.services.following import alarm_follow, task_follow
from anshu.domain.command.services.incidents import (
    incident_close,
    incident_grade,
    incident_link,
    incident_reopen,
    scene_see,
)
from anshu.domain.command.services.opening import incident_open
from anshu.domain.command.services.timeline import entry_add, entry_strike

__all__ = [
    "alarm_follow",
    "entry_add",
    "entry_strike",
    "incident_close",
    "incident_grade",
    "incident_link",
    "incident_open",
    "incident_reopen",
    "scene_see",
    "task_follow",
]
