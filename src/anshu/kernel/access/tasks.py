# SPDX-License-Identifier: Apache-2.0
"""The hourly sweep of what signing in and repeating writes leave behind."""

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.kernel.access.services import access_clean


@app.periodic(cron="41 * * * *")
@app.task(name="access.clean", queueing_lock="access.clean")
def sweep(timestamp: int) -> None:
    """This will forget sessions past their time and answers that nobody will ask for again."""
    access_clean(now=timezone.now())
