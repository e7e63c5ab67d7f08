# SPDX-License-Identifier: Apache-2.0
"""Notes the head of the audit chain outside the database, so that a rewritten chain shows."""

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from anshu.kernel.audit import chain

log = logging.getLogger(__name__)


@app.periodic(cron="17 * * * *")
@app.task(name="audit.anchor", queueing_lock="audit.anchor")
def note_head(timestamp: int) -> None:
    """This will verify the chain each hour and append its head to audit-heads.log; a break is logged as an error."""
    verdict = chain.write_anchor(settings.DATA_DIR / "audit-heads.log")
    for broken in verdict.breaks:
        log.error("audit chain: %s at %s", broken.kind, broken.chain_no)
