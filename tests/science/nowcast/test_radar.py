# SPDX-License-Identifier: Apache-2.0
"""Forecasts of a real front against what came, from three small cuts of a radar event."""

import numpy as np
import pytest

from anshu.science.nowcast.advection import extrapolate
from anshu.science.nowcast.ensemble import EnsembleSettings, ensemble
from anshu.science.nowcast.motion import motion
from anshu.science.rainfall.reading import read_grids
from anshu.science.verification.contingency import contingency
from anshu.science.verification.crps import crps_ensemble

STEP_S = 300.0


@pytest.fixture(scope="module")
def front(shared):
    """Nine frames over Switzerland on 31 January 2017, in mm/h, about the country's middle."""
    folder = shared / "data" / "01_radar_nowcast" / "mch_20170131"
    frames = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name[:12])[6:15]:
        (grid,) = read_grids(file.read_bytes(), name=file.name)
        frames.append(grid.rate_mm_h().values[200:456, 200:456])
    return np.stack(frames).astype(np.float32)


def test_thirty_minutes_on_the_forecast_beats_standing_still(front):
    wind = motion(front[:3], cell_m=1000.0, step_s=STEP_S)
    ahead = extrapolate(front[2], wind, leads_s=[6 * STEP_S], cell_m=1000.0)[0]
    still = np.where(np.isnan(ahead), np.nan, front[2])
    said, stayed = (contingency(field, front[8], threshold=1.0).threat_score for field in (ahead, still))
    assert said > 1.2 * stayed


def test_members_say_more_than_one_forecast(front):
    wind = motion(front[:3], cell_m=1000.0, step_s=STEP_S)
    drawn = ensemble(
        front[:3],
        wind,
        steps=6,
        cell_m=1000.0,
        step_s=STEP_S,
        rng=np.random.default_rng(1),
        settings=EnsembleSettings(members=8),
    )[:, 5]
    one = np.abs(extrapolate(front[2], wind, leads_s=[6 * STEP_S], cell_m=1000.0)[0] - front[8])
    score = crps_ensemble(drawn, front[8])
    known = np.isfinite(score) & np.isfinite(one)
    assert score[known].mean() < 0.8 * one[known].mean()
