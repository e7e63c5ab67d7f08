# SPDX-License-Identifier: Apache-2.0
"""Clearance time along one road: the way whose length and narrowest place together let everyone through soonest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.extra import library
from anshu.science.standing import Refusal, Standing, require_positive

STANDING: Final = Standing(
    verified_by=("小例逐路穷举",),
    valid_for="单一路线的下限估计：通行能力为实测或设计值，车流不断、不计拥堵波和出发准备时间",
)


@dataclass(frozen=True, slots=True)
class Route:
    """The quickest path by nodes, its travel time, its narrowest capacity and the time until the last has arrived."""

    nodes: tuple[int, ...]
    travel_min: float
    persons_min: float
    clearance_min: float


def quickest_path(
    edges: ArrayLike, minutes: ArrayLike, persons_min: ArrayLike, *, people: float, origin: int, destination: int
) -> Route | None:
    """Find the one road that clears a number of persons soonest, T = Σ τ + N/min c; None where no road leads.

    Parameters
    ----------
    edges
        From and to node number of each one-way edge.
    minutes
        Travel time of each edge.
    persons_min
        Persons a minute that each edge lets through.
    people
        Persons to move.

    Raises
    ------
    Refusal
        `not_positive` without persons, `shapes_differ`, `negative`, `library_missing` without scipy.

    References
    ----------
    Chen, Y. L. and Chin, Y. H. (1990), Computers & Operations Research 17, 153-161: the shortest path is sought once
    for each capacity, over the edges that have at least that much.
    """
    require_positive(people=people)
    ends = np.asarray(edges, int).reshape(-1, 2)
    times, capacity = np.asarray(minutes, float), np.asarray(persons_min, float)
    if not len(ends) == times.size == capacity.size:
        raise Refusal("shapes_differ", edges=len(ends), minutes=times.size, persons_min=capacity.size)
    for name, values in (("minutes", times), ("persons_min", capacity)):
        if not np.all(values >= 0):
            raise Refusal("negative", name=name, value=float(values.min()))
    best: Route | None = None
    for least in np.unique(capacity[capacity > 0]):
        wide = capacity >= least
        route = _shortest(ends[wide], times[wide], float(least), people=people, way=(origin, destination))
        if route is not None and (best is None or route.clearance_min < best.clearance_min):
            best = route
    return best


def _shortest(
    ends: np.ndarray, times: np.ndarray, least: float, *, people: float, way: tuple[int, int]
) -> Route | None:
    origin, destination = way
    order = np.lexsort((times, ends[:, 1], ends[:, 0]))
    _, first = np.unique(ends[order], axis=0, return_index=True)
    ends, times = ends[order][first], times[order][first]
    size = max(int(ends.max()), origin, destination) + 1
    graph = library("scipy.sparse").csr_array((times, (ends[:, 0], ends[:, 1])), shape=(size, size))
    found, before = library("scipy.sparse.csgraph").dijkstra(graph, indices=origin, return_predecessors=True)
    if not np.isfinite(found[destination]):
        return None
    nodes = [destination]
    while nodes[-1] != origin:
        nodes.append(int(before[nodes[-1]]))
    travel = float(found[destination])
    # The path may be wider than asked for; its own clearance then comes up at that capacity.
    return Route(tuple(nodes[::-1]), travel, least, travel + people / least)
