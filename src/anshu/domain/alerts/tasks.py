# SPDX-License-Identifier: Apache-2.0
"""The clock that notices silence, floods, the end of a rule's hours and of shelves, and that nobody has acted."""

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.domain.alerts.services import alarms_escalate, floods_check, no_data_check, resting_check, shelves_end


@app.periodic(cron="* * * * *")
@app.task(name="alerts.no_data", queueing_lock="alerts.no_data")
def notice_silence(timestamp: int) -> None:
    """This will raise an alarm for every datastream silent for too long, and end those outside their rule's time."""
    now = timezone.now()
    no_data_check(now=now)
    resting_check(now=now)
    floods_check(now=now)
    shelves_end(now=now)
    while alarms_escalate(now=now):
        pass
