# SPDX-License-Identifier: Apache-2.0
"""What every installation begins with beyond its tables: added where missing, left alone where edited."""

from django.utils import timezone

from anshu.domain.sensing.services import models_seed, properties_seed
from anshu.kernel.audit.actor import platform
from anshu.wire.payload import shipped


def seed() -> None:
    """This will add the shipped observed properties and device models that are missing."""
    actor, now = platform("setup"), timezone.now()
    properties_seed(actor=actor, now=now)
    templates = {name: shipped.config(name) for name in shipped.names()}
    models_seed(templates=templates, actor=actor, now=now)
