# SPDX-License-Identifier: Apache-2.0
"""Shortest driving times over a road graph with roads closed; what cannot be reached is named."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from anshu.science.extra import library
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("小例 Floyd–Warshall 逐对",),
    valid_for="路段行程时间已知且不随流量变化；路段按直线或给定线形判断是否被封闭区截断；转向限制不计",
)
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Roads:
    """A road graph: nodes in metres of one projection, edges between them by node number.

    Parameters
    ----------
    node_xy
        East and north of each node, metres.
    edges
        Two node numbers an edge.
    minutes
        Driving time of each edge.
    edge_ids
        Names of the edges; their order number unless given.
    both_ways
        Whether each edge may be driven back, one value or one an edge.
    lines
        Shape of each edge for closures; straight between its nodes unless given.
    """

    node_xy: ArrayLike
    edges: ArrayLike
    minutes: ArrayLike
    edge_ids: Sequence[Hashable] | None = None
    both_ways: ArrayLike = True
    lines: Sequence[shapely.LineString] | None = None

    def names(self) -> list[Hashable]:
        """Give the name of each edge."""
        return list(range(np.asarray(self.minutes).size)) if self.edge_ids is None else list(self.edge_ids)

    def checked(self) -> tuple[Array, Places, Array, NDArray[np.bool_]]:
        """Give nodes, edges, minutes and whether each edge goes both ways, as arrays.

        Raises
        ------
        Refusal
            `shapes_differ`, `unknown_node` for an edge that ends nowhere, `edge_time_missing` naming edges whose time
            is missing or below zero.
        """
        nodes = np.asarray(self.node_xy, float).reshape(-1, 2)
        edges, minutes = np.asarray(self.edges, int).reshape(-1, 2), np.atleast_1d(np.asarray(self.minutes, float))
        names = self.names()
        if not len(edges) == minutes.size == len(names):
            raise Refusal("shapes_differ", edges=len(edges), minutes=minutes.size, edge_ids=len(names))
        astray = np.flatnonzero(((edges < 0) | (edges >= len(nodes))).any(axis=1))
        if astray.size:
            raise Refusal("unknown_node", edges=tuple(names[one] for one in astray))
        untimed = np.flatnonzero(~(minutes >= 0) | np.isinf(minutes))
        if untimed.size:
            raise Refusal("edge_time_missing", edges=tuple(names[one] for one in untimed))
        return nodes, edges, minutes, np.broadcast_to(np.asarray(self.both_ways, bool), minutes.shape)


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Minutes from each origin (row) to each destination (column), inf where no open road leads.

    `cut_origins` and `cut_destinations` name rows and columns that reach nothing and are reached by nothing;
    `cut_pairs` every other pair without a road.
    """

    minutes: Array
    cut_origins: tuple[int, ...]
    cut_destinations: tuple[int, ...]
    cut_pairs: tuple[tuple[int, int], ...]


def travel_times(
    roads: Roads, origins: ArrayLike, destinations: ArrayLike, *, closed: Iterable[Hashable] = ()
) -> TravelTimes:
    """Find the shortest driving time of every pair of nodes, leaving out closed edges.

    Parameters
    ----------
    origins, destinations
        Node numbers, as `nearest_nodes` finds them.
    closed
        Names of closed edges, as `edges_within` finds them.

    Raises
    ------
    Refusal
        `unknown_edge` naming closed edges the graph does not have, `unknown_node`, `library_missing` without scipy, and
        those of `Roads.checked`.

    References
    ----------
    Dijkstra, E. W. (1959), Numerische Mathematik 1, 269-271.
    """
    graph = _graph(roads, set(closed))
    starts, ends = np.atleast_1d(np.asarray(origins, int)), np.atleast_1d(np.asarray(destinations, int))
    nodes = graph.shape[0]
    for given in (starts, ends):
        if np.any((given < 0) | (given >= nodes)):
            raise Refusal("unknown_node", nodes=tuple(given[(given < 0) | (given >= nodes)].tolist()))
    distinct, back = np.unique(starts, return_inverse=True)
    found = library("scipy.sparse.csgraph").dijkstra(graph, directed=True, indices=distinct)
    minutes: Array = found[back][:, ends]
    cut = np.isinf(minutes)
    rows, columns = np.asarray(cut.all(axis=1)), np.asarray(cut.all(axis=0))
    pairs = np.argwhere(cut & ~rows[:, None] & ~columns[None, :])
    return TravelTimes(
        minutes,
        tuple(np.flatnonzero(rows).tolist()),
        tuple(np.flatnonzero(columns).tolist()),
        tuple((int(one), int(other)) for one, other in pairs),
    )


def edges_within(roads: Roads, closures: Sequence[shapely.Geometry], *, within_m: float = 0.0) -> tuple[Hashable, ...]:
    """Name the edges that a closure touches or comes within a distance of: areas, lines or points, metres."""
    nodes, edges, _, _ = roads.checked()
    lines = np.asarray(shapely.linestrings(nodes[edges]) if roads.lines is None else roads.lines, object)
    tree = shapely.STRtree(lines)
    touched = tree.query(np.asarray(closures, object), predicate="dwithin", distance=within_m)[1]
    names = roads.names()
    return tuple(names[one] for one in np.unique(touched))


def nearest_nodes(roads: Roads, points_xy: ArrayLike) -> tuple[Places, Array]:
    """Find the node nearest to each point and how far it is, metres."""
    nodes, _, _, _ = roads.checked()
    points = shapely.points(np.asarray(points_xy, float).reshape(-1, 2))
    (_, found), away = shapely.STRtree(np.asarray(shapely.points(nodes), object)).query_nearest(
        points, return_distance=True, all_matches=False
    )
    return found.astype(np.int64), away


def _graph(roads: Roads, closed: set[Hashable]) -> Any:
    nodes, edges, minutes, both = roads.checked()
    names = roads.names()
    unknown = closed - set(names)
    if unknown:
        raise Refusal("unknown_edge", edges=tuple(sorted(unknown, key=str)))
    is_open = np.array([name not in closed for name in names], bool)
    there, back = edges[is_open], edges[is_open & both][:, ::-1]
    ends = np.concatenate([there, back])
    cost = np.concatenate([minutes[is_open], minutes[is_open & both]])
    # Of parallel edges only the quickest counts; the sparse matrix would add them up.
    order = np.lexsort((cost, ends[:, 1], ends[:, 0]))
    ends, cost = ends[order], cost[order]
    first = np.ones(len(ends), bool)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    return library("scipy.sparse").csr_array((cost[first], (ends[first, 0], ends[first, 1])), shape=(len(nodes),) * 2)
