# SPDX-License-Identifier: Apache-2.0
"""Villages kept whole: the generalised assignment problem, solved within a time limit, with the gap that is left."""

import time
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from anshu.science.dispatch.evacuation import Evacuation, Plan, Whole, plan_of
from anshu.science.dispatch.greedy import (
    NOWHERE,
    assign_greedy,
    bettered,
    packed,
    persons_of,
    place,
    quick,
    standing_of,
)
from anshu.science.dispatch.shelter_loads import Pool, Task, choose, price
from anshu.science.dispatch.split_flow import solve
from anshu.science.extra import library
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("小例穷举",),
    valid_for="整村安置；行程时间与人数无关（不计拥堵）；先保安置人数最多，再求人·分钟最少；超时给出剩余差距",
)
_CLOSE: Final = 1e-4  # gap at which a search may stop
_NARROW: Final = 0.01  # first look: choices that cost at most this share of the relaxed optimum more
_DEAR: Final = 12.0  # longest journeys that a person left counts for while both are weighed together
_LOOSE: Final = 0.05  # above this share over the relaxed optimum, room is tight
_SHORTEST_S: Final = 0.05
_INFEASIBLE: Final = 2


@dataclass(frozen=True, slots=True)
class _Case:
    people: Whole
    capacity: Whole
    minutes: Array  # inf also where a shelter is too small for the village
    extra_cost: Array  # by how much the relaxed optimum rises if a village goes there (reduced cost of all its persons)
    village_price: Array
    relaxed: float


@dataclass(frozen=True, slots=True)
class _Found:
    chosen: Whole | None
    bound: float


@dataclass(frozen=True, slots=True)
class _Packed:
    chosen: Whole
    left: int
    least: int  # no plan leaves fewer
    bound: float  # no plan leaving as few costs less


def assign_whole(evacuation: Evacuation, *, seconds: float = 20.0) -> Plan:
    """Send whole villages so that most persons are placed, then at the fewest person-minutes.

    The split optimum bounds the cost from below; its prices tell which choices cannot be part of a better plan than the
    one in hand, and only the rest is given to branch and bound. Where room is tight that bound says little, and
    shelters pick among loads of whole villages instead (`shelter_loads`).

    Parameters
    ----------
    seconds
        Most the searches may take together.

    Returns
    -------
    Plan
        With `gap`; by the greedy method, and saying why, where scipy is missing or the time was too short.

    References
    ----------
    Martello, S. and Toth, P. (1990), Knapsack Problems, Wiley, chapter 7; reduction by reduced costs after Dantzig,
    G. B., Fulkerson, D. R. and Johnson, S. M. (1954), Operations Research 2, 393-410; HiGHS branch and bound.
    """
    require_positive(seconds=seconds)
    try:
        case, split = _relax(evacuation)
    except Refusal as refused:
        if refused.code != "library_missing":
            raise
        return replace(assign_greedy(evacuation), fallback=refused.code)
    until = time.monotonic() + seconds
    hopeless = int(case.people[np.isinf(case.minutes).all(axis=1)].sum())
    start = _better(_guided(case, split), quick(case.people, case.capacity, case.minutes), case)
    if _left(start, case) == hopeless and _cost(start, case) <= (1 + _LOOSE) * case.relaxed:
        near = _search(case, case.extra_cost <= _NARROW * case.relaxed, left=hopeless, seconds=0.3 * seconds)
        start = start if near.chosen is None else _better(near.chosen, start, case)
        if near.chosen is not None:
            return _proven(evacuation, case, start, bound=case.relaxed, seconds=_remains(until))
    relaxed_left = int(case.people.sum() - split.sum())
    found = _tight(case, start, least=max(hopeless, relaxed_left), until=until - 0.1 * seconds)
    if found.left == hopeless:
        return _proven(evacuation, case, found.chosen, bound=found.bound, seconds=_remains(until))
    return _most(evacuation, case, found, seconds=_remains(until))


