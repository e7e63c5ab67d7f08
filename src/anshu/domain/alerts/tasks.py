# SPDX-License-Identifier: Apache-2.0
"""The clock that notices silence."""

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.domain.alerts.services import no_data_check


@app.periodic(cron="* * * * *")
@app.task(name="alerts.no_data", queueing_lock="alerts.no_data")
def notice_silence(timestamp: int) -> None:
    """This will raise an alarm for every datastream that has been silent for too long."""
    no_data_check(now=timezone.now())
