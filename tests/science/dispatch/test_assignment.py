# SPDX-License-Identifier: Apache-2.0
"""Villages to shelters: small cases against trying everything, and what must hold of large ones."""

from itertools import product
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.science import extra
from anshu.science.dispatch.evacuation import Evacuation, who_is_left
from anshu.science.dispatch.greedy import assign_greedy, standing_of
from anshu.science.dispatch.shelter_loads import Pool, Task, choose, price
from anshu.science.dispatch.split_flow import assign_split
from anshu.science.dispatch.whole_villages import assign_whole
from anshu.science.standing import Refusal

minutes = st.one_of(st.integers(0, 60).map(float), st.just(inf), st.just(nan))


@st.composite
def small(draw, villages=4, shelters=3, most=6):
    rows, columns = draw(st.integers(1, villages)), draw(st.integers(1, shelters))
    people = draw(st.lists(st.integers(0, most), min_size=rows, max_size=rows))
    capacity = draw(st.lists(st.integers(0, 2 * most), min_size=columns, max_size=columns))
    travel = draw(st.lists(minutes, min_size=rows * columns, max_size=rows * columns))
    return Evacuation(people, capacity, np.reshape(travel, (rows, columns)))


@st.composite
def tight(draw, villages=5, shelters=3, most=9):
    """Everybody can be reached, and places are within a few of the persons."""
    people = draw(st.lists(st.integers(1, most), min_size=2, max_size=villages))
    columns = draw(st.integers(1, shelters))
    places = max(sum(people) + draw(st.integers(-3, 3)), 0)
    cuts = sorted(draw(st.lists(st.integers(0, places), min_size=columns - 1, max_size=columns - 1)))
    capacity = np.diff([0, *cuts, places])
    travel = draw(st.lists(st.integers(1, 60), min_size=len(people) * columns, max_size=len(people) * columns))
    return Evacuation(people, capacity, np.reshape(travel, (-1, columns)))


def every_whole_plan(evacuation):
    people, capacity, travel = evacuation.checked()
    for chosen in product([None, *range(capacity.size)], repeat=people.size):
        load, left, cost = np.zeros(capacity.size), 0, 0.0
        for village, shelter in enumerate(chosen):
            if people[village] == 0:
                continue
            if shelter is None:
                left += people[village]
            else:
                load[shelter] += people[village]
                cost += people[village] * travel[village, shelter]
        if (load <= capacity).all() and cost < inf:
            yield left, cost


def person_by_person(evacuation):
    """The same places and people, each person a village of its own, so that trying everything may split villages."""
    people, capacity, travel = evacuation.checked()
    return Evacuation(np.ones(people.sum(), int), capacity, np.repeat(travel, people, axis=0))


def possible(plan, evacuation):
    people, capacity, travel = evacuation.checked()
    assert (plan.persons.sum(axis=0) <= capacity).all()
    assert (plan.persons.sum(axis=1) + plan.unplaced == people).all()
    assert (plan.persons >= 0).all()
    assert np.isfinite(travel[plan.persons > 0]).all()
    return int(plan.unplaced.sum()), plan.person_min


@given(st.one_of(small(), tight()))
@settings(max_examples=160, deadline=None)
def test_whole_villages_are_placed_as_well_as_trying_everything(evacuation):
    plan = assign_whole(evacuation, seconds=10)
    assert possible(plan, evacuation) == pytest.approx(min(every_whole_plan(evacuation)), abs=1e-6)
    assert ((plan.persons > 0).sum(axis=1) <= 1).all()
    assert plan.gap <= 1e-4
    assert plan.unplaced_at_least == plan.unplaced.sum()


@given(small(villages=3, shelters=3, most=2))
@settings(max_examples=60, deadline=None)
def test_split_villages_are_placed_as_well_as_trying_everything_person_by_person(evacuation):
    plan = assign_split(evacuation)
    assert possible(plan, evacuation) == pytest.approx(min(every_whole_plan(person_by_person(evacuation))), abs=1e-6)
    assert plan.gap == 0


@given(st.one_of(small(), tight()))
@settings(max_examples=80, deadline=None)
def test_the_greedy_plan_is_possible_and_never_better_than_the_best(evacuation):
    plan = assign_greedy(evacuation)
    assert possible(plan, evacuation) >= (min(every_whole_plan(evacuation))[0], 0)
    assert ((plan.persons > 0).sum(axis=1) <= 1).all()


def county(rng, villages, shelters, room=1.5):
    people = rng.integers(60, 1500, villages)
    capacity = rng.lognormal(0.0, 0.5, shelters)
    capacity = np.ceil(capacity / capacity.sum() * people.sum() * room)
    from_xy, to_xy = rng.uniform(0, 40, (villages, 2)), rng.uniform(0, 40, (shelters, 2))
    return Evacuation(people, capacity, 3 + 2 * np.hypot(*(from_xy[:, None] - to_xy[None]).transpose(2, 0, 1)))


