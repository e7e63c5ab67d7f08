# SPDX-License-Identifier: Apache-2.0
"""The role × capability matrix, read once from matrix.csv (actors.md §6, normalised).

A cell holds blank-separated parts `<rights>:<reach>`, such as `CU:t R:c`. The two right-most columns are the
security and audit administrators.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from anshu.kernel.access.choices import Capability, Reach, Right, Role

Cell = tuple[tuple[frozenset[Right], Reach], ...]


@cache
def matrix() -> Mapping[tuple[Role, Capability], Cell]:
    """This will give every non-empty cell of the matrix."""
    cells: dict[tuple[Role, Capability], Cell] = {}
    with (Path(__file__).parent / "matrix.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            capability = Capability(row.pop("capability"))
            for role, text in row.items():
                if text:
                    cells[Role(role), capability] = tuple(_part(part) for part in text.split())
    return cells


def _part(text: str) -> tuple[frozenset[Right], Reach]:
    letters, reach = text.split(":")
    return frozenset(Right(letter) for letter in letters) | {Right.READ}, Reach(reach)


def reaches(role: Role, capability: Capability, right: Right) -> tuple[Reach, ...]:
    """This will tell how far the right goes for the role; empty when it has none."""
    return tuple(reach for rights, reach in matrix().get((role, capability), ()) if right in rights)
