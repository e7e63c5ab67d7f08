# SPDX-License-Identifier: Apache-2.0
"""Taking in official boundaries: every reason not to is found and said before anything is stored."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from anshu.kernel.geo.boundary_files import Layer, read_layer
from anshu.kernel.geo.crs import STORED_SRID, UnknownCrsError, crs_of, is_wgs84, to_stored
from anshu.kernel.geo.gcj02 import shape_to_wgs84
from anshu.kernel.geo.placement import Datum, Placement, placement_of
from anshu.kernel.geo.problems import BoundariesRefusedError, Problem

GCJ02 = "gcj02"
WGS84 = "wgs84"
# Names under which surveyors' files carry them (TD/T 1055 and similar), tried in turn when none is given.
CODE_COLUMNS = ("code", "adcode", "XZQDM", "ZLDWDM", "QSDWDM", "行政区划代码", "区划代码", "代码")
NAME_COLUMNS = ("name", "XZQMC", "ZLDWMC", "QSDWMC", "行政区划名称", "区划名称", "名称")
_CODE = re.compile(r"\d{6}|\d{9}|\d{12}|\d{15}|\d{6}-P\d{2,8}")
_WHERE = re.compile(r"(?P<reason>[^\[]*)\[(?P<x>\S+) (?P<y>[^\s\]]+)")
_MOST_PROBLEMS = 200
_LEAST_INSIDE = 0.5


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold code and name; `fixed_code` for a file that holds one division and no code."""

    code: str | None = None
    name: str | None = None
    fixed_code: str | None = None


@dataclass(frozen=True, slots=True)
class Boundary:
    """One division's boundary in stored coordinates."""

    code: str
    name: str
    geometry: MultiPolygon


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave, the system it was read in, and how it fits what is known (None without a reference)."""

    boundaries: tuple[Boundary, ...]
    crs: str
    placement: Placement | None


def boundaries_read(
    path: Path,
    *,
    columns: Columns = Columns(),
    known_codes: Collection[str] | None = None,
    reference: BaseGeometry | None = None,
    crs: str | None = None,
) -> Reading:
    """This will read a boundary file (GeoJSON, Shapefile, zip, GeoPackage) or raise BoundariesRefusedError.

    `crs` overrules what the file says: "wgs84", "gcj02", or any EPSG code. `reference` is the area, in stored
    coordinates, that the same divisions cover according to a source known to be WGS-84/CGCS2000: the county for a
    file that tiles the county. Without `crs`, a file that only claims WGS 84 (as every GeoJSON does) and cannot be told
    from GCJ-02 by the reference is refused: somebody must say what it is.
    `known_codes` are the codes of the register; others are refused. Order follows the file.
    """
    layer = read_layer(path)
    if not layer.shapes:
        raise BoundariesRefusedError(Problem("file_empty"))
    system = _system(layer.crs, crs)
    labels, problems = _labels(layer, columns, known_codes)
    _refuse_if_any([*problems, *_shape_problems(layer.shapes)])
    stored = [_as_multipolygon(to_stored(cast(BaseGeometry, shape), system)) for shape in layer.shapes]
    _refuse_if_any(_range_problems(stored))
    placement = None
    if reference is not None:
        placement = placement_of(shapely.union_all(stored), reference)
        _refuse_if_any(_placement_problems(placement, crs, system))
    if crs == GCJ02:
        stored = [_as_multipolygon(shape_to_wgs84(shape)) for shape in stored]
    boundaries = (Boundary(code, name, shape) for (code, name), shape in zip(labels, stored, strict=True))
    return Reading(tuple(boundaries), crs or system, placement)


def _refuse_if_any(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise BoundariesRefusedError(*found[:_MOST_PROBLEMS])


def _system(said: str | None, given: str | None) -> str:
    """This will settle what the numbers in the file are; a datum alone leaves the file's projection as it is."""
    try:
        if given in (GCJ02, WGS84):
            return said if said is not None and crs_of(said).is_projected else f"EPSG:{STORED_SRID}"
        system = given or said
        if system is None:
            raise BoundariesRefusedError(Problem("crs_missing"))
        crs_of(system)
    except UnknownCrsError as error:
        raise BoundariesRefusedError(Problem("crs_unknown", {"crs": error.given})) from error
    return system


