# SPDX-License-Identifier: Apache-2.0
"""The tables, and what every installation begins with in them."""

from django.core.management import call_command
from django.utils import timezone

from anshu.domain.alerts.services import steps_seed
from anshu.domain.sensing.services import models_seed, properties_seed
from anshu.kernel.audit.actor import platform
from anshu.wire.payload import shipped


def migrate_all() -> None:
    """This will bring the tables up to date, and add what is shipped and missing; what was edited stays."""
    call_command("migrate", interactive=False, verbosity=0)
    _seed()


def _seed() -> None:
    actor, now = platform("setup"), timezone.now()
    properties_seed(actor=actor, now=now)
    templates = {name: shipped.config(name) for name in shipped.names()}
    models_seed(templates=templates, actor=actor, now=now)
    steps_seed(actor=actor, now=now)
