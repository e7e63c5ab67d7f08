# SPDX-License-Identifier: Apache-2.0
"""Motion and extrapolation against flows that are known exactly."""

import numpy as np
import pytest

from anshu.science.nowcast.advection import extrapolate
from anshu.science.nowcast.motion import MotionSettings, motion
from anshu.science.standing import Refusal

CELL_M, STEP_S = 500.0, 300.0


def showers(shift=(0.0, 0.0), shape=(160, 192), count=60, seed=7, west=-20):
    """Rain rate of Gaussian showers moved by a number of cells (columns, rows)."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    rain = np.zeros(shape)
    for _ in range(count):
        x, y = rng.uniform(west, shape[1] + 20), rng.uniform(-20, shape[0] + 20)
        width, peak = rng.uniform(3, 9), rng.gamma(2, 5)
        distance2 = (columns - x - shift[0]) ** 2 + (rows - y - shift[1]) ** 2
        rain += peak * np.exp(-distance2 / (2 * width**2))
    return rain


def frames(u, v, steps=3):
    return np.stack([showers((u * step, v * step)) for step in range(steps)])


@pytest.mark.parametrize(("u", "v"), [(2.0, -1.0), (0.3, 0.6), (-7.5, 4.2), (22.0, -15.0), (0.0, 0.0)])
def test_a_known_translation_is_recovered(u, v):
    found = motion(frames(u, v), cell_m=CELL_M, step_s=STEP_S) * STEP_S / CELL_M
    inside = found[:, 40:-40, 40:-40]
    assert np.median(inside[0]) == pytest.approx(u, abs=0.1)
    assert np.median(inside[1]) == pytest.approx(v, abs=0.1)
    assert np.abs(inside - np.array([u, v])[:, None, None]).max() < 1.0


def test_missing_cells_do_not_move_and_do_not_bend_motion():
    seen = frames(3.0, 2.0)
    seen[:, 60:100, 50:90] = np.nan
    found = motion(seen, cell_m=CELL_M, step_s=STEP_S) * STEP_S / CELL_M
    assert np.isfinite(found).all()
    assert np.median(found[0, 40:-40, 40:-40]) == pytest.approx(3.0, abs=0.15)
    assert np.median(found[1, 40:-40, 40:-40]) == pytest.approx(2.0, abs=0.15)


def test_no_rain_stands_still():
    assert not motion(np.zeros((3, 64, 64)), cell_m=CELL_M, step_s=STEP_S).any()
    assert not motion(np.full((2, 64, 64), np.nan), cell_m=CELL_M, step_s=STEP_S).any()


def test_dry_ground_takes_its_neighbours_motion():
    seen = np.stack([showers((4.0 * step, 0.0), west=90) for step in range(3)])
    found = motion(seen, cell_m=CELL_M, step_s=STEP_S) * STEP_S / CELL_M
    assert found[0, 80, 8] == pytest.approx(4.0, abs=0.8)


def test_nothing_moves_faster_than_told():
    found = motion(frames(22.0, 0.0), cell_m=CELL_M, step_s=STEP_S, settings=MotionSettings(fastest_m_s=20.0))
    assert np.hypot(*found).max() <= 20.01


def test_clutter_that_stands_does_not_stop_the_rain():
    seen = frames(5.0, -3.0)
    seen[:, np.random.default_rng(8).random(seen.shape[1:]) < 0.003] = 20.0
    found = motion(seen, cell_m=CELL_M, step_s=STEP_S) * STEP_S / CELL_M
    assert np.median(found[0]) == pytest.approx(5.0, abs=0.3)
    assert np.median(found[1]) == pytest.approx(-3.0, abs=0.3)


@pytest.mark.parametrize("shape", [(5, 7), (1, 40), (17, 3)])
def test_the_smallest_fields_are_taken(shape):
    rain = np.random.default_rng(1).gamma(1, 2, (3, *shape))
    assert np.isfinite(motion(rain, cell_m=CELL_M, step_s=STEP_S)).all()


def test_one_frame_tells_no_motion():
    with pytest.raises(Refusal, match="frames_too_few"):
        motion(showers()[None], cell_m=CELL_M, step_s=STEP_S)


def test_whole_cells_are_carried_exactly():
    rain = showers().astype(np.float32)
    wind = np.zeros((2, *rain.shape))
    wind[0], wind[1] = 2 * CELL_M / STEP_S, -CELL_M / STEP_S
    ahead = extrapolate(rain, wind, leads_s=[STEP_S, 4 * STEP_S], cell_m=CELL_M)
    np.testing.assert_allclose(ahead[0, 8:-8, 8:], rain[9:-7, 6:-2], rtol=2e-4, atol=1e-4)
    np.testing.assert_allclose(ahead[1, 8:-8, 8:], rain[12:-4, :-8], rtol=2e-4, atol=1e-4)
    assert np.isnan(ahead[1, :, :8]).all(), "what comes from outside is unknown"


def test_a_turning_shower_comes_round():
    rows, columns = np.mgrid[:161, :161] - 80.0
    turn = 2 * np.pi / (120 * STEP_S)
    wind = np.stack([-turn * rows, turn * columns]) * CELL_M
    shower = np.exp(-((columns - 30) ** 2 + rows**2) / 72)
    quarter, whole = extrapolate(shower, wind, leads_s=[30 * STEP_S, 120 * STEP_S], cell_m=CELL_M)
    assert np.nanmax(np.abs(quarter - np.exp(-((rows - 30) ** 2 + columns**2) / 72))) < 0.03
    assert np.nanmax(np.abs(whole - shower)) < 0.1


def test_missing_spreads_no_further_than_it_moved():
    rain = np.ones((40, 40))
    rain[20, 20] = np.nan
    wind = np.zeros((2, 40, 40))
    wind[0] = 0.25 * CELL_M / STEP_S
    missing = np.isnan(extrapolate(rain, wind, leads_s=[STEP_S], cell_m=CELL_M)[0])
    assert missing[20, 20]
    assert missing[:, 1:].sum() == 1, "a cell with three quarters known is known"


def test_threads_do_not_change_the_answer():
    rain, wind = showers(), np.full((2, 160, 192), 5.0)
    alone = extrapolate(rain, wind, leads_s=[900.0], cell_m=CELL_M, workers=1)
    np.testing.assert_array_equal(alone, extrapolate(rain, wind, leads_s=[900.0], cell_m=CELL_M, workers=3))


@pytest.mark.parametrize("leads", [[], [600, 300], [0]])
def test_leads_must_ascend(leads):
    with pytest.raises(Refusal, match="leads_not_ascending"):
        extrapolate(showers(), np.zeros((2, 160, 192)), leads_s=leads, cell_m=CELL_M)
