# SPDX-License-Identifier: Apache-2.0
"""When fire may reach each cell of a raster: the least time over straight runs across cells (Finney)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import pairwise
from math import gcd
from types import ModuleType
from typing import Final

import numpy as np

from anshu.science.extra import library
from anshu.science.fire_spread.ellipse import length_to_width
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("均匀地面椭圆解析解", "两种可燃物折射（首波）解析解", "屏障绕行解析解"),
    valid_for="地表火；时段内风与含水率不变；不含飞火、树冠火、扑救；均匀地面离散误差：火头晚 1 % 以内、轮廓 0.6 格",
)
_NEAR: Final = 3
_RINGS: Final = (4, 5, 6, 7, 9, 11, 14, 18, 24)  # cells; finer bearings about the heading, where an ellipse is narrow
_ROUND: Final = 0.5  # eccentricity up to which the near bearings do
_FAN: Final = 2  # links to each side of the heading


@dataclass(frozen=True, slots=True)
class Ground:
    """How fire spreads in each cell of a raster, rows from north to south.

    Parameters
    ----------
    speed_m_s
        At the head; zero or NaN where nothing burns.
    heading_deg
        Bearing of the head.
    effective_wind_m_s
        Wind alone that would drive it so, which shapes the ellipse.
    cell_m
        Side of a cell.
    west_m, north_m
        Outer corner of the first cell, in metres of a projection.
    """

    speed_m_s: Array
    heading_deg: Array
    effective_wind_m_s: Array
    cell_m: float
    west_m: float = 0.0
    north_m: float = 0.0

    def cell_at(self, x_m: float, y_m: float) -> tuple[int, int]:
        """Find the row and column a place lies in.

        Raises
        ------
        Refusal
            `off_the_raster`.
        """
        row, column = int((self.north_m - y_m) // self.cell_m), int((x_m - self.west_m) // self.cell_m)
        rows, columns = self.speed_m_s.shape
        if not (0 <= row < rows and 0 <= column < columns):
            raise Refusal("off_the_raster", x_m=x_m, y_m=y_m)
        return row, column


def arrival_s(ground: Ground, ignition: Sequence[tuple[float, float]], *, horizon_s: float) -> Array:
    """Give the seconds after ignition at which fire may reach the middle of each cell, inf where not by the horizon.

    Fire runs straight from cell to cell; each metre towards u in a cell takes (1 - e cos γ)/(R(1 - e)), γ the angle
    between u and the heading; a run stops at what does not burn, also where two such cells touch by a corner. The time
    is the least over all chains of runs, found in order of arrival.

    Parameters
    ----------
    ignition
        Places (x, y) that burn from the start, taken to the middle of their cells.

    Raises
    ------
    Refusal
        `library_missing` without numba, `shapes_differ`, `off_the_raster`, `does_not_burn` where no ignition lies on
        fuel, `negative` speed, `not_positive` cell or horizon.

    References
    ----------
    Finney, M. A. (2002), Canadian Journal of Forest Research 32, 1420-1424 (minimum travel time); Dijkstra (1959).
    """
    require_positive(cell_m=ground.cell_m, horizon_s=horizon_s)
    fields, heading, narrow = _fields(ground)
    times = np.full(ground.speed_m_s.shape, np.inf)
    for x, y in ignition:
        row, column = ground.cell_at(x, y)
        if np.isfinite(fields[0][row, column]):
            times[row, column] = 0.0
    if not np.isfinite(times).any():
        raise Refusal("does_not_burn", places=len(ignition))
    links, near, rings = _links()
    metres = (*links[:4], links[4] * ground.cell_m, *links[5:])
    _kernels().arrivals(
        fields, metres, (near, _FAN, *rings, np.where(narrow.ravel(), _nearest(heading), -1)), times, float(horizon_s)
    )
    return times


def _fields(ground: Ground) -> tuple[tuple[Array, Array, Array], Array, np.ndarray]:
    """Turn speeds and headings into slowness and what the heading takes off it towards east and south."""
    given = (ground.speed_m_s, ground.heading_deg, ground.effective_wind_m_s)
    speed, heading, wind = (np.asarray(one, float) for one in given)
    if speed.ndim != 2 or not speed.shape == heading.shape == wind.shape:
        raise Refusal("shapes_differ", speed=speed.shape, heading=heading.shape, wind=wind.shape)
    if np.any(speed < 0):
        raise Refusal("negative", name="speed_m_s", value=float(np.nanmin(speed)))
    burns = (speed > 0) & np.isfinite(heading) & np.isfinite(wind)
    ratio = length_to_width(np.where(burns, wind, 0.0))
    eccentricity = np.sqrt(ratio**2 - 1) / ratio
    slowness = np.where(burns, 1 / (np.where(burns, speed, 1.0) * (1 - eccentricity)), np.inf)
    pull, bearing = np.where(burns, slowness, 0.0) * eccentricity, np.radians(np.where(burns, heading, 0.0))
    return (slowness, pull * np.sin(bearing), -pull * np.cos(bearing)), bearing, eccentricity > _ROUND


def _nearest(heading: Array) -> np.ndarray:
    """Find in each ring the link nearest to the heading of every cell."""
    found = [np.argmin(np.abs(_apart(_bearings(ring)[None], _TURN[:, None])), axis=1) for ring in _RINGS]
    sector = np.round(heading.ravel() / (2 * np.pi) * _TURN.size).astype(int) % _TURN.size
    return np.stack([nearest[sector] for nearest in found]).astype(np.int64)


_TURN: Final = np.linspace(0, 2 * np.pi, 1440, endpoint=False)


def _apart(one: Array, other: Array) -> Array:
    apart: Array = (one - other + np.pi) % (2 * np.pi) - np.pi
    return apart


def _around(ring: int) -> list[tuple[int, int]]:
    """List the offsets (row, column) of a square ring by bearing."""
    side = range(-ring, ring + 1)
    offsets = {(row, column) for row in side for column in side if max(abs(row), abs(column)) == ring}
    return sorted(offsets, key=lambda one: np.arctan2(one[1], -one[0]) % (2 * np.pi))


def _bearings(ring: int) -> Array:
    return np.array([np.arctan2(column, -row) for row, column in _around(ring)])


@cache
def _links() -> tuple[tuple[np.ndarray, ...], int, tuple[np.ndarray, np.ndarray]]:
    """List near links and rings: offsets, unit vectors (east, south), cells crossed, lengths, corners touched."""
    side = range(-_NEAR, _NEAR + 1)
    near = [(row, column) for row in side for column in side if gcd(row, column) == 1]
    rings = [_around(ring) for ring in _RINGS]
    offsets = [*near, *(offset for ring in rings for offset in ring)]
    crossings, corners = zip(*(_crossing(*offset) for offset in offsets), strict=True)
    units = np.array([(column, row) for row, column in offsets]) / np.hypot(*np.array(offsets).T)[:, None]
    first = len(near) + np.cumsum([0, *(len(ring) for ring in rings[:-1])])
    links = (
        np.array(offsets),
        units,
        np.cumsum([0, *(len(one) for one in crossings)]),
        np.array([cell[:2] for one in crossings for cell in one], np.int64),
        np.array([cell[2] for one in crossings for cell in one]),
        np.cumsum([0, *(len(one) for one in corners)]),
        np.array([pair for one in corners for pair in one], np.int64).reshape(-1, 4),
    )
    return links, len(near), (first, np.array([len(ring) for ring in rings]))


def _crossing(row: int, column: int) -> tuple[list[tuple[int, int, float]], list[tuple[int, int, int, int]]]:
    """Follow a run from middle to middle: cells crossed, lengths in cells, and pairs touching at a corner."""
    length = float(np.hypot(row, column))
    cuts = {(2 * step + 1) / (2 * abs(count)) for count in (row, column) for step in range(abs(count))}
    edges = [0.0, *sorted({round(cut, 9) for cut in cuts}), 1.0]
    cells = []
    for begin, end in pairwise(edges):
        middle = (begin + end) / 2
        cells.append((int(np.floor(row * middle + 0.5)), int(np.floor(column * middle + 0.5)), (end - begin) * length))
    pairs = [
        (one[0], other[1], other[0], one[1])
        for one, other in pairwise(cells)
        if one[0] != other[0] and one[1] != other[1]
    ]
    return cells, pairs


@cache
def _kernels() -> ModuleType:
    library("numba")
    return import_module("anshu.science.fire_spread.travel_time_kernels")
