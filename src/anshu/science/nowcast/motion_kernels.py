# SPDX-License-Identifier: Apache-2.0
"""Compiled inner loops of `motion`; imported on first use, because numba is an extra."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Field = NDArray[np.float32]


@njit(cache=True, nogil=True)
def halve(field: Field, known: Field) -> tuple[Field, Field]:
    """Average 2×2 cells into one, counting known cells only; `known` is the share of them."""
    rows, columns = (field.shape[0] + 1) // 2, (field.shape[1] + 1) // 2
    smaller = np.zeros((rows, columns), np.float32)
    share = np.zeros((rows, columns), np.float32)
    for i in range(rows):
        for j in range(columns):
            total = np.float32(0.0)
            weight = np.float32(0.0)
            for y in range(2 * i, min(2 * i + 2, field.shape[0])):
                for x in range(2 * j, min(2 * j + 2, field.shape[1])):
                    total += known[y, x] * field[y, x]
                    weight += known[y, x]
            if weight > 0:
                smaller[i, j] = total / weight
            share[i, j] = weight * np.float32(0.25)
    return smaller, share


@njit(cache=True, nogil=True)
def smooth(field: Field, known: Field) -> Field:
    """Average with the binomial weights 1-4-6-4-1 along both axes, counting known cells only."""
    rows, columns = field.shape
    w0, w1, w2 = np.float32(0.375), np.float32(0.25), np.float32(0.0625)
    tall = np.empty_like(field)
    weight = np.empty_like(field)
    out = np.empty_like(field)
    for i in range(rows):
        a, b, c, d = max(i - 2, 0), max(i - 1, 0), min(i + 1, rows - 1), min(i + 2, rows - 1)
        for j in range(columns):
            ka, kb, k, kc, kd = known[a, j], known[b, j], known[i, j], known[c, j], known[d, j]
            weight[i, j] = w0 * k + w1 * (kb + kc) + w2 * (ka + kd)
            tall[i, j] = (
                w0 * k * field[i, j]
                + w1 * (kb * field[b, j] + kc * field[c, j])
                + w2 * (ka * field[a, j] + kd * field[d, j])
            )
    for i in range(rows):
        for j in range(columns):
            a, b, c, d = max(j - 2, 0), max(j - 1, 0), min(j + 1, columns - 1), min(j + 2, columns - 1)
            share = w0 * weight[i, j] + w1 * (weight[i, b] + weight[i, c]) + w2 * (weight[i, a] + weight[i, d])
            total = w0 * tall[i, j] + w1 * (tall[i, b] + tall[i, c]) + w2 * (tall[i, a] + tall[i, d])
            out[i, j] = total / share if share > 0 else field[i, j]
    return out


@njit(cache=True, nogil=True, inline="always")
def _between(nodes: Field, y: Any, x: Any) -> Any:
    """Read a grid at a fractional index between the nodes, holding the border value outside."""
    rows, columns = nodes.shape
    y = min(max(y, 0.0), rows - 1.0)
    x = min(max(x, 0.0), columns - 1.0)
    i = min(int(y), rows - 2) if rows > 1 else 0
    j = min(int(x), columns - 2) if columns > 1 else 0
    di, dj = min(i + 1, rows - 1), min(j + 1, columns - 1)
    fy, fx = np.float32(y - i), np.float32(x - j)
    top = nodes[i, j] + fx * (nodes[i, dj] - nodes[i, j])
    low = nodes[di, j] + fx * (nodes[di, dj] - nodes[di, j])
    return top + fy * (low - top)


@njit(cache=True, nogil=True)
def spread(nodes: Field, shape: tuple[int, int], block: float) -> Field:
    """Interpolate a grid of block centres to every cell."""
    out = np.empty(shape, np.float32)
    for i in range(shape[0]):
        for j in range(shape[1]):
            out[i, j] = _between(nodes, (i + 0.5) / block - 0.5, (j + 0.5) / block - 0.5)
    return out


@njit(cache=True, nogil=True)
def compare(
    first: tuple[Field, Field], second: tuple[Field, Field], u: Field, v: Field, block: int
) -> tuple[Field, Field, Field]:
    """Move two fields half the displacement towards each other; give mean, difference and whether both are known.

    The displacement nodes are in cells of this level of the pyramid.
    """
    rows, columns = first[0].shape
    mean = np.zeros((rows, columns), np.float32)
    change = np.zeros((rows, columns), np.float32)
    both = np.zeros((rows, columns), np.float32)
    for i in range(rows):
        for j in range(columns):
            y, x = (i + 0.5) / block - 0.5, (j + 0.5) / block - 0.5
            half_u, half_v = 0.5 * _between(u, y, x), 0.5 * _between(v, y, x)
            y0, x0, y1, x1 = i - half_v, j - half_u, i + half_v, j + half_u
            if min(y0, y1, x0, x1) < 0 or max(y0, y1) > rows - 1 or max(x0, x1) > columns - 1:
                continue
            sure = min(
                first[1][int(y0 + 0.5), int(x0 + 0.5)],
                second[1][int(y1 + 0.5), int(x1 + 0.5)],
            )
            before, after = _between(first[0], y0, x0), _between(second[0], y1, x1)
            mean[i, j] = 0.5 * (before + after)
            change[i, j] = after - before
            both[i, j] = sure
    return mean, change, both


@njit(cache=True, nogil=True)
def gather(mean: Field, change: Field, both: Field, block: int, scale: float, out: Field) -> None:
    """Add up, by block, the normal equations of least squares in `out[..., xx, xy, yy, xt, yt]`.

    A cell whose brightness changed more than `scale` beyond what motion explains counts less (rain grew or died there).
    """
    rows, columns = mean.shape
    for i in range(1, rows - 1):
        for j in range(1, columns - 1):
            if min(both[i, j], both[i - 1, j], both[i + 1, j], both[i, j - 1], both[i, j + 1]) < 0.99:
                continue
            gx = np.float32(0.5) * (mean[i, j + 1] - mean[i, j - 1])
            gy = np.float32(0.5) * (mean[i + 1, j] - mean[i - 1, j])
            if gx == 0 and gy == 0:
                continue
            ratio = change[i, j] / scale
            weight = np.float32(1.0 / (1.0 + ratio * ratio))
            cell = out[i // block, j // block]
            cell[0] += weight * gx * gx
            cell[1] += weight * gx * gy
            cell[2] += weight * gy * gy
            cell[3] += weight * gx * change[i, j]
            cell[4] += weight * gy * change[i, j]


@njit(cache=True, nogil=True)
def relax(sums: Field, u: Field, v: Field, stiffness: float, rounds: int) -> None:
    """Solve in place, by over-relaxation, each block's least squares plus `stiffness` × the neighbours' difference."""
    rows, columns = u.shape
    u0, v0 = u.copy(), v.copy()
    over = np.float32(1.7)
    for _ in range(rounds):
        for i in range(rows):
            for j in range(columns):
                su, sv, near = np.float32(0.0), np.float32(0.0), 0
                if i > 0:
                    su, sv, near = su + u[i - 1, j], sv + v[i - 1, j], near + 1
                if i + 1 < rows:
                    su, sv, near = su + u[i + 1, j], sv + v[i + 1, j], near + 1
                if j > 0:
                    su, sv, near = su + u[i, j - 1], sv + v[i, j - 1], near + 1
                if j + 1 < columns:
                    su, sv, near = su + u[i, j + 1], sv + v[i, j + 1], near + 1
                xx, xy, yy = sums[i, j, 0], sums[i, j, 1], sums[i, j, 2]
                # The equations are linear about the displacement the fields were compared with.
                right_u = xx * u0[i, j] + xy * v0[i, j] - sums[i, j, 3] + stiffness * su
                right_v = xy * u0[i, j] + yy * v0[i, j] - sums[i, j, 4] + stiffness * sv
                a, c = xx + stiffness * near, yy + stiffness * near
                det = a * c - xy * xy
                if det > 0:
                    u[i, j] += over * ((c * right_u - xy * right_v) / det - u[i, j])
                    v[i, j] += over * ((a * right_v - xy * right_u) / det - v[i, j])
