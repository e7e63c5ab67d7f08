# SPDX-License-Identifier: Apache-2.0
"""Memory by scale, matching, members and S-PROG: properties that the published methods promise."""

import numpy as np
import pytest

from anshu.science.nowcast.cascade import autoregression, bands, memory
from anshu.science.nowcast.ensemble import EnsembleSettings, ensemble, futures
from anshu.science.nowcast.matching import Amounts, match
from anshu.science.nowcast.sprog import sprog
from anshu.science.standing import Refusal

CELL_M, STEP_S = 1000.0, 300.0
SHAPE = (96, 120)


def noise_field(rng, slope=-2.4):
    """Rain-like noise: a power law spectrum, made intermittent."""
    rows, columns = np.fft.fftfreq(SHAPE[0])[:, None], np.fft.rfftfreq(SHAPE[1])[None]
    radius = np.maximum(np.hypot(rows, columns), 1 / max(SHAPE))
    white = np.fft.rfft2(rng.standard_normal(SHAPE))
    field = np.fft.irfft2(white * radius ** (slope / 2), SHAPE)
    return field / field.std()


@pytest.fixture(scope="module")
def rain():
    """Three frames whose pattern is half new in fine scales at each step, standing still."""
    rng = np.random.default_rng(11)
    broad, fine = noise_field(rng, -4.0), [noise_field(rng, -1.0) for _ in range(3)]
    mixed = [broad + 0.4 * (fine[k] + (fine[k - 1] if k else fine[0])) for k in range(3)]
    decibels = np.stack(mixed) * 8
    return np.where(decibels > 0, 10 ** (decibels / 10), 0.0).astype(np.float32)


STILL = np.zeros((2, *SHAPE), np.float32)


def draw(rain, members=16, steps=6, seed=5, **settings):
    chosen = EnsembleSettings(members=members, **settings)
    return ensemble(
        rain, STILL, steps=steps, cell_m=CELL_M, step_s=STEP_S, rng=np.random.default_rng(seed), settings=chosen
    )


def test_levels_share_every_wavenumber_whole():
    shares = bands((96, 121), 6)
    assert shares.shape == (6, 96, 61)
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, atol=1e-6)
    assert shares[0, 0, 0] == 1.0
    assert shares[-1, 48, 60] > 0.9, "the finest level owns the shortest waves"


def test_a_field_too_small_for_its_levels_is_refused():
    with pytest.raises(Refusal, match="field_too_small"):
        bands((16, 16), 6)


@pytest.mark.parametrize(("lag1", "lag2"), [(0.95, 0.9), (0.7, 0.5), (0.2, 0.1), (0.5, 0.25)])
def test_the_autoregression_gives_back_its_correlations(lag1, lag2):
    phi1, phi2, shock = autoregression(np.array([lag1]), np.array([lag2]))
    assert phi1 + phi2 * lag1 == pytest.approx(lag1), "Yule-Walker at lag one"
    assert phi1 * lag1 + phi2 == pytest.approx(lag2), "Yule-Walker at lag two"
    rng, series = np.random.default_rng(1), [0.0, 0.0]
    for shake in rng.standard_normal(20_000):
        series.append(phi1[0] * series[-1] + phi2[0] * series[-2] + shock[0] * shake)
    assert np.var(series) == pytest.approx(1.0, rel=0.2)


def test_no_correlation_makes_a_swinging_level():
    lag1, lag2 = np.meshgrid(np.linspace(-0.5, 1.0, 31), np.linspace(-1.0, 1.0, 41))
    phi1, phi2, shock = autoregression(lag1.ravel(), lag2.ravel())
    assert (phi1**2 + 4 * phi2 > -1e-6).all()
    assert np.isfinite(shock).all()


def test_fine_scales_are_forgotten_first(rain):
    past = memory(rain, STILL, cell_m=CELL_M, step_s=STEP_S, levels=5, floor_mm_h=0.1)
    assert past.correlation[0, 0] > 0.95
    assert past.correlation[0, 0] > past.correlation[0, -1]
    assert (past.correlation[1] <= past.correlation[0] + 0.05).all()


