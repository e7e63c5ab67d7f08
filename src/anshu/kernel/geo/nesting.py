# SPDX-License-Identifier: Apache-2.0
"""Do imported divisions lie in the one above, and beside each other without overlap?"""

from collections.abc import Iterable, Mapping, Sequence

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from anshu.kernel.geo.boundaries import Boundary
from anshu.kernel.geo.distance import area_m2
from anshu.kernel.geo.problems import Problem


def nesting_problems(
    children: Iterable[Boundary], parents: Mapping[str, BaseGeometry], *, most_outside: float = 0.01
) -> list[Problem]:
    """This will list the divisions that reach out of the one above by more than a share of their area.

    `parents` maps codes of the level above to shapes; a village looks for its first nine digits, a township for six, a
    grid cell for twelve.
    """
    return [problem for child in children if (problem := _nesting_problem(child, parents, most_outside))]


def parent_code_of(code: str) -> str:
    """This will give the code of the division above: the national coding rule (GB/T 10114)."""
    if len(code) == 15:
        return code[:12]
    digits = 9 if not code.endswith("000") else 6
    return code[:digits].ljust(12, "0")


def overlap_problems(boundaries: Sequence[Boundary], *, most_m2: float = 1_000.0) -> list[Problem]:
    """This will list the pairs of divisions that claim more than `most_m2` of the same ground."""
    shapes = [one.geometry for one in boundaries]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    problems = []
    for one, other in sorted((int(one), int(other)) for one, other in pairs if one < other):
        shared = area_m2(_area_only(shapes[one].intersection(shapes[other])))
        if shared > most_m2:
            params = {"code": boundaries[one].code, "other": boundaries[other].code, "area_m2": round(shared)}
            problems.append(Problem("overlap", params))
    return problems


def _nesting_problem(child: Boundary, parents: Mapping[str, BaseGeometry], most: float) -> Problem | None:
    parent = parent_code_of(child.code)
    params: dict[str, object] = {"code": child.code, "name": child.name, "parent": parent}
    if parent not in parents:
        return Problem("parent_missing", params)
    outside = child.geometry.difference(parents[parent]).area / child.geometry.area
    return Problem("outside_parent", {**params, "share": outside * 100}) if outside > most else None


def _area_only(shape: BaseGeometry) -> BaseGeometry:
    """This will drop the points and lines of an intersection."""
    return MultiPolygon([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])
