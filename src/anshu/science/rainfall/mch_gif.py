# SPDX-License-Identifier: Apache-2.0
"""MeteoSwiss rain composites as 8-bit GIF: the palette index is the value."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from anshu.science.rainfall.grid import Grid
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("pysteps 1.21 import_mch_gif，AQC 80 帧逐格",),
    valid_for="AQC、CPC 产品（索引即对数雨量）；RZC、AZC 等按颜色编码的产品拒收",
)
# Swiss map CH1903 / LV03 and the fixed frame of the national composite: the files carry neither.
CRS: Final = (
    "+proj=somerc +lon_0=7.43958333333333 +lat_0=46.9524055555556 +k_0=1 +x_0=600000 +y_0=200000 "
    "+ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs"
)
WEST_M: Final = 255_000.0
NORTH_M: Final = 480_000.0
CELL_M: Final = 1_000.0
SHAPE: Final = (640, 710)
_PRODUCT: Final = re.compile(r"(AQC|CPC)(\d{2})(\d{3})(\d{2})(\d{2})")
_PERIOD: Final = re.compile(r"ACCUm=(\d+)")
_DEFAULT_MINUTES: Final = 5


def decode(content: bytes, *, name: str = "") -> Grid:
    """Read one composite in millimetres of its accumulation.

    Index 2-250: R = (10^((i - 71.5)/20)/316)^(1/1.5); 0, 1 and 251-254: no rain; 255: outside the radars' reach.

    Parameters
    ----------
    content
        The file's bytes.
    name
        The file's name, which dates the field where the image's comment does not.

    References
    ----------
    MeteoSwiss product description as implemented in pysteps, `io.importers.import_mch_gif`; Z = 316 R^1.5.

    Raises
    ------
    Refusal
        `not_a_gif`, `unknown_product` (neither AQC nor CPC) or `unexpected_size`.
    """
    try:
        image = Image.open(io.BytesIO(content), formats=("GIF",))
        indices = np.asarray(image)
    except (UnidentifiedImageError, OSError) as error:
        raise Refusal("not_a_gif", name=name) from error
    comment = image.info.get("comment", b"").decode("latin-1")
    product = _PRODUCT.search(comment) or _PRODUCT.search(name)
    if product is None:
        raise Refusal("unknown_product", name=name)
    if indices.shape != SHAPE:
        raise Refusal("unexpected_size", shape=indices.shape)
    period = _PERIOD.search(comment)
    seconds = 60.0 * (int(period[1]) if period else _DEFAULT_MINUTES)
    notes = () if period else ("accumulation_assumed",)
    values = _millimetres()[indices]
    return Grid(values, CRS, WEST_M, NORTH_M, CELL_M, CELL_M, _stamp(product), "mm", seconds, notes)


def _millimetres() -> Array:
    index = np.arange(256, dtype=float)
    table: Array = (10.0 ** ((index - 71.5) / 20.0) / 316.0) ** (1.0 / 1.5)
    table[(index < 2) | (index > 250)] = 0.0
    table[255] = np.nan
    return table


def _stamp(product: re.Match[str]) -> datetime:
    year, day, hour, minute = (int(product[part]) for part in range(2, 6))
    return datetime(2000 + year, 1, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)