def test_matching_agrees_with_sorting():
    rng = np.random.default_rng(3)
    pattern = rng.standard_normal((80, 90)).astype(np.float32)
    target = np.maximum(rng.gamma(0.4, 6.0, (80, 90)) - 1, 0).astype(np.float32)
    found = match(pattern, np.ones_like(pattern), Amounts.of(target, 0.1))
    ranks = pattern.ravel().argsort().argsort()
    sorted_amounts = np.sort(np.where(target >= 0.1, target, 0).ravel())
    wanted = sorted_amounts[ranks].reshape(pattern.shape)
    assert np.abs(found - wanted).mean() < 0.005 * target.mean()
    assert found.max() == pytest.approx(target.max(), rel=0.01)
    assert (found > 0).mean() == pytest.approx((wanted > 0).mean(), abs=0.002)


def test_matching_leaves_the_unknown_unknown_and_the_forbidden_dry():
    pattern = np.random.default_rng(4).standard_normal((40, 40)).astype(np.float32)
    allowed = np.ones_like(pattern)
    allowed[:10], allowed[10:20] = np.nan, 0.0
    found = match(pattern, allowed, Amounts.of(np.full((40, 40), 2.0, np.float32), 0.1))
    assert np.isnan(found[:10]).all()
    assert not found[10:20].any()
    assert (found[20:] == 2.0).mean() > 0.99


def test_members_spread_apart_with_the_lead(rain):
    spread = np.nanmean(draw(rain).std(axis=0), axis=(1, 2))
    assert spread[0] > 0
    assert spread[-1] > 1.2 * spread[0]
    assert (np.diff(spread) > -0.02 * spread[-1]).all()


def test_members_keep_the_observed_rain(rain):
    drawn = draw(rain, along_km_h=(0, 0, 0), across_km_h=(0, 0, 0))
    assert np.nanmean(drawn) == pytest.approx(rain[-1].mean(), rel=0.02)
    assert (drawn > 0.1).mean() == pytest.approx((rain[-1] > 0.1).mean(), abs=0.03)
    assert np.nanmax(drawn) <= rain[-1].max() * 1.001


def test_the_mean_of_members_errs_less_than_a_member(rain):
    drawn = draw(rain, along_km_h=(0, 0, 0), across_km_h=(0, 0, 0))
    truth, others = drawn[0], drawn[1:]
    assert ((others.mean(axis=0) - truth) ** 2).mean() < 0.7 * ((others[0] - truth) ** 2).mean()


def test_the_same_seed_gives_the_same_futures_on_any_threads(rain):
    np.testing.assert_array_equal(draw(rain, members=3, workers=1), draw(rain, members=3, workers=3))
    assert not np.array_equal(draw(rain, members=1), draw(rain, members=1, seed=6))


def test_missing_stays_missing(rain):
    part = rain.copy()
    part[:, :, :30] = np.nan
    drawn = draw(part, members=2, along_km_h=(0, 0, 0), across_km_h=(0, 0, 0))
    assert np.isnan(drawn[..., :30]).all()
    assert np.isfinite(drawn[..., 30:]).all()
    faded = sprog(part, STILL, steps=2, cell_m=CELL_M, step_s=STEP_S)
    assert np.isnan(faded[..., :30]).all()
    assert np.isfinite(faded[..., 30:]).all()


def test_nothing_rains_out_of_nothing():
    dry = np.zeros((3, *SHAPE), np.float32)
    assert not draw(dry, members=2).any()
    assert not sprog(dry, STILL, steps=3, cell_m=CELL_M, step_s=STEP_S).any()


def test_rain_stays_within_reach_of_rain():
    rain = np.zeros((3, *SHAPE), np.float32)
    rain[:, 40:50, 50:64] = 8.0
    drawn = draw(rain, members=4, steps=2, rim_m=5000.0, along_km_h=(0, 0, 0), across_km_h=(0, 0, 0))
    assert not drawn[:, :, :, :20].any()
    assert not drawn[:, :, :15].any()


def test_sprog_fades_and_keeps_the_mean(rain):
    faded = sprog(rain, STILL, steps=8, cell_m=CELL_M, step_s=STEP_S)
    variance = faded.var(axis=(1, 2))
    assert (np.diff(variance) < 0).all()
    np.testing.assert_allclose(faded.mean(axis=(1, 2)), np.where(rain[-1] >= 0.1, rain[-1], 0).mean(), rtol=1e-4)


def test_members_come_one_by_one(rain):
    drawn = futures(rain, STILL, steps=2, cell_m=CELL_M, step_s=STEP_S, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(next(drawn), draw(rain, members=20, steps=2)[0])


def test_two_frames_are_too_few(rain):
    with pytest.raises(Refusal, match="frames_too_few"):
        draw(rain[1:])
