# SPDX-License-Identifier: Apache-2.0
"""Whole villages when room is tight: each shelter picks one of its possible loads, brought in by price."""

import time
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import numpy as np

from anshu.science.dispatch.evacuation import Whole
from anshu.science.dispatch.greedy import NOWHERE
from anshu.science.extra import library
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("小例穷举",),
    valid_for="整村安置，容量接近用满时；给出下界，只在已生成的装载方案中选择，故未必最优，差距如实给出",
)
_CLOSE: Final = 1e-5
_PULL: Final = 0.5  # weight of the best prices so far in the prices tried next (Wentges 1997)


@dataclass(frozen=True, slots=True)
class Task:
    """What a load costs: by village and shelter (inf where closed), by village left, and most persons left at all."""

    people: Whole
    capacity: Whole
    cost: Array
    stay: Array
    most_left: float = np.inf


@dataclass(slots=True)
class Pool:
    """Loads known so far: a shelter and the villages it takes."""

    shelters: list[int] = field(default_factory=list)
    villages: list[Whole] = field(default_factory=list)
    known: set[tuple[int, bytes]] = field(default_factory=set)

    def add(self, shelter: int, villages: Whole) -> bool:
        """Keep a load; False where it is known or empty."""
        key = (shelter, villages.tobytes())
        if villages.size == 0 or key in self.known:
            return False
        self.known.add(key)
        self.shelters.append(shelter)
        self.villages.append(villages)
        return True

    def add_plan(self, chosen: Whole) -> None:
        """Keep the loads of a plan."""
        for shelter in np.unique(chosen[chosen != NOWHERE]):
            self.add(int(shelter), np.flatnonzero(chosen == shelter))

    def cost(self, task: Task) -> Array:
        """Give what each load costs."""
        pairs = zip(self.shelters, self.villages, strict=True)
        return np.array([task.cost[villages, shelter].sum() for shelter, villages in pairs])


@dataclass(frozen=True, slots=True)
class Priced:
    """No plan costs less than `bound`; the relaxed optimum leaves so many and, rounded, leans to these shelters."""

    bound: float
    expected_left: float
    leaning: Whole


def price(task: Task, pool: Pool, prices: Array, *, seconds: float) -> Priced:
    """Fill the pool with loads the relaxed optimum wants, and give a cost below which no plan lies.

    min Σ cₗλₗ + Σ sᵢuᵢ with every village in a load or left and one load a shelter, solved over the loads known; its
    prices π tell by a knapsack a shelter which other loads would lower it, and by Lagrange's bound
    Σπᵢ - Σⱼ max Σ(πᵢ - cᵢⱼ) - w·(most left) how far it can fall.

    Parameters
    ----------
    prices
        First guess of what sending each village costs.
    seconds
        When to stop; the bound holds whenever that is.

    References
    ----------
    Savelsbergh, M. (1997), Operations Research 45, 831-841 (branch and price for the generalised assignment problem);
    prices smoothed after Wentges, P. (1997), International Transactions in Operational Research 4, 151-162.
    """
    until = time.monotonic() + seconds
    best = _Prices(np.minimum(prices, task.stay), 0.0)
    bound, _ = _bound(task, pool, best)
    shares = np.empty(0)
    while (left_s := until - time.monotonic()) > 0:
        relaxed = _relaxed(task, pool, seconds=left_s)
        if relaxed is None:
            break
        cost, shares, theirs = relaxed
        if cost - bound <= _CLOSE * abs(cost):
            break
        grown = False
        for tried in (theirs.pulled(best), theirs):
            found, grown = _bound(task, pool, tried)
            bound, best = (found, tried) if found > bound else (bound, best)
            if grown:
                break
        if not grown:
            break
    expected = float(shares[-task.people.size :] @ task.people) if shares.size else 0.0
    return Priced(bound, expected, _rounded(task, pool, shares[: -task.people.size]))


