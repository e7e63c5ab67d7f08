# SPDX-License-Identifier: Apache-2.0
"""Risk objects on the map, by what they are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.maplayers import MapLayer, Mark, colour, register
from anshu.domain.risks.choices import RiskKind
from anshu.domain.risks.models import RiskObject
from anshu.domain.risks.selectors import risks_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer


class RiskLayer(MapLayer):
    """Risk objects of some kinds; the four-colour grade is the fill."""

    group = _("一库")
    type = "risk"
    register = "risks"
    capability = Capability.RISK
    kinds: ClassVar[tuple[RiskKind, ...]]

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[RiskObject]:
        """This will list the objects of this layer's kinds that are not retired."""
        return risks_visible(viewer).filter(kind__in=self.kinds, retired_at=None)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show kind and grade."""
        for row in rows:
            yield Mark(
                id=row.pk,
                name=row.name,
                geometry=row.point,
                kind=row.kind,
                level=colour(row.grade),
                state=row.get_grade_display() if row.grade else "",
            )


@register
class EnterpriseLayer(RiskLayer):
    """Enterprises and major hazard installations."""

    code = "risks-enterprise"
    name = _("企业与重大危险源")
    kinds = (RiskKind.ENTERPRISE, RiskKind.MAJOR_HAZARD, RiskKind.CLUSTER, RiskKind.EQUIPMENT)
    order = 10


@register
class NatureLayer(RiskLayer):
    """Where nature threatens."""

    code = "risks-nature"
    name = _("自然灾害风险点")
    kinds = (RiskKind.SLOPE, RiskKind.FLASH_FLOOD, RiskKind.RESERVOIR, RiskKind.RIVER, RiskKind.FOREST)
    order = 11


@register
class PlaceLayer(RiskLayer):
    """Crowded places, roads and the rest."""

    code = "risks-place"
    name = _("场所与道路")
    kinds = (RiskKind.PLACE, RiskKind.ROAD, RiskKind.OTHER)
    order = 12
