# SPDX-License-Identifier: Apache-2.0
"""Compiled inner loops of `advection`; imported on first use, because numba is an extra."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Field = NDArray[np.float32]


@njit(cache=True, nogil=True, fastmath=True)
def _wind_at(wind: Field, y: Any, x: Any) -> tuple[Any, Any]:
    """Read the two parts of a wind at a fractional index, holding the border value outside."""
    rows, columns = wind.shape[0], wind.shape[1]
    y = min(max(y, np.float32(0.0)), np.float32(rows - 1))
    x = min(max(x, np.float32(0.0)), np.float32(columns - 1))
    i, j = min(int(y), rows - 2), min(int(x), columns - 2)
    fy, fx = y - np.float32(i), x - np.float32(j)
    a, b = (np.float32(1.0) - fy) * (np.float32(1.0) - fx), (np.float32(1.0) - fy) * fx
    c, d = fy * (np.float32(1.0) - fx), fy * fx
    u = a * wind[i, j, 0] + b * wind[i, j + 1, 0] + c * wind[i + 1, j, 0] + d * wind[i + 1, j + 1, 0]
    v = a * wind[i, j, 1] + b * wind[i, j + 1, 1] + c * wind[i + 1, j, 1] + d * wind[i + 1, j + 1, 1]
    return u, v


@njit(cache=True, nogil=True)
def value_at(field: Field, y: Any, x: Any) -> Any:
    """Read a field between cells; missing outside, and where the known corners hold less than half the weight."""
    rows, columns = field.shape
    if not (y >= 0 and x >= 0 and y <= rows - 1 and x <= columns - 1):
        return np.float32(np.nan)
    i, j = min(int(y), rows - 2), min(int(x), columns - 2)
    fy, fx = y - np.float32(i), x - np.float32(j)
    f00, f01, f10, f11 = field[i, j], field[i, j + 1], field[i + 1, j], field[i + 1, j + 1]
    top, low = f00 + fx * (f01 - f00), f10 + fx * (f11 - f10)
    value = top + fy * (low - top)
    if value == value:
        return value
    total, weight = np.float32(0.0), np.float32(0.0)
    one = np.float32(1.0)
    if f00 == f00:
        total, weight = total + (one - fy) * (one - fx) * f00, weight + (one - fy) * (one - fx)
    if f01 == f01:
        total, weight = total + (one - fy) * fx * f01, weight + (one - fy) * fx
    if f10 == f10:
        total, weight = total + fy * (one - fx) * f10, weight + fy * (one - fx)
    if f11 == f11:
        total, weight = total + fy * fx * f11, weight + fy * fx
    return total / weight if weight >= np.float32(0.5) else np.float32(np.nan)


@njit(cache=True, nogil=True)
def advect(
    field: Field, wind: Field, spans: Field, pieces: NDArray[np.int64], out: Field, since: int, until: int
) -> None:
    """Follow each cell of rows `since` to `until` back through a steady wind and read the field at every lead.

    `wind[row, column, (u, v)]` is in cells a second; lead k is `pieces[k]` steps of `spans[k]` seconds after the one
    before it; `out[k, row, column]` is filled.
    """
    half = np.float32(0.5)
    for i in range(since, until):
        for j in range(field.shape[1]):
            y: Any = np.float32(i)
            x: Any = np.float32(j)
            u, v = _wind_at(wind, y, x)
            for k in range(spans.size):
                span = spans[k]
                for _ in range(pieces[k]):
                    # The last piece's wind leads to the middle of this one, as good as asking again where it begins.
                    u, v = _wind_at(wind, y - half * span * v, x - half * span * u)
                    y, x = y - span * v, x - span * u
                out[k, i, j] = value_at(field, y, x)


@njit(cache=True, nogil=True)
def trace(wind: Field, spans: Field, pieces: NDArray[np.int64], out: Field, since: int, until: int) -> None:
    """Follow cells back as `advect` does and keep where each came from: `out[lead, row, column, (x, y)]` in cells."""
    half = np.float32(0.5)
    for i in range(since, until):
        for j in range(wind.shape[1]):
            y: Any = np.float32(i)
            x: Any = np.float32(j)
            u, v = _wind_at(wind, y, x)
            for k in range(spans.size):
                span = spans[k]
                for _ in range(pieces[k]):
                    u, v = _wind_at(wind, y - half * span * v, x - half * span * u)
                    y, x = y - span * v, x - span * u
                out[k, i, j, 0] = x - np.float32(j)
                out[k, i, j, 1] = y - np.float32(i)
