# SPDX-License-Identifier: Apache-2.0
"""Extrapolation along motion: semi-Lagrangian, each value fetched once from the last observed frame."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.nowcast.compiled import kernels
from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=("平移与刚体旋转解析解", "pysteps 1.21 半拉格朗日外推逐格"),
    valid_for="移动不变的短时外推（0–2 小时）；不含生消；上游无观测处为缺测",
)

Field = NDArray[np.float32]
# A trajectory is cut into pieces no longer than this, whatever the leads asked for.
_LONGEST_STEP_S: Final = 360.0


def extrapolate(
    rain: ArrayLike, motion: ArrayLike, *, leads_s: Sequence[float], cell_m: float, workers: int = 2
) -> NDArray[np.float32]:
    """Carry the latest frame along a steady motion.

    Each cell's path is followed backwards by the midpoint rule, x ← x - h v(x - h v(x)/2), and the frame is read once
    at the path's end by bilinear interpolation, so that repeated interpolation does not smear it.

    Parameters
    ----------
    rain
        Latest frame, shape (rows, columns); missing is NaN.
    motion
        From `motion`, shape (2, rows, columns), m/s.
    leads_s
        Seconds ahead, ascending.

    Returns
    -------
    ndarray
        Shape (leads, rows, columns), float32, in the unit of `rain`; NaN where the rain would come from outside the
        field or from where less than half is known.

    References
    ----------
    Germann, U. and Zawadzki, I. (2002), Monthly Weather Review 130, 2859-2873, section 4; Staniforth, A. and Côté, J.
    (1991), Monthly Weather Review 119, 2206-2223.
    """
    require_positive(cell_m=cell_m)
    field = np.ascontiguousarray(rain, np.float32)
    wind = winds(motion, field.shape, cell_m)
    spans, pieces = steps(leads_s)
    out = np.empty((len(spans), *field.shape), np.float32)
    loops = kernels("advection")

    def strip(rows: tuple[int, int]) -> None:
        loops.advect(field, wind, spans, pieces, out, *rows)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(strip, strips(field.shape[0], workers)))
    return out


def paths(motion: ArrayLike, *, leads_s: Sequence[float], cell_m: float, workers: int = 2) -> Field:
    """Follow every cell back and tell, in cells, where its rain came from: shape (leads, rows, columns, (x, y))."""
    require_positive(cell_m=cell_m)
    wind = winds(motion, np.shape(motion)[1:], cell_m)
    spans, pieces = steps(leads_s)
    out = np.empty((len(spans), *wind.shape), np.float32)
    loops = kernels("advection")

    def strip(rows: tuple[int, int]) -> None:
        loops.trace(wind, spans, pieces, out, *rows)

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(strip, strips(wind.shape[0], workers)))
    return out


def winds(motion: ArrayLike, shape: tuple[int, ...], cell_m: float) -> Field:
    """Lay motion out as the kernels want it: (rows, columns, 2), in cells a second."""
    given = np.asarray(motion, np.float32)
    if len(shape) != 2 or min(shape) < 2 or given.shape != (2, *shape):
        raise Refusal("shapes_differ", rain=shape, motion=given.shape)
    if not np.isfinite(given).all():
        raise Refusal("motion_missing")
    return np.ascontiguousarray(np.moveaxis(given, 0, -1) / np.float32(cell_m))


def steps(leads_s: Sequence[float]) -> tuple[Field, NDArray[np.int64]]:
    """Cut the time between leads into equal pieces short enough for the midpoint rule; give their length and number."""
    gaps = np.diff(np.asarray(leads_s, float), prepend=0.0)
    if gaps.size == 0 or not (gaps > 0).all():
        raise Refusal("leads_not_ascending", leads_s=tuple(leads_s))
    pieces = np.ceil(gaps / _LONGEST_STEP_S - 1e-9).astype(np.int64)
    return (gaps / pieces).astype(np.float32), pieces


def strips(rows: int, workers: int) -> list[tuple[int, int]]:
    """Share rows out in a few strips for each worker."""
    edges = np.linspace(0, rows, min(4 * workers, rows) + 1).astype(int).tolist()
    return list(pairwise(edges))
