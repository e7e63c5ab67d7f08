# SPDX-License-Identifier: Apache-2.0
"""Compiled inner loops of `ensemble` and `sprog`; imported on first use, because numba is an extra."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from anshu.science.nowcast.advection_kernels import value_at

Field = NDArray[np.float32]
Spectrum = NDArray[np.complex64]
_BINS = 4096


@njit(cache=True, nogil=True)
def evolve(now: Spectrum, before: Spectrum, coefficients: tuple[Field, Field, Field], noise: Spectrum) -> None:
    """Take one step of the autoregression, in place."""
    lag1, lag2, shock = coefficients
    for i in range(now.shape[0]):
        for j in range(now.shape[1]):
            following = lag1[i, j] * now[i, j] + lag2[i, j] * before[i, j] + shock[i, j] * noise[i, j]
            before[i, j] = now[i, j]
            now[i, j] = following


@njit(cache=True, nogil=True)
def allow(distance: Field, reach: float, rim: float, out: Field) -> None:
    """Let rain stand within a reach of where it rained, and less and less across the rim; NaN stays NaN."""
    for i in range(distance.shape[0]):
        for j in range(distance.shape[1]):
            out[i, j] = min(max(1.0 - (distance[i, j] - reach) / rim, 0.0), 1.0)
            if distance[i, j] != distance[i, j]:
                out[i, j] = np.nan


@njit(cache=True, nogil=True)
def match(pattern: Field, allowed: Field, ascending: Field, out: Field) -> None:
    """Hand the ascending amounts out by rank among the cells that are known."""
    low, high = _range(pattern, allowed)
    if not high > low:
        out[:] = allowed * np.float32(0.0)
        return
    edges = _edges(pattern, allowed, (low, np.float32(_BINS - 1e-2) / (high - low)), ascending, out)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            place = out[i, j]
            if place > 0:
                # Cells within a bin lie straight between its edges.
                k = int(place)
                out[i, j] = edges[k] + (place - np.float32(k)) * (edges[k + 1] - edges[k])


@njit(cache=True, nogil=True)
def _range(pattern: Field, allowed: Field) -> tuple[Any, Any]:
    """Find the lowest and highest value among known cells."""
    low, high = np.float32(np.inf), np.float32(-np.inf)
    for i in range(allowed.shape[0]):
        for j in range(allowed.shape[1]):
            if allowed[i, j] == allowed[i, j]:
                low, high = min(low, pattern[i, j]), max(high, pattern[i, j])
    return low, high


@njit(cache=True, nogil=True)
def _edges(pattern: Field, allowed: Field, scale: tuple[Any, Any], ascending: Field, places: Field) -> Field:
    """Find the amount that belongs to each bin's edge, and note each cell's place among the bins."""
    counts = np.zeros(_BINS + 1, np.int64)
    dry = 0
    for i in range(allowed.shape[0]):
        for j in range(allowed.shape[1]):
            place = (pattern[i, j] - scale[0]) * allowed[i, j] * scale[1]
            places[i, j] = place
            if place > 0:
                counts[int(place) + 1] += 1
            elif place == 0:
                dry += 1
    edges = np.zeros(_BINS + 1, np.float32)
    rank = dry
    for k in range(_BINS + 1):
        rank += counts[k]
        edges[k] = ascending[min(rank, ascending.size - 1)]
    return edges


@njit(cache=True, nogil=True)
def place(field: Field, path: Field, along: float, across: float, out: Field) -> None:
    """Read a field at each cell's origin, lengthened by `along` cells and turned aside by `across`.

    `path[row, column, (x, y)]` leads from a cell to where its rain was at the start.
    """
    a, b = np.float32(along), np.float32(across)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            x, y = path[i, j, 0], path[i, j, 1]
            length = np.sqrt(x * x + y * y)
            if length > np.float32(1e-6):
                ex, ey = x / length, y / length
                x, y = x + a * ex - b * ey, y + a * ey + b * ex
            out[i, j] = value_at(field, np.float32(i) + y, np.float32(j) + x)
