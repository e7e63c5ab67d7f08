# SPDX-License-Identifier: Apache-2.0
"""RADOLAN and RADVOR composites of the German weather service in their binary form."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from anshu.science.rainfall.grid import NO_ECHO_DBZ, Grid, Unit
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(
        "DE1200 四至（DWD 角点表，1e-5°）",
        "RV 12 步之和、RQ 与 RW 文本三者互证（2022-10-18）",
    ),
    valid_for="双字节（RW、RQ、RV、RY、SF 等）与单字节（RX、WX 等）组合产品，900×900、1100×900、1200×1100、1500×1400",
)
_END_OF_HEAD: Final = 0x03
# Two-byte products: bits 1-12 value, 13 secondary, 14 missing, 15 negative, 16 clutter.
_VALUE_BITS, _MISSING_BIT, _NEGATIVE_BIT, _CLUTTER_BIT = 0x0FFF, 0x2000, 0x4000, 0x8000
# One-byte products (RVP6 units): 250 missing, 249 clutter.
_RVP6_MISSING, _RVP6_CLUTTER = 250, 249
_RVP6: Final = {"RX", "WX", "EX", "FX", "FZ", "CX"}
_SPHERE: Final = "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6370040 +b=6370040 +units=m +no_defs"
_WGS84: Final = "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6378137 +b=6356752.3142451802 +no_defs"
# West and north edges on the sphere, in metres, by (rows, columns): Kompositformatbeschreibung, table of composites.
_EDGES_SPHERE: Final = {
    (900, 900): (-523_462.16692185635, -3_758_644.724265574),
    (1100, 900): (-443_462.16692185635, -3_658_644.724265574),
    (1200, 1100): (-543_462.16692185635, -3_608_644.724265574),
    (1500, 1400): (-673_462.16692185635, -3_508_644.724265574),
}
# From format version 5 on the ellipsoid; the false origin is the middle of the upper left cell.
_FALSE_ORIGIN_WGS84: Final = {
    (900, 900): (523_196.83521777776, 3_772_588.861931134),
    (1200, 1100): (543_196.83521776402, 3_622_588.8619310018),
}
_ELLIPSOID_SINCE: Final = 5
_CELL_M: Final = 1000.0
_FIELDS: Final = re.compile(r"(BY|VS|SW|PR|INT|GP|VV|MF|MS|U)(?=[ \d.<E])")


def decode(content: bytes, *, keep_clutter: bool = True) -> Grid:
    """Read one composite; the time is when the field holds, the product's own time plus its forecast lead.

    Parameters
    ----------
    content
        The unpacked file's bytes.
    keep_clutter
        Whether cells flagged as clutter keep their value; otherwise they are missing.

    Returns
    -------
    Grid
        Millimetres in the interval for two-byte products, dBZ for one-byte ones.

    References
    ----------
    DWD, RADOLAN/RADVOR: Beschreibung des Kompositformats (header keys, bit masks, corner coordinates).

    Raises
    ------
    Refusal
        `not_radolan`, `truncated` or `unknown_frame`.
    """
    head_end = content.find(bytes([_END_OF_HEAD]), 0, 2048)
    head = content[: max(head_end, 0)].decode("latin-1")
    if re.match(r"[A-Z][A-Z0-9]\d{6}\d{5}\d{4}BY", head) is None:
        raise Refusal("not_radolan")
    words = _words(head)
    if "GP" not in words:
        raise Refusal("not_radolan", product=head[:2])
    rows, columns = (int(number) for number in words["GP"].split("x"))
    bytes_each = 1 if head[:2] in _RVP6 else 2
    body = content[head_end + 1 : head_end + 1 + rows * columns * bytes_each]
    if len(body) != rows * columns * bytes_each:
        raise Refusal("truncated", expected=rows * columns * bytes_each, found=len(body))
    read = _reflectivity if bytes_each == 1 else _rain
    values = read(body, 10.0 ** int(words.get("PR", "E+00").strip().lstrip("E")), keep_clutter)
    unit: Unit = "dBZ" if bytes_each == 1 else "mm"
    crs, west, north = _frame((rows, columns), int(words.get("VS", "0")))
    # The file begins in the south.
    upright = values.reshape(rows, columns)[::-1]
    lead = timedelta(minutes=int(words.get("VV", "0").split()[0]))
    seconds = 60.0 * _interval_min(words, head[:2])
    return Grid(upright.copy(), crs, west, north, _CELL_M, _CELL_M, _stamp(head) + lead, unit, seconds)


def _words(head: str) -> dict[str, str]:
    found = list(_FIELDS.finditer(head, 17))
    ends = [*(one.start() for one in found[1:]), len(head)]
    return {one[1]: head[one.end() : end].strip() for one, end in zip(found, ends, strict=True)}


def _stamp(head: str) -> datetime:
    day, hour, minute = int(head[2:4]), int(head[4:6]), int(head[6:8])
    month, year = int(head[13:15]), int(head[15:17])
    return datetime(2000 + year, month, day, hour, minute, tzinfo=UTC)


def _interval_min(words: dict[str, str], product: str) -> float:
    if "INT" not in words:
        return 5.0 if product in _RVP6 else float("nan")
    # U0 counts minutes, U1 days.
    return float(words["INT"].split()[0]) * (1440.0 if words.get("U") == "1" else 1.0)


def _rain(body: bytes, precision: float, keep_clutter: bool) -> Array:
    coded = np.frombuffer(body, "<u2")
    values = (coded & _VALUE_BITS).astype(float) * precision
    values[(coded & _NEGATIVE_BIT) > 0] *= -1.0
    lost = _MISSING_BIT if keep_clutter else _MISSING_BIT | _CLUTTER_BIT
    values[(coded & lost) > 0] = np.nan
    return values


def _reflectivity(body: bytes, _precision: float, keep_clutter: bool) -> Array:
    coded = np.frombuffer(body, np.uint8)
    values = coded.astype(float) / 2.0 - 32.5
    values[coded == 0] = NO_ECHO_DBZ
    values[coded >= _RVP6_MISSING] = np.nan
    # A clutter code carries no reflectivity: kept, it can only mean that no rain was heard.
    values[coded == _RVP6_CLUTTER] = NO_ECHO_DBZ if keep_clutter else np.nan
    return values


def _frame(shape: tuple[int, int], version: int) -> tuple[str, float, float]:
    if version >= _ELLIPSOID_SINCE and shape in _FALSE_ORIGIN_WGS84:
        x, y = _FALSE_ORIGIN_WGS84[shape]
        return f"{_WGS84} +x_0={x} +y_0={y}", -_CELL_M / 2.0, _CELL_M / 2.0
    if shape not in _EDGES_SPHERE:
        raise Refusal("unknown_frame", shape=shape, version=version)
    return _SPHERE, *_EDGES_SPHERE[shape]
