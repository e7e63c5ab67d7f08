# SPDX-License-Identifier: Apache-2.0
"""What every installation begins with beyond its tables."""

from django.utils import timezone

from anshu.domain.sensing.services import models_seed
from anshu.kernel.audit.actor import platform
from anshu.wire.payload import shipped


def seed_models() -> int:
    """This will add the shipped device models that are missing; gives their number."""
    templates = {name: shipped.config(name) for name in shipped.names()}
    return models_seed(templates=templates, actor=platform("setup"), now=timezone.now())