def _labels(
    layer: Layer, columns: Columns, known: Collection[str] | None
) -> tuple[list[tuple[str, str]], list[Problem]]:
    """This will read code and name of each row, with what is wrong with the codes."""
    if columns.fixed_code is not None:
        return _fixed_label(layer, columns.fixed_code, known)
    code_column = _column(layer.columns, columns.code, CODE_COLUMNS, "code")
    name_column = _column(layer.columns, columns.name, NAME_COLUMNS, None)
    given = [_text(row[code_column]) for row in layer.rows] if code_column else []
    names = [_text(row[name_column]) if name_column else "" for row in layer.rows]
    codes = [_full_code(code) for code in given]
    return list(zip(codes, names, strict=True)), list(_code_problems(given, codes, known))


def _fixed_label(layer: Layer, code: str, known: Collection[str] | None) -> tuple[list[tuple[str, str]], list[Problem]]:
    given = [code] * len(layer.shapes)
    name_column = _column(layer.columns, None, NAME_COLUMNS, None)
    names = [_text(row[name_column]) if name_column else "" for row in layer.rows]
    return list(zip(given, names, strict=True)), list(_code_problems(given, given, known))


def _column(present: Sequence[str], given: str | None, candidates: Sequence[str], needed: str | None) -> str | None:
    """This will find a column by the given name or the usual ones, however they are capitalised."""
    by_lower = {column.lower(): column for column in present}
    wanted = (given,) if given else candidates
    found = next((by_lower[name.lower()] for name in wanted if name.lower() in by_lower), None)
    if found is None and (given or needed):
        params = {"column": given or needed, "columns": "、".join(present) or "—"}
        raise BoundariesRefusedError(Problem("column_missing", params))
    return found


def _text(value: Any) -> str:
    """This will write a cell as text: numbers without a decimal point, nothing for null."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _full_code(code: str) -> str:
    """This will fill the six digits of a county or nine of a township up to twelve."""
    return code.ljust(12, "0") if code.isdigit() and len(code) in (6, 9) else code


def _code_problems(given: Sequence[str], codes: Sequence[str], known: Collection[str] | None) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for row, (written, code) in enumerate(zip(given, codes, strict=True), 1):
        params = {"row": row, "given": written}
        if not written:
            yield Problem("code_missing", {"row": row})
        elif not _CODE.fullmatch(written):
            yield Problem("code_malformed", params)
        elif known is not None and code not in known:
            yield Problem("code_unknown", params)
        elif code in first:
            yield Problem("code_duplicate", {**params, "first": first[code]})
        first.setdefault(code, row)


def _shape_problems(shapes: Sequence[BaseGeometry | None]) -> Iterator[Problem]:
    for row, shape in enumerate(shapes, 1):
        if shape is None or shape.is_empty:
            yield Problem("geometry_missing", {"row": row})
        elif not isinstance(shape, Polygon | MultiPolygon):
            yield Problem("geometry_not_area", {"row": row, "given": shape.geom_type})
        elif not shape.is_valid:
            yield _invalid_shape(row, shape)


def _invalid_shape(row: int, shape: BaseGeometry) -> Problem:
    found = _WHERE.match(shapely.is_valid_reason(shape))
    reason, x, y = found.group("reason", "x", "y") if found else ("", "nan", "nan")
    params = {"row": row, "reason": reason.strip(), "x": float(x), "y": float(y)}
    crossed = "self-intersection" in reason.lower()
    return Problem("geometry_self_intersection" if crossed else "geometry_invalid", params)


def _as_multipolygon(shape: BaseGeometry) -> MultiPolygon:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([cast(Polygon, shape)])


def _range_problems(shapes: Sequence[BaseGeometry]) -> Iterator[Problem]:
    for row, shape in enumerate(shapes, 1):
        west, south, east, north = shape.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            yield Problem("coordinates_out_of_range", {"row": row})


def _placement_problems(placement: Placement, given: str | None, system: str) -> Iterator[Problem]:
    """This will say where the coordinates do not lie where they claim to."""
    as_is, shifted = placement.fit_as_is * 100, placement.fit_shifted * 100
    if placement.share_inside < _LEAST_INSIDE:
        yield Problem("outside_county", {"share": placement.share_inside * 100})
    elif placement.datum is Datum.GCJ02 and given != GCJ02:
        yield Problem("gcj02_suspected", _fits(as_is, shifted, placement.offset_m))
    elif placement.datum is Datum.WGS84 and given == GCJ02:
        yield Problem("wgs84_suspected", _fits(shifted, as_is, placement.offset_m))
    elif placement.datum is Datum.UNDETERMINED and given is None and is_wgs84(system):
        yield Problem("crs_undetermined", {"fit": max(as_is, shifted)})


def _fits(fit: float, other: float, offset_m: float) -> dict[str, object]:
    return {"fit": fit, "fit_other": other, "offset_m": round(offset_m)}
