# SPDX-License-Identifier: Apache-2.0
"""Stations and devices on the map, each with the value that matters most for its kind."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.maplayers import MapLayer, Mark, register
from anshu.domain.sensing.choices import Quality, ThingKind
from anshu.domain.sensing.models import Latest, Observation, Thing
from anshu.domain.sensing.selectors import positions_at, things_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer

# Which property speaks for a kind of thing; the first that it observes is shown.
SPEAKING = {
    ThingKind.RAIN: ("rain_1h", "rain_current", "rain_5min", "rain_daily", "rain_accumulated"),
    ThingKind.RIVER: ("water_level", "discharge", "rain_1h"),
    ThingKind.RESERVOIR: ("water_level", "water_level_upstream", "rain_1h"),
    ThingKind.WEATHER: ("wind_speed", "air_temperature", "rain_1h"),
    ThingKind.SLOPE: ("displacement", "tilt", "rain_1h"),
    ThingKind.FIRE: ("smoke",),
    ThingKind.GAS: ("combustible_gas",),
}
# A history view goes no further back than this for a value; older is no data.
MEMORY = timedelta(days=2)
# A vehicle that stands reports less often; younger than this its place is not called old.
VEHICLE_STALE_S = 180.0
USABLE = (Quality.GOOD, Quality.CORRECTED)
Reading = Mapping[str, Any]


class ThingLayer(MapLayer):
    """Things of some kinds with their latest value, or the value as it was."""

    group = _("一网")
    type = "thing"
    register = "things"
    capability = Capability.MONITORING
    kinds: ClassVar[tuple[ThingKind, ...]]

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Thing]:
        """This will list the things of this layer's kinds that were in service."""
        rows = things_visible(viewer).filter(kind__in=self.kinds)
        return rows.filter(Q(retired_at=None) | Q(retired_at__gt=at)) if at else rows.filter(retired_at=None)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show the speaking value with its time; a value older than three reports is stale."""
        readings = readings_of([row.pk for row in rows], at=at)
        for row in rows:
            reading = speaking(row.kind, readings.get(row.pk, ()))
            yield Mark(
                id=row.pk,
                name=row.name,
                geometry=row.point,
                kind=row.kind,
                value=reading.get("value"),
                unit=reading.get("unit", ""),
                property=reading.get("property", ""),
                observed_at=reading.get("at"),
                stale_after_s=3.0 * row.report_interval_s,
            )


def readings_of(thing_ids: Sequence[int], *, at: datetime | None) -> dict[int, list[Reading]]:
    """This will read, in one query, each thing's newest usable value of every property (up to `at`)."""
    found: dict[int, list[Reading]] = defaultdict(list)
    for row in _values(thing_ids, at):
        found[row["thing"]].append(row)
    return found


def _values(thing_ids: Sequence[int], at: datetime | None) -> Iterable[Any]:
    named = {
        "thing": F("datastream__thing_id"),
        "unit": F("datastream__observed_property__unit"),
        "code": F("datastream__observed_property__code"),
        "property": F("datastream__observed_property__name"),
    }
    if at is None:
        return Latest.objects.filter(datastream__thing__in=thing_ids).values("at", "value", **named)
    past = Observation.objects.filter(
        datastream__thing__in=thing_ids, at__lte=at, at__gt=at - MEMORY, quality__in=USABLE
    )
    newest = past.order_by("datastream_id", "-at").distinct("datastream_id")
    return newest.values("at", "value", **named)


def speaking(kind: str, readings: Sequence[Reading]) -> Reading:
    """This will choose the reading that speaks for a thing of this kind; the newest when none is preferred."""
    by_code = {reading["code"]: reading for reading in readings}
    for code in SPEAKING.get(ThingKind(kind), ()):
        if code in by_code:
            return by_code[code]
    return max(readings, key=lambda reading: reading["at"], default={})


@register
class WaterLayer(ThingLayer):
    """Rain gauges, river and reservoir stations."""

    code = "things-water"
    name = _("雨情水情")
    kinds = (ThingKind.RAIN, ThingKind.RIVER, ThingKind.RESERVOIR)
    order = 20


@register
class WeatherLayer(ThingLayer):
    """Weather stations and slopes."""

    code = "things-nature"
    name = _("气象与地质")
    kinds = (ThingKind.WEATHER, ThingKind.SLOPE)
    order = 21


@register
class PlantLayer(ThingLayer):
    """Fire, gas and enterprise monitoring."""

    code = "things-plant"
    name = _("消防燃气与企业监测")
    kinds = (ThingKind.FIRE, ThingKind.GAS, ThingKind.PLANT)
    order = 22


@register
class VehicleLayer(ThingLayer):
    """Vehicles and rescue boats, where they are now or were then."""

    code = "things-vehicles"
    name = _("车辆船舶")
    kinds = (ThingKind.VEHICLE,)
    geometry_field = "position__point"
    order = 23

    def rows(self, viewer: Viewer, at: datetime | None) -> QuerySet[Thing]:
        """This will list those that have ever told where they are."""
        return super().rows(viewer, at).filter(position__isnull=False).select_related("position")

    def inside(self, rows: QuerySet[Any], box: Any, at: datetime | None) -> QuerySet[Any]:
        """This will keep those that are, or at `at` were, in a box."""
        if at is None:
            return super().inside(rows, box, at)
        west, south, east, north = box.extent
        fixes = positions_at(list(rows.values_list("pk", flat=True)), at).values()
        there = [fix.thing_id for fix in fixes if west <= fix.lng <= east and south <= fix.lat <= north]
        return rows.filter(pk__in=there)

    def marks(self, rows: Sequence[Any], *, at: datetime | None) -> Iterable[Mark]:
        """This will show speed and course at the newest fix; in the past, at the fix before that instant."""
        past = positions_at([row.pk for row in rows], at) if at else {}
        for row in rows:
            fix = past.get(row.pk) if at else row.position
            if fix is None:
                continue
            yield Mark(
                id=row.pk,
                name=row.name,
                geometry=fix.point,
                kind=row.kind,
                value=fix.speed,
                unit="km/h",
                observed_at=fix.at,
                stale_after_s=max(VEHICLE_STALE_S, 3.0 * row.report_interval_s),
                course=fix.course,
            )


@register
class OtherLayer(ThingLayer):
    """Everything else."""

    code = "things-other"
    name = _("其他设备")
    kinds = (ThingKind.OTHER,)
    default = False
    order = 24
