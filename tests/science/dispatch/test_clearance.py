# SPDX-License-Identifier: Apache-2.0
"""Clearance times against every path, against Ford and Fulkerson's repeated flows, and by hand."""

from itertools import pairwise, permutations
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from anshu.science.dispatch.clearance import Exodus, clearance_time
from anshu.science.dispatch.quickest_path import quickest_path
from anshu.science.standing import Refusal


@st.composite
def networks(draw, nodes=4):
    ends = st.integers(0, nodes - 1)
    edge = st.tuples(ends, ends, st.integers(0, 4), st.integers(0, 3)).filter(lambda one: one[0] != one[1])
    return draw(st.lists(edge, min_size=1, max_size=8)), draw(st.integers(1, 12))


def columns(edges):
    return [edge[:2] for edge in edges], [edge[2] for edge in edges], [edge[3] for edge in edges]


def best_of_every_path(edges, people, nodes=4):
    best = inf
    for length in range(nodes - 1):
        for between in permutations(range(1, nodes - 1), length):
            path = [0, *between, nodes - 1]
            options = [[edge for edge in edges if edge[:2] == hop] for hop in pairwise(path)]
            # At each capacity a path is as quick as its quickest edges at least that wide.
            for least in {edge[3] for edge in edges} - {0}:
                times = [min((edge[2] for edge in hop if edge[3] >= least), default=inf) for hop in options]
                best = min(best, sum(times) + people / least)
    return best


@given(networks())
@settings(max_examples=150, deadline=None)
def test_the_quickest_path_is_the_best_of_every_path(network):
    edges, people = network
    route = quickest_path(*columns(edges), people=people, origin=0, destination=3)
    expected = best_of_every_path(edges, people)
    assert (inf if route is None else route.clearance_min) == pytest.approx(expected)


def most_by_repeated_flows(edges, last, nodes=4):
    """Ford and Fulkerson (1958): paths repeated as long as they arrive in time, max (T + 1)|f| - Σ τ f."""
    ends, times, capacity = columns(edges)
    balance = np.zeros((nodes, len(edges)))
    for place, (one, other) in enumerate(ends):
        balance[one, place] += 1
        balance[other, place] -= 1
    objective = (last + 1) * balance[0] - np.array(times)
    inner = balance[1:-1]
    solved = linprog(-objective, A_eq=inner, b_eq=np.zeros(len(inner)), bounds=[(0, most) for most in capacity])
    return -solved.fun


@given(networks())
@settings(max_examples=60, deadline=None)
def test_one_village_and_one_shelter_clear_as_fast_as_repeated_flows(network):
    edges, people = network
    found = clearance_time(Exodus(*columns(edges), [people, 0, 0, 0], [0, 0, 0, people]), longest_min=60)
    if found.stranded:
        assert most_by_repeated_flows(edges, 60) < people
        return
    last = int(found.clearance_min)
    assert most_by_repeated_flows(edges, last) >= people - 1e-6
    assert last == 0 or most_by_repeated_flows(edges, last - 1) < people - 1e-6


def test_a_road_of_ten_persons_a_minute_needs_its_length_and_nine_more_minutes_for_a_hundred():
    road = Exodus([(0, 1)], [5.0], [10.0], people=[100, 0], places=[0, 100])
    assert clearance_time(road).clearance_min == 14.0
    # In continuous time the last of them arrives at 5 + 100/10; finer steps come near it from below.
    assert clearance_time(road, step_min=0.1).clearance_min == pytest.approx(15.0, abs=0.11)


def test_two_villages_share_a_bridge_and_a_full_shelter_sends_people_on():
    exodus = Exodus(
        edges=[(0, 2), (1, 2), (2, 3), (3, 4)],
        minutes=[1, 1, 1, 10],
        persons_min=[50, 50, 20, 20],
        people=[100, 100, 0, 0, 0],
        places=[0, 0, 0, 100, 100],
    )
    # The bridge passes 20 a minute from minute 1 on; the last hundred go ten minutes further, and may go first.
    assert clearance_time(exodus).clearance_min == 16.0


def test_people_who_set_out_late_arrive_late():
    road = Exodus([(0, 1)], [5.0], [100.0], people=[100, 0], places=[0, 100], ready_min=[30.0, 0.0])
    assert clearance_time(road).clearance_min == 35.0


def test_half_a_person_a_minute_still_gets_through():
    road = Exodus([(0, 1)], [0.0], [0.5], people=[3, 0], places=[0, 3])
    assert clearance_time(road).clearance_min == 5.0


def test_those_without_a_place_are_counted():
    found = clearance_time(Exodus([(0, 1)], [5.0], [10.0], [100, 0], [0, 60]), longest_min=120)
    assert (found.clearance_min, found.arrived, found.stranded) == (inf, 60, 40)


@pytest.mark.parametrize(
    ("exodus", "code"),
    [
        (Exodus([(0, 1)], [1, 2], [1.0], [1, 0], [0, 1]), "shapes_differ"),
        (Exodus([(0, 2)], [1], [1.0], [1, 0], [0, 1]), "unknown_node"),
        (Exodus([(0, 1)], [-1], [1.0], [1, 0], [0, 1]), "negative"),
        (Exodus([(0, 1)], [1], [np.nan], [1, 0], [0, 1]), "negative"),
        (Exodus([(0, 1)], [1], [1.0], [1.5, 0], [0, 1]), "not_a_count"),
    ],
)
def test_what_makes_no_sense_is_refused(exodus, code):
    with pytest.raises(Refusal, match=code):
        clearance_time(exodus)
