# SPDX-License-Identifier: Apache-2.0
"""A map drawn on the server: divisions as outlines, rows as symbols. It needs no script, and it prints."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db.models import QuerySet

from anshu.console.columns import LEVELS
from anshu.console.register import Register
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Division

WIDTH, HEIGHT = 1000.0, 640.0
MOST = 2000
TOLERANCE_DEG = 0.0004
# About 4 km: a lone point is shown with its neighbourhood.
MARGIN_DEG = 0.035


@dataclass(frozen=True, slots=True)
class Mark:
    """A row on the sketch."""

    x: float
    y: float
    level: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A township on the sketch."""

    path: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawn map."""

    marks: list[Mark]
    outlines: list[Outline]
    # Whether there were more rows than are drawn.
    cut: bool = False
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class _Frame:
    """Degrees to drawing units, with longitude shrunk by the latitude's cosine."""

    west: float
    north: float
    scale: float
    shrink: float
    left: float
    top: float

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float) -> _Frame:
        shrink = math.cos(math.radians((south + north) / 2))
        wide, high = max((east - west) * shrink, 0.004), max(north - south, 0.004)
        scale = min(WIDTH * 0.94 / wide, HEIGHT * 0.94 / high)
        return cls(west, north, scale, shrink, (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """This will give the drawing position of a longitude and latitude."""
        return (
            round(self.left + (x - self.west) * self.shrink * self.scale, 1),
            round(self.top + (self.north - y) * self.scale, 1),
        )


def sketch_of(register: Register, rows: QuerySet[Any]) -> Sketch:
    """This will draw the filtered rows, up to a limit, over the townships."""
    name = register.point
    found = list(rows.exclude(**{f"{name}__isnull": True}).order_by("-id")[: MOST + 1])
    cut = len(found) > MOST
    points = [(row, getattr(row, name)) for row in found[:MOST]]
    areas = list(Division.objects.filter(level=Level.TOWNSHIP, valid_until=None).exclude(area=None))
    frame = _frame([area.area for area in areas if area.area], [point for _row, point in points])
    if frame is None:
        return Sketch([], [])
    marks = [_mark(register, row, point, frame) for row, point in points]
    return Sketch(marks, [_outline(area, frame) for area in areas], cut)


def around(register: Register, row: Any) -> Sketch | None:
    """This will draw one row in its county; None when it has no position."""
    point = getattr(row, register.point, None) if register.point else None
    if point is None:
        return None
    areas = list(Division.objects.filter(level=Level.TOWNSHIP, valid_until=None).exclude(area=None))
    frame = _frame([area.area for area in areas if area.area], [point])
    assert frame is not None
    return Sketch([_mark(register, row, point, frame)], [_outline(area, frame) for area in areas])


def _frame(areas: list[MultiPolygon], points: list[Point]) -> _Frame | None:
    """This will frame the points with what lies around them, or the whole county where there are none."""
    if not points:
        extents = [area.extent for area in areas]
        return _Frame.around(*_hull(extents)) if extents else None
    west, south, east, north = _hull([(point.x, point.y, point.x, point.y) for point in points])
    margin = max(MARGIN_DEG, (north - south) * 0.08, (east - west) * 0.08)
    return _Frame.around(west - margin, south - margin, east + margin, north + margin)


def _hull(extents: Sequence[tuple[float, float, float, float]]) -> tuple[float, float, float, float]:
    wests, souths, easts, norths = zip(*extents, strict=True)
    return min(wests), min(souths), max(easts), max(norths)


def _level(register: Register, row: Any) -> str:
    return LEVELS.get(getattr(row, register.level_field, None) or 0, "none") if register.level_field else "none"


def _mark(register: Register, row: Any, point: Point, frame: _Frame) -> Mark:
    x, y = frame.place(point.x, point.y)
    level = _level(register, row)
    return Mark(x, y, level, str(row), register.url("detail", row.pk))


def _outline(division: Division, frame: _Frame) -> Outline:
    area = cast(MultiPolygon, division.area)
    shape = area.simplify(TOLERANCE_DEG, preserve_topology=True)
    polygons = cast(Iterable[Polygon], shape if isinstance(shape, MultiPolygon) else [shape])
    path = " ".join(_path(polygon.exterior_ring.coords, frame) for polygon in polygons)
    centre = division.point or area.point_on_surface
    x, y = frame.place(centre.x, centre.y)
    return Outline(path, division.name, x, y)


def _path(coordinates: Any, frame: _Frame) -> str:
    return "M" + "L".join("{} {}".format(*frame.place(each[0], each[1])) for each in coordinates) + "Z"


def geojson_of(register: Register, rows: QuerySet[Any]) -> dict[str, Any]:
    """This will give the filtered rows as GeoJSON features, in the form that the map's layers read."""
    name = register.point
    found = list(rows.exclude(**{f"{name}__isnull": True}).order_by("-id")[: MOST + 1])
    features = [_feature(register, row, getattr(row, name)) for row in found[:MOST]]
    return {"type": "FeatureCollection", "features": features, "truncated": len(found) > MOST}


def _feature(register: Register, row: Any, point: Point) -> dict[str, Any]:
    level = _level(register, row)
    return {
        "type": "Feature",
        "id": row.pk,
        "geometry": {"type": "Point", "coordinates": [round(point.x, 6), round(point.y, 6)]},
        "properties": {
            "id": row.pk,
            "type": register.slug,
            "name": str(row),
            "level": level,
            "href": register.url("detail", row.pk),
        },
    }
