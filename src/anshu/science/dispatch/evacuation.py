# SPDX-License-Identifier: Apache-2.0
"""What an assignment of villages to shelters is given, and what it gives back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.standing import Refusal
from anshu.science.units import Array

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Evacuation:
    """Persons by village, free places by shelter, and minutes from each village (row) to each shelter (column).

    Minutes are inf where no road is open and NaN where nobody knows; neither is used.
    """

    people: ArrayLike
    capacity: ArrayLike
    travel_min: ArrayLike

    def checked(self) -> tuple[Whole, Whole, Array]:
        """Give the three as arrays, minutes inf wherever a village cannot be sent.

        Raises
        ------
        Refusal
            `shapes_differ` where rows and columns do not match, `not_a_count` where persons or places are not whole
            numbers from zero up, `negative` where a travel time is.
        """
        minutes = np.array(self.travel_min, float, ndmin=2)
        people, capacity = _counts("people", self.people), _counts("capacity", self.capacity)
        if minutes.shape != (people.size, capacity.size):
            raise Refusal("shapes_differ", people=people.size, capacity=capacity.size, travel_min=minutes.shape)
        if np.any(minutes < 0):
            raise Refusal("negative", name="travel_min", value=float(np.nanmin(minutes)))
        return people, capacity, np.where(np.isnan(minutes), np.inf, minutes)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is sent where, what it costs, and how far at most it is from the best.

    Parameters
    ----------
    persons
        Persons sent from each village (row) to each shelter (column).
    unplaced
        Persons of each village for whom no reachable place is left.
    person_min
        Minutes travelled, summed over persons.
    bound_person_min
        No plan placing as many persons costs less; NaN where unknown.
    method
        `flow`, `milp` or `greedy`.
    fallback
        Why the method is not the one asked for: `library_missing`, `time_limit`; else empty.
    unplaced_at_least
        No plan leaves fewer persons unplaced; 0 where nothing better is known.
    """

    persons: Whole
    unplaced: Whole
    person_min: float
    bound_person_min: float
    method: str
    fallback: str = ""
    unplaced_at_least: int = 0

    @property
    def most_are_placed(self) -> bool:
        """Tell whether it is proven that no plan places more persons."""
        return int(self.unplaced.sum()) <= self.unplaced_at_least

    @property
    def gap(self) -> float:
        """Tell the share by which a better plan could at most undercut this one; NaN where unknown."""
        if self.person_min == 0:
            return 0.0
        return max(self.person_min - self.bound_person_min, 0.0) / self.person_min


def plan_of(
    evacuation: Evacuation,
    persons: Whole,
    *,
    bound: float,
    method: str,
    fallback: str = "",
    unplaced_at_least: int = 0,
) -> Plan:
    """Make the plan of persons already assigned; a bound of inf says that the plan is proven the best."""
    people, _, minutes = evacuation.checked()
    cost = float((persons * np.where(persons > 0, minutes, 0.0)).sum())
    bound = float(np.minimum(bound, cost))
    return Plan(persons, people - persons.sum(axis=1), cost, bound, method, fallback, unplaced_at_least)


@dataclass(frozen=True, slots=True)
class Left:
    """Persons of a village for whom a plan has no place, and why.

    `no_road` where no shelter can be reached, `larger_than_any` where the village kept whole is larger than each
    shelter it can reach, `no_room` where those that could take it are taken by others.
    """

    village: int
    persons: int
    reason: str


def who_is_left(evacuation: Evacuation, plan: Plan) -> tuple[Left, ...]:
    """Name each village that is not wholly placed, the most persons first, with the reason."""
    people, capacity, minutes = evacuation.checked()
    reached = np.isfinite(minutes) & (capacity > 0)
    largest = np.where(reached, capacity, 0).max(axis=1, initial=0)
    whole = plan.method != "flow"
    reasons = np.where(
        ~reached.any(axis=1), "no_road", np.where(whole & (people > largest), "larger_than_any", "no_room")
    )
    order = np.argsort(-plan.unplaced, kind="stable")
    return tuple(Left(int(row), int(plan.unplaced[row]), str(reasons[row])) for row in order if plan.unplaced[row] > 0)


def _counts(name: str, given: ArrayLike) -> Whole:
    values = np.atleast_1d(np.asarray(given, float))
    if not np.all(np.isfinite(values)) or np.any(values < 0) or np.any(values != np.round(values)):
        raise Refusal("not_a_count", name=name)
    return values.astype(np.int64)
