# SPDX-License-Identifier: Apache-2.0
"""The nightly sweep of uploads that nothing holds."""

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.kernel.audit.actor import platform
from anshu.kernel.files.services import files_clean


@app.periodic(cron="23 3 * * *")
@app.task(name="files.clean", queueing_lock="files.clean")
def sweep_files(timestamp: int) -> None:
    """This will remove uploads that were never attached and content without a row."""
    files_clean(actor=platform("files"), now=timezone.now())
