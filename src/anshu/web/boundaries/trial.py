# SPDX-License-Identifier: Apache-2.0
"""Reading an uploaded boundary file against the register, without changing anything."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import shapely
from django.conf import settings
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.geo.boundaries import GCJ02, WGS84, Boundary, Columns, Reading, boundaries_read
from anshu.kernel.geo.problems import BoundariesRefusedError
from anshu.kernel.org.models import Division
from anshu.kernel.org.services import BoundaryOutcome, division_import_trial

SUFFIXES = (".geojson", ".json", ".zip", ".gpkg")
_SYSTEMS = dict.fromkeys((WGS84, "EPSG:4326", "EPSG:4490", "OGC:CRS84"), "WGS-84 / CGCS2000")
DATUMS = {"auto": None, WGS84: WGS84, GCJ02: GCJ02}


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of one feature."""

    code: str
    name: str
    known_as: str
    verdict: str
    message: str

    @property
    def renamed(self) -> bool:
        """Whether the file calls the place something else: worth a look, no reason to refuse."""
        return bool(self.name) and bool(self.known_as) and self.name != self.known_as


@dataclass(frozen=True, slots=True)
class Trial:
    """What the file would do. With problems nothing can be imported, and `lines` is empty."""

    lines: tuple[Line, ...] = ()
    problems: tuple[str, ...] = ()
    datum: str = ""
    boundaries: tuple[Boundary, ...] = ()

    @property
    def replaced(self) -> int:
        """How many boundaries would be replaced."""
        return sum(line.verdict == "replaced" for line in self.lines)

    @property
    def passed(self) -> bool:
        """Whether an import would write something."""
        return not self.problems and self.replaced > 0 and all(line.verdict != "unknown" for line in self.lines)


def trial_of(*, content: bytes, name: str, datum: str, column: str, viewer: Viewer) -> Trial:
    """This will read the file as `datum` (auto, wgs84, gcj02) says, codes from `column` or from a usual one."""
    try:
        reading = _read(content, name, DATUMS[datum], column.strip() or None)
    except BoundariesRefusedError as refused:
        return Trial(problems=tuple(problem.message for problem in refused.problems))
    report = division_import_trial(features=reading.boundaries, actor=viewer)
    known = dict(Division.objects.filter(code__in=[each.code for each in report.outcomes]).values_list("code", "name"))
    lines = tuple(
        Line(outcome.code, boundary.name, known.get(outcome.code, ""), outcome.verdict, _said(outcome))
        for outcome, boundary in zip(report.outcomes, reading.boundaries, strict=True)
    )
    return Trial(lines, datum=_datum_text(reading), boundaries=reading.boundaries)


def _said(outcome: BoundaryOutcome) -> str:
    return _("将替换现有边界。") if outcome.verdict == "replaced" else outcome.message


def _read(content: bytes, name: str, crs: str | None, column: str | None) -> Reading:
    # Only the ending of what the person called it decides how it is read; the rest of the name goes nowhere.
    suffix = PurePosixPath(name).suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"boundaries{suffix if suffix in SUFFIXES else '.unknown'}"
        path.write_bytes(content)
        known = set(Division.objects.filter(valid_until=None).values_list("code", flat=True))
        columns = Columns(code=column)
        first = boundaries_read(path, columns=columns, known_codes=known, crs=crs)
        return boundaries_read(
            path,
            columns=columns,
            known_codes=known,
            crs=crs,
            reference=_reference([each.code for each in first.boundaries]),
        )


def _reference(codes: Sequence[str]) -> BaseGeometry | None:
    """This will give the area that the file's divisions cover by what is held; the county where they have none."""
    areas = Division.objects.filter(code__in=codes, valid_until=None).exclude(area=None).values_list("area", flat=True)
    held = [shapely.from_wkb(bytes(area.wkb)) for area in areas if area is not None]
    if len(held) < len(codes):
        county = Division.objects.filter(code=settings.COUNTY_CODE, valid_until=None).exclude(area=None).first()
        held += [shapely.from_wkb(bytes(county.area.wkb))] if county is not None and county.area is not None else []
    return shapely.union_all(held) if held else None


def _datum_text(reading: Reading) -> str:
    said = _("GCJ-02,导入时换算为 CGCS2000") if reading.crs == GCJ02 else _SYSTEMS.get(reading.crs, reading.crs)
    if reading.placement is None:
        return said
    fit = reading.placement.fit_shifted if reading.crs == GCJ02 else reading.placement.fit_as_is
    return _("%(datum)s;与现有边界吻合 %(fit).1f%%") % {"datum": said, "fit": fit * 100}
