# SPDX-License-Identifier: Apache-2.0
"""Map layers as GeoJSON, scoped to the viewer, live or as they stood at an instant."""

import math
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Polygon

from anshu.console.maplayers import MapLayer, Mark, colour, map_layer, map_layers
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.selectors import alarms_visible
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent

MOST = 5000
# Units are stored by their UCUM codes; people read these.
UNITS = {"Cel": "℃", "1": "", "m2": "m²", "m3": "m³", "m3/s": "m³/s", "deg": "°", "ug/m3": "μg/m³", "mg/m3": "mg/m³"}
DECIMALS = 6


def layers_for(viewer: Viewer) -> list[dict[str, Any]]:
    """This will list the layers open to the viewer, each with the number of its rows."""
    return [
        {
            "code": layer.code,
            "group": str(layer.group),
            "name": str(layer.name),
            "count": layer.rows(viewer, None).count(),
            "kind": layer.kind,
            "default": layer.default,
        }
        for layer in map_layers()
        if viewer.can(layer.capability)
    ]


def layer_features(
    viewer: Viewer, code: str, *, box: Polygon | None, at: datetime | None, now: datetime
) -> dict[str, Any]:
    """This will give one layer inside a box; raises Absent for a layer that is unknown or not open to the viewer."""
    layer = map_layer(code)
    if layer is None or not viewer.can(layer.capability):
        raise Absent
    rows = layer.rows(viewer, at)
    if box is not None:
        rows = layer.inside(rows, box, at)
    found = list(rows.order_by("pk")[: MOST + 1])
    kept = found[:MOST]
    marks = list(layer.marks(kept, at=at))
    levels = _alarmed(viewer, layer, marks, at)
    return {
        "type": "FeatureCollection",
        "truncated": len(found) > MOST,
        "at": at or now,
        "features": [feature(layer, mark, levels.get(mark.id, mark.level), at or now) for mark in marks],
    }


def _alarmed(viewer: Viewer, layer: MapLayer, marks: list[Mark], at: datetime | None) -> dict[int, str]:
    """This will colour stations by their worst active alarm, which the context below them does not know."""
    if layer.type != "thing" or at is not None or not marks:
        return {}
    rows = alarms_visible(viewer).filter(state=AlarmState.ACTIVE, thing__in=[mark.id for mark in marks])
    worst: dict[int, int] = {}
    for thing, level in rows.values_list("thing_id", "level"):
        worst[thing] = min(level, worst.get(thing, level))
    return {thing: colour(level) for thing, level in worst.items()}


def feature(layer: MapLayer, mark: Mark, level: str, at: datetime) -> dict[str, Any]:
    """This will give one GeoJSON feature."""
    age = (at - mark.observed_at).total_seconds() if mark.observed_at else None
    return {
        "type": "Feature",
        "id": mark.id,
        "geometry": geometry(mark.geometry),
        "properties": {
            "id": mark.id,
            "type": layer.type,
            "name": mark.name,
            "kind": mark.kind,
            "level": level,
            "state": mark.state,
            "value": finite(mark.value),
            "unit": unit_text(mark.unit),
            "property": mark.property,
            "observed_at": mark.observed_at,
            "age_s": None if age is None else max(0, round(age)),
            "stale": age is not None and mark.stale_after_s is not None and age > mark.stale_after_s,
            "acknowledged": mark.acknowledged,
            "course": finite(mark.course),
            "href": layer.href(mark.id),
        },
    }


def geometry(shape: Any) -> dict[str, Any]:
    """This will give a geometry with no more decimals than it deserves."""
    return {"type": shape.geom_type, "coordinates": _rounded(shape.coords)}


def _rounded(part: Any) -> Any:
    return round(part, DECIMALS) if isinstance(part, float) else [_rounded(inner) for inner in part]


def unit_text(code: str) -> str:
    """This will write a unit as people read it."""
    return UNITS.get(code, code)


def finite(value: float | None) -> float | None:
    """This will give a number that JSON can carry."""
    return value if value is not None and math.isfinite(value) else None


def lnglat(point: Any) -> list[float] | None:
    """This will give a position as the contract writes it."""
    return None if point is None else [round(point.x, DECIMALS), round(point.y, DECIMALS)]
