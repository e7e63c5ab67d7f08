# SPDX-License-Identifier: Apache-2.0
"""Shelters, rescue teams and stock on the map."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.maplayers import MapLayer, Mark, register
from anshu.domain.resources.selectors import shelters_visible, stock_visible, teams_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer


@register
class ShelterLayer(MapLayer):
    """避灾安置场所 with the people in them."""

    code = "shelters"
    group = _("避险")
    name = _("避灾安置场所")
    type = "shelter"
    register = "shelters"
    capability = Capability.EVACUATION
    order = 70

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Any]:
        """This will list shelters in use."""
        return shelters_visible(viewer).filter(retired_at=None)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show the state and how many people are there."""
        for row in rows:
            yield Mark(
                id=row.pk,
                name=row.name,
                geometry=row.point,
                kind="shelter",
                state=row.state,
                value=row.people,
                unit=f"/{row.capacity}",
                property=str(_("现有人数")),
                observed_at=row.checked_at,
            )


@register
class TeamLayer(MapLayer):
    """救援队伍."""

    code = "teams"
    group = _("资源")
    name = _("救援队伍")
    type = "team"
    register = "teams"
    capability = Capability.RESOURCE
    order = 60

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Any]:
        """This will list teams that exist."""
        return teams_visible(viewer).filter(retired_at=None)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show the kind and how many are on duty."""
        for row in rows:
            yield Mark(
                id=row.pk,
                name=row.name,
                geometry=row.point,
                kind=row.kind,
                value=row.on_duty,
                unit=f"/{row.members}",
                property=str(_("在岗人数")),
                observed_at=row.checked_at,
            )


@register
class StockLayer(MapLayer):
    """应急物资."""

    code = "stock"
    group = _("资源")
    name = _("应急物资")
    type = "stock"
    register = "stock"
    capability = Capability.RESOURCE
    default = False
    order = 61

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Any]:
        """This will list goods on hand."""
        return stock_visible(viewer).filter(retired_at=None)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show goods and quantity."""
        for row in rows:
            yield Mark(
                id=row.pk,
                name=f"{row.name} {row.item}",
                geometry=row.point,
                kind="stock",
                value=float(row.quantity),
                unit=row.measure,
                property=row.item,
                observed_at=row.checked_at,
            )
