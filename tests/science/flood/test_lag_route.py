# SPDX-License-Identifier: Apache-2.0
"""Level forecasts: coefficients found again, a textbook flood, and bounds that hold on floods not seen."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest

from anshu.science.flood.lag_route import Reach, calibrate, forecast
from anshu.science.standing import Refusal


def floods(rng, steps):
    """Hourly levels of a made river: storms that rise fast and fall slowly over a base."""
    rain = np.where(rng.random(steps) < 0.02, rng.exponential(1.5, steps), 0.0)
    return 2.0 + np.convolve(rain, np.exp(-np.arange(200) / 15.0) - np.exp(-np.arange(200) / 4.0))[:steps]


def downstream_of(upstream, rng, *, lag=5, storage=6.0, noise=0.02):
    kept, level, state = np.exp(-1 / storage), np.empty(upstream.size), upstream[0]
    for step, now in enumerate(upstream):
        state = kept * state + (1 - kept) * now
        level[step] = state
    lagged = np.concatenate([np.full(lag, level[0]), level[:-lag]])
    drift = np.zeros(upstream.size)
    for step in range(1, upstream.size):
        drift[step] = 0.9 * drift[step - 1] + noise * rng.standard_normal()
    return 1.0 + 0.8 * lagged + drift


@pytest.fixture(scope="module")
def river():
    rng = np.random.default_rng(11)
    upstream = floods(rng, 4000)
    return upstream, downstream_of(upstream, rng)


@pytest.fixture(scope="module")
def reach(river):
    return calibrate(river[0][:2000], river[1][:2000], step_h=1.0, leads=8)


def test_lag_storage_and_gain_are_found_again(reach):
    assert abs(reach.lag_h - 5.0) <= 1.0
    assert reach.storage_h == pytest.approx(6.0, rel=0.3)
    assert (reach.gain, reach.offset) == (pytest.approx(0.8, rel=0.05), pytest.approx(1.0, abs=0.2))
    assert reach.carry == pytest.approx(0.9, abs=0.08)


def test_floods_not_seen_lie_within_the_bounds_and_nearer_than_no_change(river, reach):
    upstream, level = river
    inside, ours, persistence = [], [], []
    for now in range(2200, 3980, 20):
        given = forecast(reach, upstream[: now + 1], level[: now + 1])
        later = level[now + 1 : now + 9]
        inside.append((given.low <= later) & (later <= given.high))
        ours.append((given.level - later) ** 2)
        persistence.append((level[now] - later) ** 2)
    assert 0.88 <= np.mean(inside) <= 0.99
    assert np.sqrt(np.mean(ours)) < 0.5 * np.sqrt(np.mean(persistence))


def test_uncertainty_grows_with_lead(reach):
    width = np.subtract(reach.error_high, reach.error_low)
    assert width[-1] > width[0] > 0


# Chow, Maidment and Mays (1988), example 8.4.1: inflow and outflow of a reach routed by another method, ft3/s.
INFLOW = [93, 137, 208, 320, 442, 546, 630, 678, 691, 675, 634, 571, 477, 390, 329, 247, 184, 134, 108, 90]
OUTFLOW = [85, 91, 114, 159, 233, 324, 420, 509, 578, 623, 642, 635, 603, 546, 479, 413, 341, 274, 215, 170]


def test_the_textbook_flood_is_followed_two_hours_ahead():
    # Before and after the printed flood the river stays as it was.
    inflow, outflow = [90] * 20 + INFLOW + [90] * 10, [85] * 20 + OUTFLOW + [134, 112, 100, 95, 92, 91, 90, 90, 90, 90]
    reach = calibrate(inflow, outflow, step_h=1.0, leads=2, longest_lag_h=6.0)
    assert reach.lag_h + reach.storage_h == pytest.approx(2.3, abs=0.8)  # Muskingum's K
    errors = [float(forecast(reach, inflow[:now], outflow[:now]).level[1]) - outflow[now + 1] for now in range(22, 40)]
    no_change = [outflow[now - 1] - outflow[now + 1] for now in range(22, 40)]
    assert np.sqrt(np.mean(np.square(errors))) < 0.35 * np.sqrt(np.mean(np.square(no_change)))


def test_without_coefficients_nothing_is_forecast_and_the_missing_are_named(reach):
    with pytest.raises(Refusal, match="coefficients_missing") as refused:
        forecast(replace(reach, lag_h=None, carry=None), [1.0], [1.0])
    assert refused.value.params["names"] == ("lag_h", "carry")
    with pytest.raises(Refusal, match="coefficients_missing"):
        forecast(Reach(), [1.0], [1.0])


def test_a_missing_last_level_gives_no_forecast(river, reach):
    level = river[1][:500].copy()
    level[-1] = nan
    assert np.isnan(forecast(reach, river[0][:500], level).level).all()


def test_gaps_in_the_past_do_not_spoil_the_calibration(river, reach):
    upstream, level = river[0][:2000].copy(), river[1][:2000].copy()
    upstream[700:720] = nan
    level[1200:1300] = nan
    found = calibrate(upstream, level, step_h=1.0, leads=8)
    assert abs(found.lag_h - reach.lag_h) <= 1.0
    assert found.gain == pytest.approx(reach.gain, rel=0.05)


def test_levels_never_seen_are_marked(reach, river):
    high = forecast(reach, river[0][:500] + 50.0, river[1][:500] + 40.0)
    assert high.extrapolates.all()


def test_too_few_levels_are_refused():
    with pytest.raises(Refusal, match="too_few_levels"):
        calibrate(np.arange(20.0), np.arange(20.0), step_h=1.0, leads=2)