def _relax(evacuation: Evacuation) -> tuple[_Case, Whole]:
    people, capacity, minutes = evacuation.checked()
    fitting = np.where((people[:, None] <= capacity) & (people[:, None] > 0), minutes, np.inf)
    flow = solve(people, capacity, fitting)
    extra = np.maximum(people, 1)[:, None] * (fitting - flow.village_price[:, None] - flow.shelter_price[None, :])
    relaxed = float((flow.persons * np.where(flow.persons > 0, fitting, 0.0)).sum())
    return _Case(people, capacity, fitting, extra, flow.village_price, relaxed), flow.persons


def _guided(case: _Case, split: Whole) -> Whole:
    """Keep what the split optimum leaves whole and place the others around it."""
    whole = (split.max(axis=1) == case.people) & (case.people > 0)
    chosen = np.where(whole, split.argmax(axis=1), NOWHERE)
    return _finish(chosen, case)


def _finish(chosen: Whole, case: _Case) -> Whole:
    given = case.people, case.capacity, case.minutes
    by_regret, by_size = (bettered(order(chosen, *given), *given) for order in (place, packed))
    return _better(by_regret, by_size, case)


def _tight(case: _Case, start: Whole, *, least: int, until: float) -> _Packed:
    """Let shelters pick among loads: everyone placed at a price for each left, else fewest left and then cheapest."""
    closed, persons_of_each = np.isinf(case.minutes), case.people.astype(np.float64)
    cost: Array = persons_of_each[:, None] * np.where(closed, 0.0, case.minutes)
    cost[closed] = np.inf
    dear = _DEAR * float(case.minutes.max(initial=1.0, where=~closed))
    pool, prices = Pool(), persons_of_each * case.village_price
    pool.add_plan(start)
    together = Task(case.people, case.capacity, cost, dear * persons_of_each)
    priced = price(together, pool, prices, seconds=0.6 * _remains(until))
    all_fit = priced.expected_left <= least + 0.5
    best = _better(_finish(priced.leaning, case), start, case)
    best = _chosen(case, together, pool, best, seconds=(1.0 if all_fit else 0.2) * _remains(until))
    if _left(best, case) == least:
        return _Packed(best, least, least, priced.bound - dear * least)
    persons = Task(case.people, case.capacity, np.where(closed, np.inf, 0.0), persons_of_each)
    fewest = price(persons, pool, 0.5 * persons_of_each, seconds=0.5 * _remains(until))
    best = _better(_finish(fewest.leaning, case), best, case)
    best = _chosen(case, persons, pool, best, seconds=0.3 * _remains(until))
    left = _left(best, case)
    limited = Task(case.people, case.capacity, cost, 0.0 * persons_of_each, most_left=left)
    bound = price(limited, pool, prices, seconds=0.5 * _remains(until)).bound
    best = _chosen(case, limited, pool, best, seconds=_remains(until))
    return _Packed(best, _left(best, case), max(least, int(np.ceil(fewest.bound - 1e-6))), bound)


def _chosen(case: _Case, task: Task, pool: Pool, best: Whole, *, seconds: float) -> Whole:
    """Keep the better of a plan and of what its search over loads finds, and add its loads to the pool."""
    found = choose(task, pool, seconds=seconds)
    best = best if found is None else _better(_finish(found, case), best, case)
    pool.add_plan(best)
    return best


def _proven(evacuation: Evacuation, case: _Case, start: Whole, *, bound: float, seconds: float) -> Plan:
    """Search what could still better a plan that places everyone who can be placed."""
    cost, left = _cost(start, case), _left(start, case)
    if cost - bound <= _CLOSE * cost:
        return _plan(evacuation, case, start, bound=bound, least=left)
    found = _search(case, case.extra_cost <= cost - case.relaxed, left=left, seconds=seconds, at_most=cost)
    best = start if found.chosen is None else _better(found.chosen, start, case)
    return _plan(evacuation, case, best, bound=float(np.fmax(found.bound, max(bound, case.relaxed))), least=left)


