# SPDX-License-Identifier: Apache-2.0
"""Driving times against every pair's shortest way found by hand, and what closures cut."""

from math import inf, nan

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.science.dispatch.road_time import Roads, edges_within, nearest_nodes, travel_times
from anshu.science.standing import Refusal

# A square of side 1 km with one diagonal; the last edge runs beside the first and is slower.
SQUARE = Roads(
    node_xy=[(0, 0), (1000, 0), (1000, 1000), (0, 1000)],
    edges=[(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (0, 1)],
    minutes=[2.0, 2.0, 2.0, 2.0, 3.0, 9.0],
    edge_ids=["south", "east", "north", "west", "diagonal", "track"],
)


@st.composite
def networks(draw):
    nodes = draw(st.integers(2, 6))
    ends = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(ends, ends, st.integers(0, 9), st.booleans(), st.booleans()), max_size=14))
    return nodes, edges


@given(networks())
@settings(max_examples=150, deadline=None)
def test_every_pair_takes_the_shortest_open_way(network):
    nodes, edges = network
    expected = np.full((nodes, nodes), inf)
    np.fill_diagonal(expected, 0.0)
    for one, other, cost, both, shut in edges:
        if not shut:
            expected[one, other] = min(expected[one, other], cost)
            if both:
                expected[other, one] = min(expected[other, one], cost)
    for middle in range(nodes):
        expected = np.minimum(expected, expected[:, [middle]] + expected[[middle], :])
    roads = Roads(
        np.zeros((nodes, 2)),
        np.reshape([edge[:2] for edge in edges], (-1, 2)),
        [edge[2] for edge in edges],
        both_ways=[edge[3] for edge in edges],
    )
    closed = [place for place, edge in enumerate(edges) if edge[4]]
    found = travel_times(roads, range(nodes), range(nodes), closed=closed)
    np.testing.assert_array_equal(found.minutes, expected)


def test_a_closure_sends_traffic_round_and_of_two_roads_the_quicker_counts():
    assert travel_times(SQUARE, [0], [1, 2]).minutes.tolist() == [[2.0, 3.0]]
    assert travel_times(SQUARE, [0], [1, 2], closed=["south", "diagonal"]).minutes.tolist() == [[6.0, 4.0]]


def test_what_is_cut_off_is_named():
    shut = ["south", "east", "track"]  # nothing leads to node 1 any more
    found = travel_times(SQUARE, [0, 1], [1, 2, 3], closed=shut)
    assert found.minutes.tolist() == [[inf, 3.0, 2.0], [0.0, inf, inf]]
    assert (found.cut_origins, found.cut_destinations) == ((), ())
    assert found.cut_pairs == ((0, 0), (1, 1), (1, 2))
    assert travel_times(SQUARE, [0, 1], [2, 3], closed=shut).cut_origins == (1,)


def test_an_area_closes_the_roads_that_cross_it_and_a_point_those_within_its_distance():
    flood = shapely.box(400, 400, 600, 600)
    assert edges_within(SQUARE, [flood]) == ("diagonal",)
    fallen_rock = shapely.Point(500, 30)
    assert edges_within(SQUARE, [fallen_rock]) == ()
    assert edges_within(SQUARE, [fallen_rock, flood], within_m=50) == ("south", "diagonal", "track")


def test_a_road_with_its_own_shape_is_judged_by_it():
    bent = Roads([(0, 0), (1000, 0)], [(0, 1)], [3.0], lines=[shapely.LineString([(0, 0), (500, 800), (1000, 0)])])
    assert edges_within(bent, [shapely.box(450, -50, 550, 50)]) == ()
    assert edges_within(bent, [shapely.box(450, 750, 550, 850)]) == (0,)


def test_points_find_their_nearest_node():
    node, away = nearest_nodes(SQUARE, [(990, 0), (0, 700)])
    assert (node.tolist(), away.tolist()) == ([1, 3], [10.0, 300.0])


@pytest.mark.parametrize(
    ("roads", "closed", "code"),
    [
        (SQUARE, ["bridge"], "unknown_edge"),
        (Roads([(0, 0)], [(0, 1)], [1.0]), (), "unknown_node"),
        (Roads([(0, 0), (1, 1)], [(0, 1)], [nan]), (), "edge_time_missing"),
        (Roads([(0, 0), (1, 1)], [(0, 1)], [-1.0]), (), "edge_time_missing"),
        (Roads([(0, 0), (1, 1)], [(0, 1)], [1.0, 2.0]), (), "shapes_differ"),
    ],
)
def test_a_graph_that_cannot_be_trusted_is_refused(roads, closed, code):
    with pytest.raises(Refusal, match=code):
        travel_times(roads, [0], [0], closed=closed)
