# SPDX-License-Identifier: Apache-2.0
"""Clearance time of an area: how long until everyone has reached a shelter over roads of limited capacity."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.extra import library
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("小例：单源单汇与 Ford–Fulkerson 时间重复流一致", "小例逐步模拟穷举"),
    valid_for="最优组织下的下限估计：通行能力为常数，车流可控，不计拥堵波、事故和准备时间分布；按步长取整（偏长）",
)
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Exodus:
    """Roads, people and places of an evacuation.

    Parameters
    ----------
    edges
        From and to node number of each one-way edge.
    minutes
        Travel time of each edge.
    persons_min
        Persons a minute that may enter each edge.
    people
        Persons at each node.
    places
        Persons each node can take in.
    ready_min
        When each node's people can set out, one value or one a node.
    """

    edges: ArrayLike
    minutes: ArrayLike
    persons_min: ArrayLike
    people: ArrayLike
    places: ArrayLike
    ready_min: ArrayLike = 0.0


@dataclass(frozen=True, slots=True)
class Clearance:
    """Minutes until everyone has arrived, inf where not all can; how many have arrived by then, and how many not."""

    clearance_min: float
    arrived: int
    stranded: int
    step_min: float


@dataclass(frozen=True, slots=True)
class _Stepped:
    ends: Whole
    steps: Whole
    persons_step: Array
    people: Whole
    places: Whole
    ready: Whole


def clearance_time(exodus: Exodus, *, step_min: float = 1.0, longest_min: float = 1440.0) -> Clearance:
    """Find the shortest time in which everyone can have arrived, by maximum flows over time.

    The network is unrolled in steps (travel times rounded up, capacities down to whole persons in all); T is the first
    step by which the maximum flow carries everyone, found by halving.

    Parameters
    ----------
    step_min
        Length of a step; shorter is sharper and slower.
    longest_min
        Search no further than this.

    Raises
    ------
    Refusal
        `shapes_differ`, `not_a_count`, `negative`, `not_positive`, `library_missing` without scipy.

    References
    ----------
    Ford, L. R. and Fulkerson, D. R. (1958), Operations Research 6, 419-433; Hamacher, H. W. and Tjandra, S. A. (2001),
    Mathematical modelling of evacuation problems, Fraunhofer ITWM report 24.
    """
    require_positive(step_min=step_min, longest_min=longest_min)
    network = _stepped(exodus, step_min)
    everyone, last = int(network.people.sum()), int(longest_min / step_min)
    low, high = -1, 0
    while (arrived := _arrived(network, high)) < everyone and high < last:
        low, high = high, min(2 * high + 1, last)
    if arrived < everyone:
        return Clearance(np.inf, arrived, everyone - arrived, step_min)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _arrived(network, middle) >= everyone else (middle, high)
    return Clearance(high * step_min, everyone, 0, step_min)


def _arrived(network: _Stepped, last: int) -> int:
    """Give the most persons that can have arrived by the end of a step."""
    everyone, nodes = int(network.people.sum()), network.people.size
    layers = np.arange(last + 1)
    leave, edge = np.meshgrid(layers, np.arange(len(network.ends)))
    in_time = leave + network.steps[edge] <= last
    leave, edge = leave[in_time], edge[in_time]
    # Whole persons by step such that fractions add up over the steps.
    room = np.floor(network.persons_step[edge] * (leave + 1)) - np.floor(network.persons_step[edge] * leave)
    stay = np.arange(last * nodes)
    source, sink = (last + 1) * nodes, (last + 1) * nodes + 1
    late = network.ready > last
    starts, place = np.flatnonzero((network.people > 0) & ~late), np.flatnonzero(network.places > 0)
    arcs = [
        (leave * nodes + network.ends[edge, 0], (leave + network.steps[edge]) * nodes + network.ends[edge, 1], room),
        (stay, stay + nodes, np.full(stay.size, everyone)),
        (np.full(starts.size, source), network.ready[starts] * nodes + starts, network.people[starts]),
        (last * nodes + place, np.full(place.size, sink), network.places[place]),
    ]
    tail, head, limit = (np.concatenate(part) for part in zip(*arcs, strict=True))
    useful = tail != head
    graph = library("scipy.sparse").csr_array(
        (np.minimum(limit, everyone)[useful].astype(np.int32), (tail[useful], head[useful])), shape=(sink + 1, sink + 1)
    )
    return int(library("scipy.sparse.csgraph").maximum_flow(graph, source, sink).flow_value)


def _stepped(exodus: Exodus, step_min: float) -> _Stepped:
    ends = np.asarray(exodus.edges, int).reshape(-1, 2)
    minutes, rate = np.asarray(exodus.minutes, float), np.asarray(exodus.persons_min, float)
    people, places = _counts("people", exodus.people), _counts("places", exodus.places)
    ready = np.broadcast_to(np.asarray(exodus.ready_min, float), people.shape)
    if not len(ends) == minutes.size == rate.size or people.shape != places.shape:
        raise Refusal("shapes_differ", edges=len(ends), minutes=minutes.size, people=people.size, places=places.size)
    if len(ends) and (ends.min() < 0 or ends.max() >= people.size):
        raise Refusal("unknown_node", nodes=people.size)
    for name, values in (("minutes", minutes), ("persons_min", rate), ("ready_min", ready)):
        if not np.all(values >= 0):
            raise Refusal("negative", name=name, value=float(values.min()))
    # Rounding errors of a division must not add a step.
    steps = np.ceil(minutes / step_min - 1e-9).astype(np.int64)
    late = np.ceil(ready / step_min - 1e-9).astype(np.int64)
    return _Stepped(ends, steps, np.minimum(rate * step_min, people.sum()), people, places, late)


def _counts(name: str, given: ArrayLike) -> Whole:
    values = np.atleast_1d(np.asarray(given, float))
    if not np.all((values >= 0) & (values == np.round(values)) & np.isfinite(values)):
        raise Refusal("not_a_count", name=name)
    return values.astype(np.int64)
