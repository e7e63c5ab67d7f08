# SPDX-License-Identifier: Apache-2.0
"""GeoTIFF: ground heights for interpolation, and rain where a centre sends it so."""

from datetime import datetime
from typing import Final

import numpy as np

from anshu.science.extra import library
from anshu.science.rainfall.grid import Grid, Unit
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=(),
    valid_for="北在上、无旋转的单波段；单位由调用者给出；缺测取文件的 nodata",
)


def decode(
    content: bytes, *, unit: Unit, time: datetime | None = None, accumulation_s: float = float("nan"), band: int = 1
) -> Grid:
    """Read one band.

    Parameters
    ----------
    content
        The file's bytes.
    unit, time, accumulation_s
        What the format has no place for; `m` for ground heights.

    References
    ----------
    OGC 19-008r4 (2019), GeoTIFF standard 1.1.

    Raises
    ------
    Refusal
        `library_missing`, `not_geotiff`, `crs_missing` or `grid_turned`.
    """
    reader, errors = library("rasterio"), library("rasterio.errors")
    try:
        with reader.MemoryFile(content) as memory, memory.open() as file:
            turn, crs = file.transform, file.crs
            values = file.read(band, masked=True).astype(float) * file.scales[band - 1] + file.offsets[band - 1]
    except errors.RasterioIOError as error:
        raise Refusal("not_geotiff") from error
    if crs is None:
        raise Refusal("crs_missing")
    if turn.b or turn.d or turn.e >= 0:
        raise Refusal("grid_turned", transform=tuple(turn)[:6])
    filled = np.asarray(np.ma.filled(values, np.nan), float)
    return Grid(filled, crs.to_wkt(), turn.c, turn.f, turn.a, -turn.e, time, unit, accumulation_s)
