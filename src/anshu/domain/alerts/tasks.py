# SPDX-License-Identifier: Apache-2.0
"""The clock that notices silence, and the end of a rule's hours."""

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.domain.alerts.services import no_data_check, resting_check


@app.periodic(cron="* * * * *")
@app.task(name="alerts.no_data", queueing_lock="alerts.no_data")
def notice_silence(timestamp: int) -> None:
    """This will raise an alarm for every datastream silent for too long, and end those outside their rule's time."""
    now = timezone.now()
    no_data_check(now=now)
    resting_check(now=now)