def test_bringing_shelters_in_by_price_reaches_the_optimum_of_the_whole_table():
    from scipy.optimize import linprog

    evacuation = county(np.random.default_rng(3), 30, 40, room=1.02)
    people, capacity, travel = evacuation.checked()
    rows, columns = np.kron(np.eye(30), np.ones(40)), np.kron(np.ones(30), np.eye(40))
    whole = linprog(travel.ravel(), A_ub=columns, b_ub=capacity, A_eq=rows, b_eq=people)
    assert assign_split(evacuation).person_min == pytest.approx(whole.fun)


def test_costs_come_in_order_split_then_whole_then_greedy():
    evacuation = county(np.random.default_rng(5), 60, 40)
    split, whole, quick = assign_split(evacuation), assign_whole(evacuation, seconds=20), assign_greedy(evacuation)
    assert split.person_min <= whole.bound_person_min <= whole.person_min <= quick.person_min
    assert whole.gap <= 0.001
    assert np.isnan(quick.gap)


@given(tight())
@settings(max_examples=80, deadline=None)
def test_loads_never_cost_less_than_their_bound(evacuation):
    people, capacity, travel = evacuation.checked()
    cost = np.where(people[:, None] <= capacity, people[:, None] * travel, np.inf)
    task, pool = Task(people, capacity, cost, 1000.0 * people), Pool()
    bound = price(task, pool, 1.0 * people, seconds=10).bound
    best = min(left * 1000.0 + cost for left, cost in every_whole_plan(evacuation))
    chosen = choose(task, pool, seconds=10)
    left, minutes = standing_of(chosen, people, travel)
    assert bound <= best + 1e-6 * best
    assert left * 1000.0 + minutes >= best - 1e-6


@pytest.mark.parametrize("room", [1.1, 1.05, 0.95])
def test_when_room_is_tight_more_are_placed_than_by_rule_of_thumb(room):
    evacuation = county(np.random.default_rng(8), 40, 30, room=room)
    plan, quick = assign_whole(evacuation, seconds=30), assign_greedy(evacuation)
    left, _ = possible(plan, evacuation)
    assert plan.unplaced_at_least <= left <= quick.unplaced.sum()
    assert left - plan.unplaced_at_least <= 0.005 * np.sum(evacuation.people)


def test_who_is_left_is_named_with_the_reason():
    evacuation = Evacuation([50, 80, 300, 90], [100, 90], [[inf, nan], [10.0, 20.0], [5.0, 5.0], [9.0, 30.0]])
    assert [(one.village, one.persons, one.reason) for one in who_is_left(evacuation, assign_whole(evacuation))] == [
        (2, 300, "larger_than_any"),
        (0, 50, "no_road"),
    ]
    crowded = Evacuation([50, 80], [100], [[5.0], [6.0]])
    whole, split = assign_whole(crowded), assign_split(crowded)
    assert [(one.village, one.reason) for one in who_is_left(crowded, whole)] == [(0, "no_room")]
    assert [(one.village, one.persons, one.reason) for one in who_is_left(crowded, split)] == [(1, 30, "no_room")]
    assert whole.most_are_placed
    assert split.most_are_placed


def test_a_village_without_a_road_is_left_and_counted():
    plan = assign_whole(Evacuation([50, 80], [100, 100], [[inf, nan], [10.0, 20.0]]))
    assert plan.unplaced.tolist() == [50, 0]
    assert (plan.person_min, plan.unplaced_at_least) == (800.0, 50)


def test_without_the_solver_the_greedy_plan_says_why(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(extra, "import_module", missing)
    plan = assign_whole(Evacuation([50], [100], [[10.0]]))
    assert (plan.method, plan.fallback, plan.person_min) == ("greedy", "library_missing", 500.0)
    with pytest.raises(Refusal, match="library_missing"):
        assign_split(Evacuation([50], [100], [[10.0]]))


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (Evacuation([5], [5], [[1.0, 2.0]]), "shapes_differ"),
        (Evacuation([5.5], [5], [[1.0]]), "not_a_count"),
        (Evacuation([nan], [5], [[1.0]]), "not_a_count"),
        (Evacuation([5], [-5], [[1.0]]), "not_a_count"),
        (Evacuation([5], [5], [[-1.0]]), "negative"),
    ],
)
def test_what_makes_no_sense_is_refused(case, code):
    for method in (assign_split, assign_whole, assign_greedy):
        with pytest.raises(Refusal, match=code):
            method(case)
