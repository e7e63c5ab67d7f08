# SPDX-License-Identifier: Apache-2.0
"""Dated tables of grades: which band owns a boundary is said, never implied."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anshu.science.standing import Refusal


@dataclass(frozen=True, slots=True)
class Grade:
    """One step of a scale: a stable code, its rank (higher is worse) and the source's own term."""

    code: str
    rank: int
    term: str


@dataclass(frozen=True, slots=True)
class Bands:
    """Grades parted by ascending edges, as one edition of one source lays them down.

    Parameters
    ----------
    source
        Standard or decree with its number and clause.
    edges
        Ascending boundaries, one fewer than the grades.
    grades
        From the lowest band to the highest.
    edge_belongs_above
        Whether a value equal to an edge falls in the band above it ("以上含本数") or below.
    since, until
        First day in force and first day no longer in force; None where unknown or open.
    """

    source: str
    edges: tuple[float, ...]
    grades: tuple[Grade, ...]
    edge_belongs_above: bool = True
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if len(self.grades) != len(self.edges) + 1 or list(self.edges) != sorted(set(self.edges)):
            raise Refusal("bands_malformed", source=self.source)

    def grade(self, value: float) -> Grade | None:
        """Grade one value; None where the value is missing (NaN)."""
        if math.isnan(value):
            return None
        find = bisect_right if self.edge_belongs_above else bisect_left
        return self.grades[find(self.edges, value)]

    def holds_on(self, day: date) -> bool:
        """Tell whether this edition is in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def in_force(editions: Sequence[Bands], day: date) -> Bands:
    """Find the edition in force on a day.

    Raises
    ------
    Refusal
        `no_edition_in_force` where none, or more than one, holds.
    """
    holding = [edition for edition in editions if edition.holds_on(day)]
    if len(holding) != 1:
        raise Refusal("no_edition_in_force", day=day.isoformat(), found=len(holding))
    return holding[0]


def worst(grades: Sequence[Grade | None]) -> Grade | None:
    """Pick the worst of several grades; missing ones do not count."""
    known = [grade for grade in grades if grade is not None]
    return max(known, key=lambda grade: grade.rank, default=None)
