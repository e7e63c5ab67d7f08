# SPDX-License-Identifier: Apache-2.0
"""Who keeps what has no place: device models, connectors, retention, kept frames, escalation."""

from django.conf import settings

from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.audit.actor import Actor
from anshu.kernel.org.services.guards import Ground


def configures(actor: Actor, right: Right = Right.UPDATE) -> bool:
    """This will tell whether the actor keeps the configuration of the whole county.

    It is asked on the county itself: an enterprise that keeps its own staff (R16) does not pass.
    """
    return actor.may(Capability.CONFIGURATION, right, Ground(settings.COUNTY_CODE))
