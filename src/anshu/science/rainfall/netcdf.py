# SPDX-License-Identifier: Apache-2.0
"""netCDF rain fields: the variable, its place, time and unit found by CF convention or, failing that, by name."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
from pyproj import CRS, Transformer

from anshu.science.extra import library
from anshu.science.rainfall.grid import Grid, Unit
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("pysteps 1.21 import_bom_rf3，BoM 61 帧逐格", "OpenMRG 90 分钟与 180 分钟两文件重叠 19 帧互证"),
    valid_for="规则网格；行序与经纬度矛盾时以二维经纬度为准；未注明单位的须给出或按 Z-R 上限推断并注明",
)
_RAIN: Final = re.compile(r"rain|precip|acrr|\brate\b", re.I)
_KILOMETRES: Final = {"km", "kilometer", "kilometre", "kilometers", "kilometres"}
_METRES_OF_KM: Final = 1000.0
_WGS84: Final = "EPSG:4326"
# An unlabelled amount that would be a rate above this is a rate: 62.6 dBZ by Marshall-Palmer, beyond any rain.
_RATE_NO_RAIN_REACHES_MM_H: Final = 300.0
# A row or column of the axes that lies further than this many cells from its own latitudes is written the wrong way.
_MISPLACED_CELLS: Final = 1.5


def decode(content: bytes, *, variable: str = "", unit: Unit | None = None, name: str = "") -> tuple[Grid, ...]:
    """Read every field of one file, in the order of time.

    Parameters
    ----------
    content, name
        The file's bytes and name.
    variable
        The variable to read; found by its name and dimensions where not given.
    unit
        Overrides what the file says or leaves unsaid.

    References
    ----------
    CF Conventions 1.11, chapters 3.1 (units), 4 (coordinates), 5.6 (grid mappings), 8.1 (packed data).

    Raises
    ------
    Refusal
        `library_missing`, `not_netcdf`, `no_rain_field`, `axes_irregular` or `crs_missing`.
    """
    reader = library("netCDF4")
    try:
        file = reader.Dataset(name or "memory", memory=content)
    except OSError as error:
        raise Refusal("not_netcdf", name=name) from error
    with file:
        rain = _rain_variable(file, variable)
        stack, notes = _upright(file, rain)
        stamps = _stamps(file)
        seconds = _accumulation_s(file, stamps)
        said, unit_notes = _unit(file, rain, stack, seconds)
        frame = _frame(file, rain)
    if len(stamps) != len(stack):
        stamps = [None] * len(stack)
    every = (*notes, *(unit_notes if unit is None else ()))
    return tuple(
        Grid(field, *frame, stamp, unit or said, seconds, every) for field, stamp in zip(stack, stamps, strict=True)
    )


def _rain_variable(file: Any, variable: str) -> Any:
    if variable:
        if variable not in file.variables:
            raise Refusal("no_rain_field", found=tuple(file.variables))
        return file.variables[variable]
    for key, one in file.variables.items():
        told = f"{key} {getattr(one, 'standard_name', '')} {getattr(one, 'long_name', '')}"
        if one.ndim in (2, 3) and _axis_names(one.dimensions) and _RAIN.search(told):
            return one
    raise Refusal("no_rain_field", found=tuple(file.variables))


def _axis_names(dimensions: Iterable[str]) -> tuple[str, str] | None:
    named = set(dimensions)
    for y, x in (("y", "x"), ("lat", "lon"), ("latitude", "longitude"), ("Y", "X"), ("rows", "columns")):
        if {y, x} <= named:
            return y, x
    return None


def _numbers(variable: Any) -> Array:
    return np.ma.filled(np.ma.asarray(variable[...]).astype(float), np.nan)


def _metres(file: Any, key: str) -> Array:
    axis = file.variables[key]
    scale = _METRES_OF_KM if str(getattr(axis, "units", "")).lower() in _KILOMETRES else 1.0
    return _numbers(axis) * scale


def _upright(file: Any, rain: Any) -> tuple[list[Array], tuple[str, ...]]:
    """This will order the axes as (time, north to south, west to east)."""
    y_name, x_name = _axis_names(rain.dimensions) or ("", "")
    order = [rain.dimensions.index(key) for key in (y_name, x_name)]
    others = [axis for axis in range(rain.ndim) if axis not in order]
    values = np.transpose(_numbers(rain), (*others, *order))
    y, x = _metres(file, y_name), _metres(file, x_name)
    if x[0] > x[-1]:
        values = values[..., ::-1]
    mended = _rows_misplaced(file, y_name, x_name)
    if (y[0] < y[-1]) != mended:
        values = values[..., ::-1, :]
    stack = [field.copy() for field in values.reshape(-1, *values.shape[-2:])]
    return stack, ("rows_by_latitude",) if mended else ()


def _rows_misplaced(file: Any, y_name: str, x_name: str) -> bool:
    """This will tell whether the file's own latitudes say that its rows run the other way than its axis does."""
    latitudes = [one for key, one in file.variables.items() if key.lower() in {"lat", "latitude", "latitudes"}]
    if not latitudes or latitudes[0].ndim != 2:
        return False
    latitude, y, x = _numbers(latitudes[0]), _metres(file, y_name), _metres(file, x_name)
    if latitude.shape != (y.size, x.size):
        return False
    across, down = np.meshgrid(x, y)
    crs = _crs(file, None)
    _, computed = Transformer.from_crs(crs, _WGS84, always_xy=True).transform(across, down)
    cell_deg = abs(float(np.diff(np.asarray(computed)[:, 0]).mean()))
    away = float(np.abs(computed - latitude).max())
    return away > _MISPLACED_CELLS * cell_deg and float(np.abs(computed[::-1] - latitude).max()) < away


