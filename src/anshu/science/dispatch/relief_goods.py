# SPDX-License-Identifier: Apache-2.0
"""Several kinds of goods from depots to needs: most urgent needs first, then the least travelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.extra import library
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("小例穷举",),
    valid_for="库存、需求、行程时间已知且在调度期内不变；先按紧急程度逐级满足，再求件·分钟最少；不排车次",
)
_CLOSE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Supply:
    """Needs and stocks by kind of goods, with travelling times.

    Parameters
    ----------
    need
        Wanted at each place (row) of each kind (column).
    stock
        Held by each depot (row) of each kind (column).
    travel_min
        Minutes from each depot (row) to each place (column); inf or NaN where no road is open.
    urgency
        Rank of each place, higher first; equal unless given.
    latest_min
        Minutes after which goods come too late, one value or one a place.
    load, carriage
        What a unit of each kind takes up, and what each depot can load in all, in one measure; both or neither.
    """

    need: ArrayLike
    stock: ArrayLike
    travel_min: ArrayLike
    urgency: ArrayLike | None = None
    latest_min: ArrayLike = np.inf
    load: ArrayLike | None = None
    carriage: ArrayLike | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """What each depot sends to each place of each kind (depot x place x kind), and what stays unmet (place x kind).

    `gap` is the share by which less travelling could at most do for the same needs met.
    """

    sent: Array
    unmet: Array
    unit_min: float
    gap: float


@dataclass(frozen=True, slots=True)
class _Model:
    depot: np.ndarray
    place: np.ndarray
    kind: np.ndarray
    cost: Array
    constraints: list[Any]
    need: Array
    seconds: float


def ship(supply: Supply, *, seconds: float = 20.0) -> Shipment:
    """Decide what each depot sends where.

    For each rank of urgency from the highest: min Σ unmet, holding what higher ranks got; then min Σ t q. Whole units
    throughout, by branch and bound.

    Raises
    ------
    Refusal
        `shapes_differ`, `negative`, `load_without_carriage`, `library_missing` without scipy, `time_limit` where not
        even a first answer was found.

    References
    ----------
    Haghani, A. and Oh, S.-C. (1996), Transportation Research A 30, 231-250 (several commodities to needs after a
    disaster, here without vehicles' routes).
    """
    require_positive(seconds=seconds)
    need, stock, minutes, urgency = _checked(supply)
    ranks = np.unique(urgency)[::-1]
    model = _model(supply, need, stock, minutes, seconds / (len(ranks) + 1))
    ships = model.cost.size
    held: list[tuple[Array, float]] = []
    for rank in ranks:
        objective = np.concatenate([np.zeros(ships), np.repeat((urgency == rank).astype(float), need.shape[1])])
        solved = _solve(model, objective, held)
        held.append((objective, round(float(objective @ solved.x))))
    solved = _solve(model, np.concatenate([model.cost, np.zeros(need.size)]), held)
    quantities = np.round(solved.x)
    sent = np.zeros((stock.shape[0], *need.shape))
    sent[model.depot, model.place, model.kind] = quantities[:ships]
    unit_min = float(model.cost @ quantities[:ships])
    bound = 0.0 if solved.mip_dual_bound is None else float(solved.mip_dual_bound)
    gap = max(unit_min - bound, 0.0) / unit_min if unit_min else 0.0
    return Shipment(sent, need - sent.sum(axis=0), unit_min, gap)


def _model(supply: Supply, need: Array, stock: Array, minutes: Array, seconds: float) -> _Model:
    depots, (places, kinds) = stock.shape[0], need.shape
    in_time = np.isfinite(minutes) & (minutes <= np.broadcast_to(np.asarray(supply.latest_min, float), places))
    useful = in_time[:, :, None] & (need > 0)[None] & (stock > 0)[:, None, :]
    depot, place, kind = np.nonzero(useful)
    optimize, total = library("scipy.optimize"), depot.size + need.size
    met = _rows(np.r_[place * kinds + kind, np.arange(need.size)], np.ones(total), (need.size, total))
    held = _rows(depot * kinds + kind, np.ones(depot.size), (stock.size, total))
    constraints = [
        optimize.LinearConstraint(met, need.ravel(), need.ravel()),
        optimize.LinearConstraint(held, -np.inf, stock.ravel()),
    ]
    if supply.load is not None:
        load = np.broadcast_to(np.asarray(supply.load, float), kinds)[kind]
        carriage = np.broadcast_to(np.asarray(supply.carriage, float), depots)
        constraints.append(optimize.LinearConstraint(_rows(depot, load, (depots, total)), -np.inf, carriage))
    return _Model(depot, place, kind, minutes[depot, place], constraints, need, seconds)


def _rows(row: np.ndarray, values: Array, shape: tuple[int, int]) -> Any:
    return library("scipy.sparse").csr_array((values, (row, np.arange(row.size))), shape=shape)


def _solve(model: _Model, objective: Array, held: Sequence[tuple[Array, float]]) -> Any:
    optimize = library("scipy.optimize")
    kept = [optimize.LinearConstraint(one[None, :], -np.inf, value) for one, value in held]
    solved = optimize.milp(
        objective,
        integrality=np.ones(objective.size),
        bounds=optimize.Bounds(0, np.inf),
        constraints=[*model.constraints, *kept],
        options={"time_limit": model.seconds, "mip_rel_gap": _CLOSE},
    )
    if solved.x is None:
        raise Refusal("time_limit", seconds=model.seconds)
    return solved


def _checked(supply: Supply) -> tuple[Array, Array, Array, Array]:
    need, stock = np.array(supply.need, float, ndmin=2), np.array(supply.stock, float, ndmin=2)
    minutes = np.array(supply.travel_min, float, ndmin=2)
    if need.shape[1] != stock.shape[1] or minutes.shape != (stock.shape[0], need.shape[0]):
        raise Refusal("shapes_differ", need=need.shape, stock=stock.shape, travel_min=minutes.shape)
    for name, values in (("need", need), ("stock", stock)):
        if not np.all(np.isfinite(values)) or np.any(values != np.round(values)) or np.any(values < 0):
            raise Refusal("not_a_count", name=name)
    if np.any(minutes < 0):
        raise Refusal("negative", name="travel_min", value=float(np.nanmin(minutes)))
    if (supply.load is None) != (supply.carriage is None):
        raise Refusal("load_without_carriage")
    urgency = np.zeros(need.shape[0]) if supply.urgency is None else np.asarray(supply.urgency, float)
    if urgency.shape != (need.shape[0],):
        raise Refusal("shapes_differ", need=need.shape, urgency=urgency.shape)
    return need, stock, minutes, urgency
