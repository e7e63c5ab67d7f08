# SPDX-License-Identifier: Apache-2.0
"""Goods to needs: small cases against trying everything, and what must hold of all."""

from itertools import product
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anshu.science.dispatch.relief_goods import Supply, ship
from anshu.science.standing import Refusal

counts = st.integers(0, 2)


@st.composite
def small(draw):
    """Two depots, two places, two kinds, at most two of each."""
    table = st.lists(st.lists(counts, min_size=2, max_size=2), min_size=2, max_size=2)
    minutes = st.lists(st.lists(st.sampled_from([0.0, 3.0, 10.0, 25.0, inf, nan]), min_size=2, max_size=2), min_size=2)
    return Supply(
        need=draw(table),
        stock=draw(table),
        travel_min=draw(minutes)[:2],
        urgency=draw(st.lists(counts, min_size=2, max_size=2)),
        latest_min=draw(st.sampled_from([inf, 20.0])),
        load=[1.0, 2.0],
        carriage=draw(st.lists(st.integers(0, 6), min_size=2, max_size=2)),
    )


def best_by_trying(supply):
    need, stock, minutes = np.array(supply.need), np.array(supply.stock), np.array(supply.travel_min)
    useful = np.isfinite(minutes) & (minutes <= supply.latest_min)
    ranges = [range(int(min(need[p, k], stock[d, k])) + 1 if useful[d, p] else 1) for d, p, k in np.ndindex(2, 2, 2)]
    ranks = sorted(set(supply.urgency), reverse=True)
    best = None
    for quantities in product(*ranges):
        sent = np.reshape(quantities, (2, 2, 2))
        unmet = need - sent.sum(axis=0)
        if (
            (unmet < 0).any()
            or (sent.sum(axis=1) > stock).any()
            or ((sent.sum(axis=1) @ [1, 2]) > supply.carriage).any()
        ):
            continue
        by_rank = [int(unmet[np.array(supply.urgency) == rank].sum()) for rank in ranks]
        cost = float((sent.sum(axis=2) * np.where(useful, minutes, 0.0)).sum())
        best = min(best, (by_rank, cost)) if best else (by_rank, cost)
    return best


@given(small())
@settings(max_examples=40, deadline=None)
def test_needs_are_met_as_well_as_trying_everything(supply):
    shipment = ship(supply)
    ranks = sorted(set(supply.urgency), reverse=True)
    by_rank = [int(shipment.unmet[np.array(supply.urgency) == rank].sum()) for rank in ranks]
    expected, cost = best_by_trying(supply)
    assert by_rank == expected
    assert shipment.unit_min == pytest.approx(cost, abs=1e-6)
    assert shipment.gap <= 1e-4
    assert (shipment.sent.sum(axis=1) <= supply.stock).all()


def test_the_more_urgent_place_is_served_first_even_from_further_away():
    shipment = ship(Supply(need=[[5], [5]], stock=[[6]], travel_min=[[40.0, 5.0]], urgency=[2, 1]))
    assert shipment.unmet.ravel().tolist() == [0, 4]


def test_goods_that_would_come_too_late_are_not_sent():
    shipment = ship(Supply(need=[[5], [5]], stock=[[10]], travel_min=[[40.0, 40.0]], latest_min=[30.0, 60.0]))
    assert shipment.unmet.ravel().tolist() == [5, 0]


@pytest.mark.parametrize(
    ("supply", "code"),
    [
        (Supply([[1]], [[1, 2]], [[1.0]]), "shapes_differ"),
        (Supply([[1.5]], [[1]], [[1.0]]), "not_a_count"),
        (Supply([[1]], [[1]], [[-1.0]]), "negative"),
        (Supply([[1]], [[1]], [[1.0]], load=[1.0]), "load_without_carriage"),
        (Supply([[1]], [[1]], [[1.0]], urgency=[1, 2]), "shapes_differ"),
    ],
)
def test_what_makes_no_sense_is_refused(supply, code):
    with pytest.raises(Refusal, match=code):
        ship(supply)
