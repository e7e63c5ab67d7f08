# SPDX-License-Identifier: Apache-2.0
"""The division tree: loading what the product ships with, and replacing boundaries by surveyed ones."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction
from django.utils.translation import gettext as _

from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.refusals import Absent
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.geo.boundaries import Boundary as ReadBoundary
from anshu.kernel.org.choices import Boundary, Level
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import level_of
from anshu.kernel.org.services.guards import CONFIGURATION, CREATE, UPDATE, Ground, require_reason

DATA = Path(__file__).resolve().parents[1] / "data"
_FILES = ("boundaries", "parks", "gridcells")
_SCHEMATIC_SOURCE = "示意，非测绘成果 schematic, not surveyed"
# About a millimetre: below it a boundary has not changed.
_SAME_DEGREES = 1e-8


@dataclass(frozen=True, slots=True)
class BoundaryOutcome:
    """What happened to one feature. `verdict`: replaced, unchanged, unknown, duplicate."""

    code: str
    verdict: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Feature by feature; `applied` is False when one was refused and therefore nothing was written."""

    applied: bool
    outcomes: tuple[BoundaryOutcome, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many features had each verdict."""
        return dict(Counter(outcome.verdict for outcome in self.outcomes))


@dataclass(slots=True)
class LoadReport:
    """How many divisions were new, changed or left as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def division_import(
    *, features: Iterable[ReadBoundary], reason: str, actor: Actor, now: datetime, source: str = ""
) -> ImportReport:
    """This will replace the boundaries of existing divisions: all of them, or none when one is at fault.

    `features` come from `kernel.geo.boundaries.boundaries_read`, which has checked geometry, datum and place.
    """
    why = require_reason(reason)
    given, held, report = _compared(features, actor)
    if report.applied:
        replaced = {outcome.code for outcome in report.outcomes if outcome.verdict == "replaced"}
        drawn = [(held[code], area) for code, area in given if code in replaced]
        _replace(drawn, source=source or why, actor=actor, reason=why)
        changes = {"replaced": sorted(replaced), "source": source}
        record(actor=actor, now=now, action="division.imported", reason=why, changes=changes)
    return report


@transaction.atomic
def division_import_trial(*, features: Iterable[ReadBoundary], actor: Actor) -> ImportReport:
    """This will tell what `division_import` would do with each feature, and do nothing."""
    _given, _held, report = _compared(features, actor)
    return report


_Given = list[tuple[str, MultiPolygon]]


def _compared(features: Iterable[ReadBoundary], actor: Actor) -> tuple[_Given, dict[str, Division], ImportReport]:
    """This will set each feature against the division it is for; raises Absent where the actor may not change it."""
    given = [(_full(feature.code), _geos(feature)) for feature in features]
    codes = Counter(code for code, _area in given)
    if any(not actor.may(CONFIGURATION, UPDATE, Ground(code)) for code in codes or [settings.COUNTY_CODE]):
        raise Absent
    held = {row.code: row for row in Division.objects.select_for_update().filter(code__in=codes, valid_until=None)}
    outcomes = tuple(_judge(code, area, held.get(code), codes[code]) for code, area in given)
    passed = bool(given) and all(outcome.verdict in {"replaced", "unchanged"} for outcome in outcomes)
    return given, held, ImportReport(passed, outcomes)


def _full(code: str) -> str:
    """This will write out a county's 6 or a township's 9 digits to the 12 of the tree."""
    return code.ljust(12, "0") if code.isdigit() and len(code) < 12 else code


def _geos(feature: ReadBoundary) -> MultiPolygon:
    return _multi(GEOSGeometry(memoryview(feature.geometry.wkb), srid=4326))


def _judge(code: str, area: MultiPolygon, row: Division | None, times: int) -> BoundaryOutcome:
    if row is None:
        return BoundaryOutcome(code, "unknown", _("没有这个区划代码。"))
    if times > 1:
        return BoundaryOutcome(code, "duplicate", _("同一代码在文件中出现多次。"))
    if row.area and row.area.equals_exact(area, _SAME_DEGREES):
        if row.boundary == Boundary.OFFICIAL:
            return BoundaryOutcome(code, "unchanged", _("与现有边界相同。"))
        # A schematic outline that comes back as it was given out does not become a surveyed one.
        return BoundaryOutcome(code, "unchanged", _("与平台自带的示意边界相同,不是正式边界。"))
    return BoundaryOutcome(code, "replaced", _("%(name)s 的边界已替换。") % {"name": row.name})


def _replace(drawn: list[tuple[Division, MultiPolygon]], *, source: str, actor: Actor, reason: str) -> None:
    for row, area in drawn:
        row.area, row.point = area, area.point_on_surface
        row.boundary, row.source = Boundary.OFFICIAL, source[:200]
    with attribute(actor=actor, reason=reason):
        rows = [row for row, _area in drawn]
        Division.objects.bulk_update(rows, ["area", "point", "boundary", "source"], batch_size=100)


@transaction.atomic
def divisions_load(*, actor: Actor, now: datetime, folder: Path = DATA) -> LoadReport:
    """This will load the shipped divisions and schematic geography, as often as wanted with the same result.

    Official boundaries that were imported since are left alone.
    """
    if not actor.may(CONFIGURATION, CREATE, Ground(settings.COUNTY_CODE)):
        raise Absent
    report, held = LoadReport(), {row.code: row for row in Division.objects.select_for_update()}
    wanted = dict(_shipped(folder))
    created = [Division(code=code, **values) for code, values in wanted.items() if code not in held]
    changed = [held[code] for code, values in wanted.items() if code in held and _apply(held[code], values)]
    fields = ["name", "initials", "kind", "area", "point", "boundary", "source"]
    with attribute(actor=actor, reason="load"):
        Division.objects.bulk_create(created, batch_size=500)
        Division.objects.bulk_update(changed, fields, batch_size=200)
    report.created, report.changed = len(created), len(changed)
    report.unchanged = len(wanted) - len(created) - len(changed)
    if created or changed:
        counts = {"created": report.created, "changed": report.changed}
        record(actor=actor, now=now, action="division.loaded", changes=counts)
    return report


def _apply(row: Division, values: dict[str, Any]) -> bool:
    """This will bring a row up to the shipped facts; tells whether anything changed."""
    before = (row.name, row.initials, row.kind)
    row.name, row.initials, row.kind = values["name"], values["initials"], values["kind"]
    drawn: MultiPolygon | None = values.get("area")
    if drawn is None or row.boundary == Boundary.OFFICIAL:
        return before != (row.name, row.initials, row.kind)
    if row.area is None or not row.area.equals_exact(drawn, _SAME_DEGREES):
        row.area, row.point, row.boundary = drawn, values["point"], Boundary.SCHEMATIC
        return True
    return before != (row.name, row.initials, row.kind)


@dataclass(slots=True)
class _Drawn:
    name: str
    area: MultiPolygon


def _shipped(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    drawn = {code: feature for name in _FILES for code, feature in _features(folder / f"{name}_schematic.geojson")}
    valid_from = date.min
    for row in _rows(folder):
        valid_from = date.fromisoformat(row["valid_from"])
        yield (
            row["code"],
            {
                "name": row["name"],
                "initials": row["abbreviation"],
                "level": row["level"],
                "kind": row["kind"],
                "parent_code": row["parent_code"],
                "valid_from": valid_from,
                "source": row["source"],
                **_geometry(drawn.pop(row["code"], None)),
            },
        )
    for code, feature in drawn.items():
        level = level_of(code)
        yield (
            code,
            {
                "name": feature.name,
                "initials": "",
                "level": level,
                "kind": level.value,
                "parent_code": f"{code[:6]}000000" if level is Level.PARK else code[:12],
                "valid_from": valid_from,
                "source": _SCHEMATIC_SOURCE,
                **_geometry(feature),
            },
        )


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    for file in sorted(folder.glob("divisions_*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            yield from csv.DictReader(opened)


def _features(file: Path) -> Iterator[tuple[str, _Drawn]]:
    if not file.exists():
        return
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        properties = feature["properties"]
        area = _multi(GEOSGeometry(json.dumps(feature["geometry"]), srid=4326))
        yield properties["code"], _Drawn(properties["name"], area)


def _geometry(feature: _Drawn | None) -> dict[str, Any]:
    if feature is None:
        return {}
    return {"area": feature.area, "point": feature.area.point_on_surface, "boundary": Boundary.SCHEMATIC}


def _multi(area: GEOSGeometry) -> MultiPolygon:
    if isinstance(area, MultiPolygon):
        return area
    return MultiPolygon(area, srid=area.srid or 4326)
