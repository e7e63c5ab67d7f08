# SPDX-License-Identifier: Apache-2.0
"""Reading shelters, teams and stock."""

from django.db.models import QuerySet

from anshu.domain.resources.models import Shelter, Stock, Team
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer, within


def shelters_visible(viewer: Viewer) -> QuerySet[Shelter]:
    """This will list the shelters in use that the viewer may see."""
    return Shelter.objects.filter(within(viewer, Shelter, Capability.EVACUATION), retired_at=None)


def teams_visible(viewer: Viewer) -> QuerySet[Team]:
    """This will list the rescue teams in use that the viewer may see."""
    return Team.objects.filter(within(viewer, Team, Capability.RESOURCE), retired_at=None)


def stock_visible(viewer: Viewer) -> QuerySet[Stock]:
    """This will list the goods in store that the viewer may see."""
    return Stock.objects.filter(within(viewer, Stock, Capability.RESOURCE), retired_at=None)
