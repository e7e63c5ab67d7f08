# SPDX-License-Identifier: Apache-2.0
"""Reading the risk library."""

from typing import Any

from django.db.models import QuerySet

from anshu.domain.risks.models import RiskObject
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer, fetch, within


def risks_visible(viewer: Viewer) -> QuerySet[RiskObject]:
    """This will list the risk objects in use that the viewer may see."""
    return RiskObject.objects.filter(within(viewer, RiskObject, Capability.RISK), retired_at=None)


def risk_get(viewer: Viewer, pk: Any, right: Right = Right.READ) -> RiskObject:
    """This will give one risk object in scope for the right, or raise Absent."""
    found: RiskObject = fetch(RiskObject.objects.all(), viewer, Capability.RISK, right, pk=pk)
    return found
