# SPDX-License-Identifier: Apache-2.0
"""Whole villages to shelters in milliseconds: the largest regret first, then bettered by moves and exchanges."""

from typing import Final

import numpy as np

from anshu.science.dispatch.evacuation import Evacuation, Plan, Whole, plan_of
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=(),
    valid_for="整村安置的快速近似；不保证最优，差距未知；仅在缺求解库或求解超时后使用",
)
NOWHERE: Final = -1
_ROUNDS: Final = 10_000  # far above what is needed; each round lowers the cost


def assign_greedy(evacuation: Evacuation) -> Plan:
    """Send each village whole to one shelter, near the best.

    References
    ----------
    Martello, S. and Toth, P. (1990), Knapsack Problems, Wiley, section 7.4 (MTHG: regret, then shifting), with
    exchanges of two villages added; by size as in Johnson, D. S. et al. (1974), SIAM Journal on Computing 3, 299-325.
    """
    people, capacity, minutes = evacuation.checked()
    chosen = quick(people, capacity, minutes)
    return plan_of(evacuation, persons_of(chosen, people, capacity.size), bound=np.nan, method="greedy")


def quick(people: Whole, capacity: Whole, minutes: Array) -> Whole:
    """Try both orders, by regret and by size, and keep the plan that leaves fewest, then costs least."""
    undecided = np.full(people.size, NOWHERE)
    tried = [
        bettered(order(undecided, people, capacity, minutes), people, capacity, minutes) for order in (place, packed)
    ]
    return min(tried, key=lambda chosen: standing_of(chosen, people, minutes))


def standing_of(chosen: Whole, people: Whole, minutes: Array) -> tuple[int, float]:
    """Give the persons a plan leaves and the person-minutes it costs, in the order plans are compared."""
    placed = np.flatnonzero(chosen != NOWHERE)
    cost = float((people[placed] * minutes[placed, chosen[placed]]).sum())
    return int(people[chosen == NOWHERE].sum()), cost


def place(chosen: Whole, people: Whole, capacity: Whole, minutes: Array) -> Whole:
    """Give each village that is `NOWHERE` a shelter with room, the one with most to lose first.

    What a village loses is its persons times the minutes between its best and its second-best shelter with room; one
    with a single shelter left goes first, the larger before the smaller.
    """
    chosen = chosen.copy()
    free = _free(chosen, people, capacity)
    waiting = set(np.flatnonzero((chosen == NOWHERE) & (people > 0)).tolist())
    while waiting:
        rows = np.array(sorted(waiting))
        open_min = np.where(people[rows, None] <= free, minutes[rows], np.inf)
        best = open_min.min(axis=1, initial=np.inf)
        waiting.difference_update(rows[np.isinf(best)].tolist())
        if np.isinf(best).all():
            break
        second = np.partition(open_min, 1, axis=1)[:, 1] if capacity.size > 1 else np.full(rows.size, np.inf)
        with np.errstate(invalid="ignore"):
            regret = np.where(np.isfinite(best), (second - best) * people[rows], -1.0)
        first = int(np.lexsort((people[rows], regret))[-1])
        village, shelter = int(rows[first]), int(open_min[first].argmin())
        chosen[village] = shelter
        free[shelter] -= people[village]
        waiting.discard(village)
    return chosen


def packed(chosen: Whole, people: Whole, capacity: Whole, minutes: Array) -> Whole:
    """Give each village that is `NOWHERE`, the largest first, the shelter it leaves fullest (best fit decreasing)."""
    chosen = chosen.copy()
    free = _free(chosen, people, capacity)
    waiting = np.flatnonzero((chosen == NOWHERE) & (people > 0))
    for village in waiting[np.argsort(-people[waiting], kind="stable")]:
        room = np.where(np.isfinite(minutes[village]) & (people[village] <= free), free, np.inf)
        if np.isfinite(room).any():
            shelter = int(np.lexsort((minutes[village], room))[0])
            chosen[village] = shelter
            free[shelter] -= people[village]
    return chosen


def bettered(chosen: Whole, people: Whole, capacity: Whole, minutes: Array) -> Whole:
    """Move one village or exchange two, the best step at a time, until no step saves time; then place who is left."""
    chosen = chosen.copy()
    for _ in range(_ROUNDS):
        placed = np.flatnonzero(chosen != NOWHERE)
        step = _best_step(chosen[placed], people[placed], _free(chosen, people, capacity), minutes[placed])
        if step is None:
            break
        for row, shelter in step:
            chosen[placed[row]] = shelter
    return place(chosen, people, capacity, minutes)


def persons_of(chosen: Whole, people: Whole, shelters: int) -> Whole:
    """Turn each village's shelter into persons by village and shelter."""
    persons = np.zeros((people.size, shelters), np.int64)
    placed = np.flatnonzero(chosen != NOWHERE)
    persons[placed, chosen[placed]] = people[placed]
    return persons


def _best_step(chosen: Whole, people: Whole, free: Whole, minutes: Array) -> list[tuple[int, int]] | None:
    if chosen.size == 0:
        return None
    rows = np.arange(chosen.size)
    now = people * minutes[rows, chosen]
    move = np.where(people[:, None] <= free, people[:, None] * minutes - now[:, None], np.inf)
    # Exchange of villages a and b: each must fit where the other was.
    there = people[:, None] * minutes[:, chosen]
    fits = free[chosen][None, :] + people[None, :] >= people[:, None]
    apart = chosen[:, None] != chosen[None, :]
    change = np.where(fits & fits.T & apart, there + there.T - now[:, None] - now[None, :], np.inf)
    least = -1e-9 * max(float(now.sum()), 1.0)
    village, shelter = divmod(int(move.argmin()), move.shape[1])
    one, other = divmod(int(change.argmin()), change.shape[1])
    if min(move[village, shelter], change[one, other]) >= least:
        return None
    if move[village, shelter] <= change[one, other]:
        return [(village, shelter)]
    return [(one, int(chosen[other])), (other, int(chosen[one]))]


def _free(chosen: Whole, people: Whole, capacity: Whole) -> Whole:
    placed = chosen != NOWHERE
    taken = np.bincount(chosen[placed], weights=people[placed], minlength=capacity.size)
    return capacity - taken.astype(np.int64)