def _most(evacuation: Evacuation, case: _Case, packed: _Packed, *, seconds: float) -> Plan:
    """Place the most persons first, then look for the cheapest way to place as many."""
    anywhere, best, least = np.isfinite(case.minutes), packed.chosen, packed.least
    if packed.left > least:
        most = _search(case, anywhere, left=packed.left, seconds=seconds / 2, count_persons=True)
        best = best if most.chosen is None else _better(_finish(most.chosen, case), best, case)
        least = max(least, int(np.ceil(most.bound - 1e-6)) if np.isfinite(most.bound) else 0)
    left = _left(best, case)
    found = _search(case, anywhere, left=left, seconds=seconds / 2)
    best = best if found.chosen is None else _better(found.chosen, best, case)
    return _plan(evacuation, case, best, bound=float(np.fmax(found.bound, packed.bound)), least=min(least, left))


def _plan(evacuation: Evacuation, case: _Case, chosen: Whole, *, bound: float, least: int) -> Plan:
    persons = persons_of(chosen, case.people, case.capacity.size)
    return plan_of(evacuation, persons, bound=bound, method="milp", unplaced_at_least=least)


def _search(
    case: _Case,
    allowed: np.ndarray,
    *,
    left: int,
    seconds: float,
    at_most: float = np.nan,
    count_persons: bool = False,
) -> _Found:
    """Run branch and bound over the allowed choices, leaving at most so many persons unplaced."""
    row, column = np.nonzero(allowed & np.isfinite(case.minutes))
    villages = np.flatnonzero(case.people > 0)
    if villages.size == 0:
        return _Found(np.full(case.people.size, NOWHERE), 0.0)
    cost = case.people[row] * case.minutes[row, column]
    stay = case.people[villages].astype(float)
    objective = np.concatenate([0.0 * cost, stay] if count_persons else [cost, 0.0 * stay])
    optimize = library("scipy.optimize")
    constraints = _constraints(case, row, column, villages, left=left)
    solved = optimize.milp(
        objective,
        integrality=np.ones(objective.size),
        bounds=optimize.Bounds(0, 1),
        constraints=constraints,
        options={"time_limit": seconds, "mip_rel_gap": _CLOSE},
    )
    if solved.x is None:
        # Nothing among the choices that could better the cost in hand: that cost is the optimum.
        return _Found(None, at_most if solved.status == _INFEASIBLE else _number(solved.mip_dual_bound))
    taken = solved.x[: row.size] > 0.5
    chosen = np.full(case.people.size, NOWHERE)
    chosen[row[taken]] = column[taken]
    return _Found(chosen, _number(solved.mip_dual_bound))


def _constraints(case: _Case, row: Whole, column: Whole, villages: Whole, *, left: int) -> list[Any]:
    optimize, sparse = library("scipy.optimize"), library("scipy.sparse")
    pairs, count = np.arange(row.size), villages.size
    total = row.size + count
    order = np.full(case.people.size, NOWHERE)
    order[villages] = np.arange(count)
    once = sparse.csr_array(
        (np.ones(total), (np.r_[order[row], np.arange(count)], np.arange(total))), shape=(count, total)
    )
    load = sparse.csr_array((case.people[row].astype(float), (column, pairs)), shape=(case.capacity.size, total))
    stay = np.concatenate([np.zeros(row.size), case.people[villages]])[None, :]
    return [
        optimize.LinearConstraint(once, 1, 1),
        optimize.LinearConstraint(load, -np.inf, case.capacity),
        optimize.LinearConstraint(stay, 0, left),
    ]


def _better(one: Whole, other: Whole, case: _Case) -> Whole:
    return min(one, other, key=lambda chosen: standing_of(chosen, case.people, case.minutes))


def _left(chosen: Whole, case: _Case) -> int:
    return standing_of(chosen, case.people, case.minutes)[0]


def _cost(chosen: Whole, case: _Case) -> float:
    return standing_of(chosen, case.people, case.minutes)[1]


def _remains(until: float) -> float:
    return max(until - time.monotonic(), _SHORTEST_S)


def _number(bound: float | None) -> float:
    return float(bound) if bound is not None and np.isfinite(bound) else np.nan