def _frame(file: Any, rain: Any) -> tuple[str, float, float, float, float]:
    y_name, x_name = _axis_names(rain.dimensions) or ("", "")
    crs = _crs(file, rain)
    (west, cell_x), (south, cell_y) = (_edge(np.sort(_metres(file, key))) for key in (x_name, y_name))
    return crs, west, south + cell_y * file.variables[y_name].size, cell_x, cell_y


def _edge(centres: Array) -> tuple[float, float]:
    steps = np.diff(centres)
    if centres.size < 2 or not np.allclose(steps, steps.mean(), rtol=0.01):
        raise Refusal("axes_irregular", size=centres.size)
    cell = float(centres[-1] - centres[0]) / (centres.size - 1)
    return float(centres[0]) - cell / 2.0, cell


def _crs(file: Any, rain: Any) -> str:
    told = getattr(file, "proj_string", "") or getattr(file, "projection", "")
    if told:
        return str(told)
    named = getattr(rain, "grid_mapping", "")
    mappings = [one for key, one in file.variables.items() if key == named or hasattr(one, "grid_mapping_name")]
    for mapping in mappings:
        attributes = {key: mapping.getncattr(key) for key in mapping.ncattrs()}
        plain = {
            key: value for key, value in attributes.items() if key not in {"spatial_ref", "crs_wkt", "GeoTransform"}
        }
        return str(CRS.from_cf(plain).to_wkt())
    if {"lat", "latitude"} & set(file.dimensions):
        return _WGS84
    raise Refusal("crs_missing")


def _stamps(file: Any) -> list[datetime | None]:
    for key in ("time", "valid_time"):
        if key in file.variables and "since" in str(getattr(file.variables[key], "units", "")):
            return [stamp for stamp in times_of(file.variables[key])]
    return [None]


def times_of(variable: Any) -> list[datetime]:
    """Read a CF time variable as aware datetimes."""
    reader = library("netCDF4")
    calendar = getattr(variable, "calendar", "standard")
    units = str(variable.units).removesuffix(" UTC")
    found = reader.num2date(np.atleast_1d(variable[...]), units, calendar, only_use_cftime_datetimes=False)
    # Whole seconds: a file that counts days in floating point lands a microsecond beside them.
    return [_round(datetime.fromisoformat(one.isoformat()).replace(tzinfo=UTC)) for one in found]


def _round(stamp: datetime) -> datetime:
    return (stamp + timedelta(milliseconds=500)).replace(microsecond=0)


def _accumulation_s(file: Any, stamps: list[datetime | None]) -> float:
    if {"start_time", "valid_time"} <= set(file.variables):
        start, end = (times_of(file.variables[key])[0] for key in ("start_time", "valid_time"))
        return (end - start).total_seconds()
    known = sorted(stamp for stamp in stamps if stamp is not None)
    steps = [(later - sooner).total_seconds() for sooner, later in pairwise(known)]
    return min(steps) if steps else float("nan")


def _unit(file: Any, rain: Any, stack: list[Array], seconds: float) -> tuple[Unit, tuple[str, ...]]:
    told = re.sub(r"[\s*^]+", "", str(getattr(rain, "units", ""))).lower()
    if told in {"mm/h", "mmh-1", "mmhr-1", "mm/hr", "mm/hour", "kgm-2h-1"}:
        return "mm/h", ()
    if told == "dbz":
        return "dBZ", ()
    if told in {"mm", "kgm-2", "kg/m2"} or told.startswith("sum"):
        return "mm", ()
    if told:
        raise Refusal("unknown_unit", unit=told)
    highest = max((float(np.nanmax(field)) for field in stack if not np.isnan(field).all()), default=0.0)
    if highest * 3600.0 / seconds > _RATE_NO_RAIN_REACHES_MM_H:
        return "mm/h", ("unit_assumed",)
    return "mm", ("unit_assumed",)