def choose(task: Task, pool: Pool, *, seconds: float) -> Whole | None:
    """Pick the cheapest loads of the pool, one a shelter, each village once; None where none is found in time."""
    optimize = library("scipy.optimize")
    matrix, most = _matrix(task, pool)
    solved = optimize.milp(
        np.concatenate([pool.cost(task), task.stay]),
        integrality=np.ones(matrix.shape[1]),
        bounds=optimize.Bounds(0, 1),
        constraints=[optimize.LinearConstraint(matrix, -np.inf, most)],
        options={"time_limit": max(seconds, 0.1), "mip_rel_gap": _CLOSE},
    )
    if solved.x is None:
        return None
    chosen = np.full(task.people.size, NOWHERE)
    for load in np.flatnonzero(solved.x[: len(pool.shelters)] > 0.5):
        # A village in two loads goes to the later; the other only gets emptier.
        chosen[pool.villages[load]] = pool.shelters[load]
    return chosen


@dataclass(frozen=True, slots=True)
class _Prices:
    villages: Array
    wage: float  # of a person among the most that may be left

    def pulled(self, towards: "_Prices") -> "_Prices":
        villages = _PULL * towards.villages + (1 - _PULL) * self.villages
        return _Prices(villages, _PULL * towards.wage + (1 - _PULL) * self.wage)


def _bound(task: Task, pool: Pool, prices: _Prices) -> tuple[float, bool]:
    """Give Lagrange's bound at some prices, and tell whether the loads found at them are new."""
    taken = np.zeros((task.capacity.size, task.people.size), bool)
    worth = np.where(np.isfinite(task.cost), prices.villages[:, None] - task.cost, 0.0)
    value = _kernels().best_loads(task.people, task.capacity, worth, taken)
    grown = [pool.add(shelter, np.flatnonzero(villages)) for shelter, villages in enumerate(taken)]
    limit = prices.wage * task.most_left if prices.wage > 0 else 0.0
    return float(prices.villages.sum() - value.sum() - limit), any(grown)


def _relaxed(task: Task, pool: Pool, *, seconds: float) -> tuple[float, Array, _Prices] | None:
    """Solve over the loads known, in fractions: cost, shares and prices; None where time ran out."""
    matrix, most = _matrix(task, pool)
    solved = library("scipy.optimize").linprog(
        np.concatenate([pool.cost(task), task.stay]),
        A_ub=matrix,
        b_ub=most,
        method="highs-ipm",  # its prices lie amid the optimal ones, those of the simplex at a corner: fewer rounds
        options={"time_limit": seconds},
    )
    if solved.status != 0:
        return None
    duals = -np.asarray(solved.ineqlin.marginals)
    villages = task.people.size
    wage = max(float(duals[-1]), 0.0) if np.isfinite(task.most_left) else 0.0
    return (
        float(solved.fun),
        np.asarray(solved.x),
        _Prices(np.clip(duals[:villages], 0.0, task.stay + wage * task.people), wage),
    )


def _rounded(task: Task, pool: Pool, shares: Array) -> Whole:
    """Take the loads of the largest shares first, as far as they leave each other room."""
    chosen = np.full(task.people.size, NOWHERE)
    loaded: set[int] = set()
    for load in np.argsort(-shares, kind="stable")[: task.people.size + task.capacity.size]:
        villages, shelter = pool.villages[load], pool.shelters[load]
        if shares[load] > _CLOSE and shelter not in loaded and (chosen[villages] == NOWHERE).all():
            chosen[villages] = shelter
            loaded.add(shelter)
    return chosen


def _matrix(task: Task, pool: Pool) -> tuple[Any, Array]:
    """Write each village covered or left, each shelter loaded once, and most persons left, as rows at most so much."""
    sparse = library("scipy.sparse")
    villages, shelters, loads = task.people.size, task.capacity.size, len(pool.shelters)
    column = np.repeat(np.arange(loads), [taken.size for taken in pool.villages])
    row = np.concatenate([np.empty(0, int), *pool.villages])
    covers = sparse.csr_array((-np.ones(row.size), (row, column)), shape=(villages, loads))
    loaded = sparse.csr_array((np.ones(loads), (pool.shelters, np.arange(loads))), shape=(shelters, loads))
    rows = [[covers, -sparse.eye_array(villages)], [loaded, None]]
    most = np.concatenate([np.where(task.people > 0, -1.0, 0.0), np.ones(shelters)])
    if np.isfinite(task.most_left):
        rows.append([None, sparse.csr_array(task.people[None, :].astype(float))])
        most = np.append(most, task.most_left)
    return sparse.block_array(rows, format="csr"), most


@cache
def _kernels() -> ModuleType:
    library("numba")
    return import_module("anshu.science.dispatch.knapsack_kernels")
