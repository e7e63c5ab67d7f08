# SPDX-License-Identifier: Apache-2.0
"""The escalation clock."""

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.domain.grassroots.services import tasks_escalate


@app.periodic(cron="* * * * *")
@app.task(name="grassroots.escalate", queueing_lock="grassroots.escalate")
def escalate(timestamp: int) -> None:
    """This will escalate everything overdue, a batch at a time."""
    while tasks_escalate(now=timezone.now()):
        pass
