# SPDX-License-Identifier: Apache-2.0
"""Routing against a textbook example, and dam breaches against recorded failures."""

from math import nan

import numpy as np
import pytest

from anshu.science.flood import dam_break, muskingum
from anshu.science.standing import Refusal

# Chow, Maidment and Mays (1988), example 8.4.1: K = 2.3 h, X = 0.15, steps of an hour; flows in ft3/s.
INFLOW = [93, 137, 208, 320, 442, 546, 630, 678, 691, 675, 634, 571, 477, 390, 329, 247, 184, 134, 108, 90]
OUTFLOW = [85, 91, 114, 159, 233, 324, 420, 509, 578, 623, 642, 635, 603, 546, 479, 413, 341, 274, 215, 170]
WHOLE_NUMBERS = 1.0  # the book prints whole numbers and carries rounded coefficients


def test_the_textbook_flood_is_routed():
    routed = muskingum.route_m3_s(INFLOW, travel_h=2.3, weight=0.15, step_h=1.0, first_outflow_m3_s=85)
    np.testing.assert_allclose(routed, OUTFLOW, atol=WHOLE_NUMBERS)


def test_steady_flow_stays_and_a_missing_inflow_is_missing_from_then_on():
    routed = muskingum.route_m3_s([50, 50, nan, 50], travel_h=2.3, weight=0.15, step_h=1.0)
    assert routed[:2].tolist() == pytest.approx([50, 50])
    assert np.isnan(routed[2:]).all()


def test_without_a_calibrated_reach_nothing_is_routed():
    with pytest.raises(Refusal) as refused:
        muskingum.route_m3_s(INFLOW, travel_h=None, weight=0.2, step_h=1.0)
    assert refused.value.params["names"] == ("travel_h",)


def test_a_step_that_would_turn_flows_negative_is_refused():
    with pytest.raises(Refusal, match="step_unsuited"):
        muskingum.route_m3_s(INFLOW, travel_h=2.3, weight=0.4, step_h=1.0)


# Wahl (1998), US Bureau of Reclamation DSO-98-004, case studies: water m3, head m, peak m3/s.
FAILURES = {
    "Teton": (310e6, 77.4, 65120),
    "Hatchtown": (14.8e6, 16.8, 3080),
    "Baldwin Hills": (0.91e6, 12.2, 1130),
    "Buffalo Creek": (0.48e6, 14.0, 1420),
}


@pytest.mark.parametrize("dam", FAILURES)
def test_recorded_failures_lie_in_the_likely_range(dam):
    water, head, observed = FAILURES[dam]
    low, high = dam_break.likely_range_m3_s(water_m3=water, head_m=head)
    assert low <= observed <= high


def test_a_dam_without_water_is_refused():
    with pytest.raises(Refusal, match="not_positive"):
        dam_break.peak_outflow_m3_s(water_m3=0.0, head_m=10.0)
