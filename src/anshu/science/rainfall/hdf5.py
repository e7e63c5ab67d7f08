# SPDX-License-Identifier: Apache-2.0
"""HDF5 radar composites: OPERA's ODIM information model, and the older KNMI layout."""

import io
import re
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from pyproj import Proj

from anshu.science.extra import library
from anshu.science.rainfall.grid import NO_ECHO_DBZ, Grid, Unit
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="ODIM_H5 2.0–2.4 的 COMP/IMAGE 对象（RATE、ACRR、DBZH、TH）；KNMI image1 布局；极坐标体扫不读",
)
_UNITS: Final[dict[str, Unit]] = {"RATE": "mm/h", "ACRR": "mm", "DBZH": "dBZ", "TH": "dBZ", "DBZV": "dBZ", "DBZ": "dBZ"}
_QUANTITIES: Final = tuple(_UNITS)
_FORMULA: Final = re.compile(r"GEO\s*=\s*([-+.\dEe]+)\s*\*\s*PV\s*\+?\s*([-+.\dEe]*)")


def decode(content: bytes, *, quantity: str = "") -> tuple[Grid, ...]:
    """Read the rain fields of one file; quality fields are left.

    Parameters
    ----------
    content
        The file's bytes.
    quantity
        RATE, ACRR, DBZH or TH; every one found where not given.

    References
    ----------
    EUMETNET OPERA, ODIM_H5 v2.4 (2022), tables 3-17: undetect is no rain, nodata is missing.

    Raises
    ------
    Refusal
        `library_missing`, `not_hdf5`, `no_rain_field` or `polar_volume`.
    """
    reader = library("h5py")
    try:
        file = reader.File(io.BytesIO(content), "r")
    except OSError as error:
        raise Refusal("not_hdf5") from error
    with file:
        if "image1" in file:
            return (_knmi(file),)
        found = [
            _odim(file, group, data, told)
            for group in sorted(key for key in file if re.fullmatch(r"dataset\d+", key))
            for data in sorted(key for key in file[group] if re.fullmatch(r"data\d+", key))
            if (told := _said(file, group, data, "quantity")) in _UNITS and quantity in ("", told)
        ]
    if not found:
        raise Refusal("no_rain_field", quantity=quantity)
    return tuple(found)


def _text(value: Any) -> str:
    first = value.ravel()[0] if isinstance(value, np.ndarray) else value
    return first.decode("latin-1") if isinstance(first, bytes) else str(first)


def _number(value: Any) -> float:
    return float(np.ravel(value)[0])


def _said(file: Any, group: str, data: str, key: str, default: str = "") -> str:
    """This will look for an attribute in the nearest `what`: of the data, of its data set, of the file."""
    for path in (f"{group}/{data}/what", f"{group}/what", "what"):
        if path in file and key in file[path].attrs:
            return _text(file[path].attrs[key])
    return default


def _odim(file: Any, group: str, data: str, quantity: str) -> Grid:
    if _text(file["what"].attrs.get("object", b"COMP")) in {"PVOL", "SCAN"}:
        raise Refusal("polar_volume")
    raw = np.asarray(file[f"{group}/{data}/data"][...], float)
    gain, offset = (float(_said(file, group, data, key, default)) for key, default in (("gain", "1"), ("offset", "0")))
    unit = _UNITS[quantity]
    values = raw * gain + offset
    for key, meant in (("undetect", NO_ECHO_DBZ if unit == "dBZ" else 0.0), ("nodata", np.nan)):
        code = _said(file, group, data, key)
        if code:
            values[raw == float(code)] = meant
    start, end = (_moment(file, group, data, edge) for edge in ("start", "end"))
    seconds = (end - start).total_seconds() if start and end else float("nan")
    return Grid(values, *_odim_frame(file, group, values), end or _moment(file, group, data, ""), unit, seconds)


def _moment(file: Any, group: str, data: str, edge: str) -> datetime | None:
    date, time = (_said(file, group, data, f"{edge}{part}") for part in ("date", "time"))
    return datetime.strptime(date + time[:6], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if date and time else None


def _odim_frame(file: Any, group: str, values: Array) -> tuple[str, float, float, float, float]:
    where = dict(file["where"].attrs) if "where" in file else {}
    where |= dict(file[f"{group}/where"].attrs) if f"{group}/where" in file else {}
    crs = _text(where["projdef"])
    cell_x, cell_y = _number(where["xscale"]), _number(where["yscale"])
    corner = "UL" if "UL_lon" in where else "LL"
    x, y = Proj(crs)(_number(where[f"{corner}_lon"]), _number(where[f"{corner}_lat"]))
    north = float(y) if corner == "UL" else float(y) + cell_y * values.shape[0]
    return crs, float(x), north, cell_x, cell_y


def _knmi(file: Any) -> Grid:
    image, frame = file["image1"], file["geographic"]
    raw = np.asarray(image["image_data"][...], float)
    calibration = image["calibration"].attrs
    formula = _FORMULA.search(_text(calibration["calibration_formulas"]))
    if formula is None:
        raise Refusal("no_rain_field", formula=_text(calibration["calibration_formulas"]))
    values = raw * float(formula[1]) + float(formula[2] or 0.0)
    for key in ("calibration_missing_data", "calibration_out_of_image"):
        # Zero is also how some products write dry ground: only a code that no rain can have is missing.
        code = _number(calibration.get(key, -1))
        if code > 0:
            values[raw == code] = np.nan
    unit: Unit = "dBZ" if "DBZ" in _text(image.attrs.get("image_geo_parameter", "MM")).upper() else "mm"
    start, end = (_knmi_moment(file, edge) for edge in ("start", "end"))
    seconds = (end - start).total_seconds() if start and end else float("nan")
    crs = _in_metres(_text(frame["map_projection"].attrs["projection_proj4_params"]))
    cell_x, cell_y = (abs(_number(frame.attrs[f"geo_pixel_size_{axis}"])) * 1000.0 for axis in "xy")
    west = _number(frame.attrs["geo_column_offset"]) * cell_x
    north = -_number(frame.attrs["geo_row_offset"]) * cell_y
    return Grid(values, crs, west, north, cell_x, cell_y, end, unit, seconds)


def _in_metres(crs: str) -> str:
    """This will write the radii, which KNMI gives in kilometres, in metres."""
    return re.sub(r"\+(a|b)=(\d{4}(?:\.\d+)?)(?=\s|$)", lambda one: f"+{one[1]}={float(one[2]) * 1000.0}", crs)


def _knmi_moment(file: Any, edge: str) -> datetime | None:
    told = _text(file["overview"].attrs.get(f"product_datetime_{edge}", "")) if "overview" in file else ""
    return datetime.strptime(told[:20], "%d-%b-%Y;%H:%M:%S").replace(tzinfo=UTC) if told else None
