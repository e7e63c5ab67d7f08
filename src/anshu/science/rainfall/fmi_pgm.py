# SPDX-License-Identifier: Apache-2.0
"""Finnish reflectivity composites as 8-bit PGM with their place written in the comments."""

import gzip
import re
from datetime import UTC, datetime
from typing import Final

import numpy as np
from pyproj import Proj

from anshu.science.rainfall.grid import Grid
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("pysteps 1.21 import_fmi_pgm，FMI 2016-09-28 30 帧逐格与四至",),
    valid_for="FMI 立体投影组合反射率；dBZ = (v-64)/2；最大灰度为缺测",
)
# The file names the projection but neither the sphere nor the false origin; FMI's published frame has these.
_FRAME: Final = "+a=6371288 +x_0=380886.310 +y_0=3395677.920 +no_defs"
_GZIP: Final = b"\x1f\x8b"
_HEAD: Final = re.compile(rb"P5\s((?:\s*#[^\n]*\n)*)\s*(\d+)\s+(\d+)((?:\s*#[^\n]*\n)*)\s*(\d+)\s", re.S)
_MINUTES: Final = 5


def decode(content: bytes) -> Grid:
    """Read one composite, gzipped or not, in dBZ; missing is NaN and grey 0 is no echo (-32 dBZ).

    Raises
    ------
    Refusal
        `not_a_pgm`, `truncated` or `no_projection` (only stereographic frames carry enough to be placed).
    """
    data = gzip.decompress(content) if content[:2] == _GZIP else content
    head = _HEAD.match(data)
    if head is None or int(head[5]) > 255:
        raise Refusal("not_a_pgm")
    columns, rows, missing = int(head[2]), int(head[3]), int(head[5])
    body = data[head.end() : head.end() + rows * columns]
    if len(body) != rows * columns:
        raise Refusal("truncated", expected=rows * columns, found=len(body))
    grey = np.frombuffer(body, np.uint8).reshape(rows, columns)
    values = np.where(grey == missing, np.nan, (grey - 64.0) / 2.0)
    words = _words((head[1] + head[4]).decode("latin-1"))
    crs, west, north = _place(words)
    cell_x, cell_y = (float(words[f"metersperpixel_{axis}"][0]) for axis in "xy")
    stamp = datetime.strptime(words["obstime"][0], "%Y%m%d%H%M").replace(tzinfo=UTC) if "obstime" in words else None
    return Grid(values, crs, west, north, cell_x, cell_y, stamp, "dBZ", 60.0 * _MINUTES, ("accumulation_assumed",))


def _words(comments: str) -> dict[str, list[str]]:
    lines = [line.strip(" #\r").split() for line in comments.splitlines()]
    return {line[0]: line[1:] for line in lines if len(line) > 1}


def _place(words: dict[str, list[str]]) -> tuple[str, float, float]:
    if words.get("type") != ["stereographic"]:
        raise Refusal("no_projection", found=words.get("type"))
    crs = (
        f"+proj=stere +lon_0={words['centrallongitude'][0]} +lat_0={words['centrallatitude'][0]} "
        f"+lat_ts={words['truelatitude'][0]} {_FRAME}"
    )
    project = Proj(crs)
    west, _ = project(float(words["bottomleft"][0]), float(words["bottomleft"][1]))
    _, north = project(float(words["topright"][0]), float(words["topright"][1]))
    return crs, float(west), float(north)
