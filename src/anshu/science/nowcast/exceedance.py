# SPDX-License-Identifier: Apache-2.0
"""How likely a village is to see a given rain, and how the chance grows or fades with the lead."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("4 次雷达过程可靠性图（bin/bench nowcast）",),
    valid_for="等权成员；面上取最大（短时强度）或平均（累计雨量）；成员缺测不计，过半缺测则为缺测",
)

Field = NDArray[np.float32]
# A village of which less than this is seen by the radar has no number.
_LEAST_COVERED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Areas:
    """Named lists of cells of one grid, such as villages.

    Parameters
    ----------
    names
        What each area is called, such as its division code.
    cells
        Flat cell numbers of all areas, one after the other.
    starts
        Where each area's cells begin; one more entry than names, the last their number.
    """

    names: tuple[str, ...]
    cells: NDArray[np.int64]
    starts: NDArray[np.int64]

    @classmethod
    def of_masks(cls, masks: Mapping[str, ArrayLike]) -> "Areas":
        """Take areas given as masks over the grid.

        Raises
        ------
        Refusal
            `area_without_cells` naming the areas that hold no cell.
        """
        lists = {name: np.flatnonzero(np.asarray(mask, bool)) for name, mask in masks.items()}
        return cls._of_lists(lists)

    @classmethod
    def of_polygons(
        cls, rings: Mapping[str, ArrayLike], *, shape: tuple[int, int], corner_m: tuple[float, float], cell_m: float
    ) -> "Areas":
        """Take areas given as closed rings of (x, y) in metres; an area smaller than a cell takes the one it lies in.

        Parameters
        ----------
        shape
            Rows and columns of the grid, northern row first.
        corner_m
            x and y of the grid's north-western corner.
        """
        lists = {name: _inside(np.asarray(ring, float), shape, corner_m, cell_m) for name, ring in rings.items()}
        return cls._of_lists(lists)

    @classmethod
    def _of_lists(cls, lists: Mapping[str, NDArray[np.int64]]) -> "Areas":
        empty = [name for name, cells in lists.items() if cells.size == 0]
        if empty or not lists:
            raise Refusal("area_without_cells", names=empty)
        starts = np.cumsum([0, *(cells.size for cells in lists.values())])
        return cls(tuple(lists), np.concatenate(list(lists.values())), starts.astype(np.int64))

    def largest(self, fields: ArrayLike) -> Field:
        """Take the largest value in each area; shape (…, areas) from (…, rows, columns)."""
        values = self._values(fields)
        low = np.where(np.isnan(values), np.float32(-np.inf), values)
        found: Field = np.maximum.reduceat(low, self.starts[:-1], axis=-1)
        return np.where(self._covered(values), found, np.float32(np.nan))

    def mean(self, fields: ArrayLike) -> Field:
        """Take the mean of the known cells of each area."""
        values = self._values(fields)
        total = np.add.reduceat(np.nan_to_num(values), self.starts[:-1], axis=-1)
        count = np.add.reduceat(np.isfinite(values).astype(np.float32), self.starts[:-1], axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            average = total / count
        return np.where(self._covered(values), average, np.float32(np.nan))

    def _values(self, fields: ArrayLike) -> Field:
        given = np.asarray(fields, np.float32)
        return given.reshape(*given.shape[:-2], -1)[..., self.cells]

    def _covered(self, values: Field) -> NDArray[np.bool_]:
        known = np.add.reduceat(np.isfinite(values).astype(np.float32), self.starts[:-1], axis=-1)
        return known >= _LEAST_COVERED * np.diff(self.starts)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the members say of each area, shapes (thresholds, leads, areas) and (leads, areas).

    Parameters
    ----------
    probability
        Share of members at or above each threshold; NaN where half the members or more know nothing.
    median_mm_h, high_mm_h
        Middle and 90th percentile of the members: how far apart they are is the error to expect.
    """

    probability: Field
    median_mm_h: Field
    high_mm_h: Field


def outlook(members: Iterable[ArrayLike], areas: Areas, *, thresholds_mm_h: Sequence[float]) -> Outlook:
    """Judge the strongest rain in each area, member by member, so that futures need not be held at once.

    Parameters
    ----------
    members
        Each of shape (leads, rows, columns), as `futures` yields them or as `ensemble` stacks them.
    """
    if not thresholds_mm_h:
        raise Refusal("no_thresholds")
    strongest = np.stack([areas.largest(member) for member in members])
    return Outlook(
        probability=np.stack([exceedance(strongest, threshold=threshold) for threshold in thresholds_mm_h]),
        median_mm_h=_quantile(strongest, 0.5),
        high_mm_h=_quantile(strongest, 0.9),
    )


def exceedance(members: ArrayLike, *, threshold: float) -> Field:
    """Give the share of members at or above a threshold; NaN where half of them or more are missing."""
    values = np.asarray(members, np.float32)
    known = np.isfinite(values).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (values >= threshold).sum(axis=0, dtype=np.float32) / known
    return np.where(2 * known > values.shape[0], share, np.float32(np.nan)).astype(np.float32)


def _quantile(values: Field, share: float) -> Field:
    """Take a quantile of the known members where more than half are known."""
    enough = 2 * np.isfinite(values).sum(axis=0) > values.shape[0]
    found = np.full(values.shape[1:], np.nan, np.float32)
    if enough.any():
        found[enough] = np.nanquantile(values[:, enough], share, axis=0)
    return found


def _inside(
    ring: NDArray[np.float64], shape: tuple[int, int], corner_m: tuple[float, float], cell_m: float
) -> NDArray[np.int64]:
    """List the cells whose centre lies within a ring, by counting its crossings of each row (even-odd)."""
    columns = (ring[:, 0] - corner_m[0]) / cell_m - 0.5
    rows = (corner_m[1] - ring[:, 1]) / cell_m - 0.5
    ends = np.roll(columns, -1), np.roll(rows, -1)
    found: list[int] = []
    for row in range(max(int(np.ceil(rows.min())), 0), min(int(np.floor(rows.max())), shape[0] - 1) + 1):
        crossing = (rows <= row) != (ends[1] <= row)
        part = (row - rows[crossing]) / (ends[1][crossing] - rows[crossing])
        at = np.sort(columns[crossing] + part * (ends[0][crossing] - columns[crossing]))
        for left, right in at.reshape(-1, 2):
            first, last = max(int(np.ceil(left)), 0), min(int(np.floor(right)), shape[1] - 1)
            found.extend(row * shape[1] + column for column in range(first, last + 1))
    row, column = round(float(rows.mean())), round(float(columns.mean()))
    if not found and 0 <= row < shape[0] and 0 <= column < shape[1]:
        found = [row * shape[1] + column]
    return np.array(found, np.int64)
