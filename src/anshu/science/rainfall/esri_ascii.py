# SPDX-License-Identifier: Apache-2.0
"""Text grids in ESRI's form, among them RADOLAN RW whose whole numbers are tenths of a millimetre."""

import re
from datetime import UTC, datetime
from typing import Final

import numpy as np

from anshu.science.rainfall.grid import HOUR_S, Grid, Unit
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("DWD RW 2022-10-18 24 幅：四至与报头一致，0650 时次与 RQ 二进制产品同量级",),
    valid_for="ESRI ASCII；RADOLAN RW 文本为 0.1 mm 整数、球面极射投影",
)
_SPHERE: Final = "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6370040 +b=6370040 +units=m +no_defs"
_HEAD: Final = re.compile(rb"\s*((?:[A-Za-z_]+[ \t]+[-+.\dEe]+[ \t]*\r?\n)+)")
_NAMED: Final = re.compile(r"(RW|SF)[_-](\d{8})-(\d{4})")
_SECONDS: Final = {"RW": HOUR_S, "SF": 24 * HOUR_S}
_RADOLAN_TENTHS: Final = 0.1


def decode(content: bytes, *, name: str = "", crs: str = "", unit: Unit = "mm", scale: float | None = None) -> Grid:
    """Read one grid.

    A name such as `RW_20221018-0650.asc` dates it and tells that it is RADOLAN: tenths of a millimetre in an hour on
    the sphere of 6370.04 km.

    Parameters
    ----------
    content, name
        The file's bytes and name.
    crs, unit, scale
        What the file does not say; each overrides what its name tells.

    References
    ----------
    Esri, ArcGIS Desktop help, "Esri ASCII raster format"; DWD, Datensatzbeschreibung RADOLAN (hourly, asc).

    Raises
    ------
    Refusal
        `not_esri_ascii`, `truncated`, or `crs_missing` where neither the name nor the caller gives one.
    """
    head = _HEAD.match(content)
    words = (
        {one[0].lower(): float(one[1]) for one in (row.split() for row in head[1].decode().splitlines())}
        if head
        else {}
    )
    if head is None or not {"ncols", "nrows", "cellsize"} <= words.keys():
        raise Refusal("not_esri_ascii", name=name)
    rows, columns = int(words["nrows"]), int(words["ncols"])
    numbers = np.array(content[head.end() :].split(), dtype=float)
    if numbers.size != rows * columns:
        raise Refusal("truncated", expected=rows * columns, found=numbers.size)
    numbers[numbers == words.get("nodata_value", -9999.0)] = np.nan
    named = _NAMED.search(name)
    if not crs and named is None:
        raise Refusal("crs_missing", name=name)
    factor = scale if scale is not None else (_RADOLAN_TENTHS if named else 1.0)
    values = (numbers * factor).reshape(rows, columns)
    west, south, cell = *_corner(words), words["cellsize"]
    stamp = datetime.strptime(named[2] + named[3], "%Y%m%d%H%M").replace(tzinfo=UTC) if named else None
    seconds = _SECONDS[named[1]] if named else float("nan")
    return Grid(values, crs or _SPHERE, west, south + rows * cell, cell, cell, stamp, unit, seconds)


def _corner(words: dict[str, float]) -> tuple[float, float]:
    half = words["cellsize"] / 2.0
    west = words["xllcorner"] if "xllcorner" in words else words.get("xllcenter", 0.0) - half
    south = words["yllcorner"] if "yllcorner" in words else words.get("yllcenter", 0.0) - half
    return west, south
