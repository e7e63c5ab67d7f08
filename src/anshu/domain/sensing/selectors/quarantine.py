# SPDX-License-Identifier: Apache-2.0
"""Frames kept aside."""

from django.db.models import QuerySet

from anshu.domain.sensing.models import Quarantine
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Absent, Viewer


def quarantine_visible(viewer: Viewer) -> QuerySet[Quarantine]:
    """This will give the quarantine to those who connect devices; a frame has no place, hence no narrower scope."""
    allowed = viewer.can(Capability.CONFIGURATION, Right.UPDATE) or viewer.can(Capability.MONITORING, Right.APPROVE)
    return Quarantine.objects.all() if allowed else Quarantine.objects.none()


def quarantine_get(viewer: Viewer, pk: int) -> Quarantine:
    """This will give one quarantined frame, or raise Absent."""
    found = quarantine_visible(viewer).filter(pk=pk).first()
    if found is None:
        raise Absent
    return found
