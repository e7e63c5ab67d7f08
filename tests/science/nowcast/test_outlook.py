# SPDX-License-Identifier: Apache-2.0
"""Chances by village and the error that grows with the lead."""

import sys

import numpy as np
import pytest

from anshu.science.nowcast.compiled import kernels
from anshu.science.nowcast.exceedance import Areas, exceedance, outlook
from anshu.science.nowcast.growth import growth, useful_lead_s
from anshu.science.standing import Refusal

NAN = np.nan


def two_villages():
    left, right = np.zeros((4, 6), bool), np.zeros((4, 6), bool)
    left[1:3, 0:2], right[0:2, 4:6] = True, True
    return Areas.of_masks({"左村": left, "右村": right})


def test_the_chance_is_the_share_of_members():
    members = np.zeros((4, 1, 4, 6))
    members[0, 0, 1, 0] = members[1, 0, 2, 1] = 20.0
    members[:, 0, 0, 5] = [1, 2, 3, 50]
    said = outlook(members, two_villages(), thresholds_mm_h=(10.0, 2.0))
    assert said.probability.shape == (2, 1, 2)
    assert said.probability[:, 0].tolist() == [[0.5, 0.25], [0.5, 0.75]]
    assert said.median_mm_h[0].tolist() == [10.0, 2.5]


def test_a_village_half_unseen_is_unknown():
    fields = np.ones((2, 4, 6))
    fields[:, 1:3, 0] = NAN
    fields[1, 1, 1] = NAN
    areas = two_villages()
    assert areas.mean(fields)[0].tolist() == [1.0, 1.0]
    assert np.isnan(areas.largest(fields)[1, 0])
    assert areas.largest(fields)[1, 1] == 1.0


def test_missing_members_do_not_count_until_half_are():
    members = np.array([[5.0, NAN, NAN], [0.0, 5.0, NAN], [5.0, 0.0, 5.0], [5.0, 5.0, NAN]])
    share = exceedance(members, threshold=5.0)
    assert share[0] == 0.75
    assert share[1] == pytest.approx(2 / 3)
    assert np.isnan(share[2])


def test_a_polygon_takes_the_cells_whose_centre_it_holds():
    ring = [(1000, 3000), (3000, 3000), (3000, 1000), (1000, 1000)]
    speck = [(100, 100), (200, 100), (150, 200)]
    areas = Areas.of_polygons({"村": ring, "点": speck}, shape=(4, 5), corner_m=(0.0, 4000.0), cell_m=1000.0)
    assert areas.cells[areas.starts[0] : areas.starts[1]].tolist() == [6, 7, 11, 12]
    assert areas.cells[areas.starts[1] :].tolist() == [15]


def test_an_area_off_the_grid_is_refused_by_name():
    with pytest.raises(Refusal, match=r"area_without_cells.*远村"):
        Areas.of_polygons(
            {"远村": [(9e4, 9e4), (9.1e4, 9e4), (9e4, 9.1e4)]}, shape=(4, 5), corner_m=(0.0, 4000.0), cell_m=1000.0
        )


@pytest.mark.parametrize(
    ("scores", "lead"),
    [([0.5, 0.4, 0.2], 900), ([0.2, 0.1, 0.0], 0), ([0.5, 0.5, 0.5], np.inf), ([0.4, NAN, 0.1], np.inf)],
)
def test_the_useful_lead_lies_straight_between_scores(scores, lead):
    assert useful_lead_s([400, 800, 1000], scores) == pytest.approx(lead)


def moving(frames, step):
    rows, columns = np.mgrid[:96, :128]
    rain = np.zeros((frames, 96, 128))
    rng = np.random.default_rng(2)
    for x, y, peak in rng.uniform((10, 10, 5), (118, 86, 20), (14, 3)):
        for k in range(frames):
            rain[k] += peak * np.exp(-((columns - x - step * k) ** 2 + (rows - y) ** 2) / 40)
    return rain


def test_steady_motion_is_forecast_well_and_standing_still_is_not():
    judged = growth(moving(7, 4.0), steps=4, cell_m=1000.0, step_s=300.0)
    assert (judged.csi > 0.9).all()
    assert (judged.persistence_csi < judged.csi).all()
    assert judged.forecasts.tolist() == [4, 3, 2, 1]
    assert judged.useful_s == np.inf


def test_leads_nobody_has_seen_yet_have_no_score():
    judged = growth(moving(4, 1.0), steps=3, cell_m=1000.0, step_s=300.0)
    assert judged.forecasts.tolist() == [1, 0, 0]
    assert np.isnan(judged.csi[1:]).all()


def test_without_numba_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    kernels.cache_clear()
    with pytest.raises(Refusal, match=r"library_missing.*numba.*anshu\[weather\]"):
        kernels("motion")
    kernels.cache_clear()
