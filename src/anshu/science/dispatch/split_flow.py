# SPDX-License-Identifier: Apache-2.0
"""Villages that may be split among shelters: the transportation problem, solved to the optimum."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from anshu.science.dispatch.evacuation import Evacuation, Plan, Whole, plan_of
from anshu.science.extra import library
from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("小例穷举", "整表一次线性规划（HiGHS）"),
    valid_for="允许一村分送多处；行程时间与人数无关（不计拥堵）；先保安置人数最多，再求人·分钟最少",
)
_NEAREST: Final = 12  # shelters a village is first offered; more are brought in by price


@dataclass(frozen=True, slots=True)
class Flow:
    """The optimum and its prices: what a person of a village costs, and what a place in a shelter is worth."""

    persons: Whole
    village_price: Array
    shelter_price: Array


def assign_split(evacuation: Evacuation) -> Plan:
    """Send as many persons as can be placed, at the fewest person-minutes, splitting villages where that helps.

    min Σ tᵢⱼxᵢⱼ with Σⱼxᵢⱼ + uᵢ = pᵢ and Σᵢxᵢⱼ ≤ cⱼ; a person left unplaced (u) costs more than any rearrangement of
    the others could, so nobody is left behind to save minutes.

    Raises
    ------
    Refusal
        `library_missing` without scipy; those of `Evacuation.checked`.

    References
    ----------
    Hitchcock, F. L. (1941), Journal of Mathematics and Physics 20, 224-230; columns brought in by price after Dantzig,
    G. B. and Wolfe, P. (1960), Operations Research 8, 101-111.
    """
    people, capacity, minutes = evacuation.checked()
    persons = solve(people, capacity, minutes).persons
    left = int(people.sum() - persons.sum())
    return plan_of(evacuation, persons, bound=np.inf, method="flow", unplaced_at_least=left)


def solve(people: Whole, capacity: Whole, minutes: Array) -> Flow:
    """Solve over the nearest shelters first, then bring in others until none would lower the cost."""
    reachable = np.isfinite(minutes) & (people[:, None] > 0) & (capacity > 0)
    furthest = float(minutes[reachable].max(initial=1.0))
    penalty = (min(people.size, capacity.size) + 1) * max(furthest, 1.0)
    offered = _nearest(minutes, reachable)
    while True:
        flow = _solve_offered(people, capacity, minutes, offered, penalty)
        gain = np.where(reachable & ~offered, _reduced(flow, minutes), np.inf)
        wanted = gain < -1e-9 * penalty
        if not wanted.any():
            return flow
        offered |= wanted


def _reduced(flow: Flow, minutes: Array) -> Array:
    reduced: Array = minutes - flow.village_price[:, None] - flow.shelter_price[None, :]
    return reduced


def _nearest(minutes: Array, reachable: np.ndarray) -> np.ndarray:
    offered = np.zeros_like(reachable)
    kept = min(_NEAREST, minutes.shape[1])
    near = np.argpartition(minutes, kept - 1, axis=1)[:, :kept] if kept else np.empty((minutes.shape[0], 0), int)
    offered[np.arange(minutes.shape[0])[:, None], near] = True
    kept_open: np.ndarray = offered & reachable
    return kept_open


def _solve_offered(people: Whole, capacity: Whole, minutes: Array, offered: np.ndarray, penalty: float) -> Flow:
    villages, shelters = people.size, capacity.size
    row, column = np.nonzero(offered)
    left = np.arange(villages)
    sparse, optimize = library("scipy.sparse"), library("scipy.optimize")
    ones, places = np.ones(row.size), np.arange(row.size)
    goes = sparse.csr_array((ones, (row, places)), shape=(villages, row.size))
    stays = sparse.csr_array((np.ones(villages), (left, left)), shape=(villages, villages))
    arrives = sparse.csr_array((ones, (column, places)), shape=(shelters, row.size + villages))
    found = optimize.linprog(
        np.concatenate([minutes[row, column], np.full(villages, penalty)]),
        A_eq=sparse.hstack([goes, stays]).tocsr(),
        b_eq=people,
        A_ub=arrives,
        b_ub=capacity,
        method="highs-ds",
    )
    if found.status != 0:
        raise Refusal("solver_failed", message=str(found.message))
    persons = np.zeros((villages, shelters), np.int64)
    # A basic solution of whole supplies and capacities is whole.
    persons[row, column] = np.round(found.x[: row.size]).astype(np.int64)
    return Flow(persons, np.asarray(found.eqlin.marginals), np.asarray(found.ineqlin.marginals))
