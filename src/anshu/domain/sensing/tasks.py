# SPDX-License-Identifier: Apache-2.0
"""The clock of the sensing network: stations are asked again for what is missing."""

import os

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.domain.sensing.services import gaps_fill


@app.periodic(cron="*/15 * * * *")
@app.task(name="sensing.gaps_fill", queueing_lock="sensing.gaps_fill")
def fill_gaps(timestamp: int) -> None:
    """This will request what stations of HJ 212 and SL 651 kept while they could not report (ANSHU_GAP_FILL=0: no)."""
    if os.environ.get("ANSHU_GAP_FILL", "1") == "1":
        gaps_fill(now=timezone.now())
