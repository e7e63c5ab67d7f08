# SPDX-License-Identifier: Apache-2.0
"""What gauges measured over one accumulation, placed in a field's plane and paired with its cells."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.rainfall.grid import Grid
from anshu.science.standing import Refusal
from anshu.science.units import Array

# Pairs of cell and gauge held at once: keeps a large field within some tens of megabytes.
_PAIRS_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """Points in the plane of a grid with one amount each, in the grid's unit; NaN missing."""

    x: Array
    y: Array
    value: Array

    def __post_init__(self) -> None:
        if not (self.x.ndim == 1 and self.x.shape == self.y.shape == self.value.shape):
            raise Refusal("shapes_differ", x=self.x.shape, y=self.y.shape, value=self.value.shape)

    def __len__(self) -> int:
        return self.x.size

    def known(self) -> "Observed":
        """Leave out the missing ones."""
        return self.where(~np.isnan(self.value))

    def where(self, kept: NDArray[np.bool_]) -> "Observed":
        """Keep some of the points."""
        return Observed(self.x[kept], self.y[kept], self.value[kept])

    def with_values(self, value: ArrayLike) -> "Observed":
        """Put other values on the same points."""
        return replace(self, value=np.asarray(value, float))


def from_lonlat(grid: Grid, longitude: ArrayLike, latitude: ArrayLike, value: ArrayLike) -> Observed:
    """Place WGS-84 points in the plane of a grid."""
    x, y = grid.project(longitude, latitude)
    return Observed(x, y, np.asarray(value, float))


def paired(radar: Grid, observed: Observed) -> tuple[Observed, Array]:
    """Keep the points where both gauge and radar are known, with the radar's value under each."""
    under = radar.at(observed.x, observed.y)
    both = ~(np.isnan(observed.value) | np.isnan(under))
    return observed.where(both), under[both]


def parts(cells: int, points: int) -> Iterator[slice]:
    """Cut cells into runs that fit in memory together with every point."""
    size = max(1, _PAIRS_AT_ONCE // max(points, 1))
    return (slice(start, min(start + size, cells)) for start in range(0, cells, size))
