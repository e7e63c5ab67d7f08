# SPDX-License-Identifier: Apache-2.0
"""Level forecast from a gauge upstream: lagged, routed through storage, corrected by the last error (相应水位法)."""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Chow、Maidment & Mays (1988) 例 8.4.1 洪水；尚无真实上下游两站资料检验",),
    valid_for="上下游两站、无大支流汇入与回水的河段；系数和误差须由本河段洪水率定，未给出即拒绝；超出率定水位为外推",
)
_STORAGE_STEPS: Final = (0.0, *np.geomspace(0.5, 60.0, 24).tolist())  # trials of storage, in steps
_FEWEST: Final = 30  # pairs below which errors say nothing
_LOW, _HIGH = 0.025, 0.975


@dataclass(frozen=True, slots=True)
class Reach:
    """What floods of a reach have taught: all None until calibrated.

    Parameters
    ----------
    step_h
        Step of both series.
    lag_h, storage_h
        Travel time before anything shows, and the storage constant K that spreads it.
    gain, offset
        Downstream level is offset + gain · routed upstream level.
    carry
        Share of an error that is still there a step later.
    error_low, error_high
        Observed minus forecast by lead step, exceeded by 97.5 and by 2.5 of 100 in calibration.
    lowest, highest
        Downstream levels of the calibration.
    """

    step_h: float | None = None
    lag_h: float | None = None
    storage_h: float | None = None
    gain: float | None = None
    offset: float | None = None
    carry: float | None = None
    error_low: tuple[float, ...] | None = None
    error_high: tuple[float, ...] | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Levels by lead, the bounds within which 95 of 100 came in calibration, and where a level is outside its range."""

    lead_h: Array
    level: Array
    low: Array
    high: Array
    extrapolates: np.ndarray


def forecast(reach: Reach, upstream: ArrayLike, downstream: ArrayLike) -> Forecast:
    """Forecast the level downstream for each lead the reach was calibrated for, from the end of both series.

    Hₜ₊ₗ = a + b Rₜ₊ₗ₋τ + ρˡ eₜ with R the upstream level behind a linear reservoir, R' = (I - R)/K, and e the error
    now; beyond the lag the upstream level is taken to stay.

    Parameters
    ----------
    upstream, downstream
        Levels at equal steps, the last of both being now; missing ones (NaN) start the routing anew.

    Raises
    ------
    Refusal
        `coefficients_missing` naming what the reach lacks, `shapes_differ`; the level is NaN where the last observation
        or the upstream levels it needs are missing.

    References
    ----------
    Meyer, O. H. (1941), Transactions AGU 22, 118-124 (lag and route); SL 250-2000 水文情报预报规范 (相应水位、误差);
    error carried on as in WMO (2011), Manual on Flood Forecasting and Warning, WMO-No. 1072.
    """
    missing = tuple(one.name for one in fields(reach) if getattr(reach, one.name) is None)
    if missing:
        raise Refusal("coefficients_missing", names=missing)
    assert reach.error_low is not None and reach.error_high is not None  # noqa: PT018
    assert reach.step_h is not None and reach.lowest is not None and reach.highest is not None  # noqa: PT018
    rise, level_now = _pair(upstream, downstream)
    leads = np.arange(1, len(reach.error_low) + 1).astype(np.float64)
    level = np.array([_ahead(reach, rise, level_now, int(lead))[-1] for lead in leads])
    low, high = level + np.array(reach.error_low), level + np.array(reach.error_high)
    return Forecast(
        np.asarray(leads * reach.step_h, np.float64), level, low, high, (level < reach.lowest) | (level > reach.highest)
    )


def calibrate(
    upstream: ArrayLike, downstream: ArrayLike, *, step_h: float, leads: int, longest_lag_h: float = 48.0
) -> Reach:
    """Find the coefficients of a reach by least squares and its errors by forecasting its own past.

    Every lag up to the longest and a range of storages is tried; gain and offset follow by least squares.

    Parameters
    ----------
    upstream, downstream
        Levels at equal steps over some floods; missing ones are NaN.
    step_h
        Length of a step.
    leads
        Steps ahead to forecast.

    Raises
    ------
    Refusal
        `too_few_levels` where fewer than thirty pairs, or no change upstream, are left; `shapes_differ`.
    """
    require_positive(step_h=step_h, leads=leads)
    inflow, level = _pair(upstream, downstream)
    best: tuple[float, int, float, float, float] | None = None
    for storage in _STORAGE_STEPS:
        routed = _routed(inflow, storage)
        for lag in range(int(longest_lag_h / step_h) + 1):
            found = _line(_shifted(routed, lag), level)
            if found is not None and (best is None or found[0] < best[0]):
                best = (found[0], lag, storage, found[1], found[2])
    if best is None:
        raise Refusal("too_few_levels", needed=_FEWEST)
    _, lag, storage, gain, offset = best
    error = level - offset - gain * _shifted(_routed(inflow, storage), lag)
    both = np.isfinite(error[1:]) & np.isfinite(error[:-1])
    power = float((error[:-1][both] ** 2).sum())
    carry = float(np.clip((error[1:][both] * error[:-1][both]).sum() / power, 0.0, 1.0)) if power > 0 else 0.0
    reach = Reach(step_h, lag * step_h, storage * step_h, gain, offset, carry)
    errors = [_errors(reach, inflow, level, lead) for lead in range(1, leads + 1)]
    return replace(
        reach,
        error_low=tuple(float(np.quantile(one, _LOW)) for one in errors),
        error_high=tuple(float(np.quantile(one, _HIGH)) for one in errors),
        lowest=float(np.nanmin(level)),
        highest=float(np.nanmax(level)),
    )


def _ahead(reach: Reach, inflow: Array, level: Array, lead: int) -> Array:
    """Forecast from every step of a series the level so many steps later."""
    assert reach.lag_h is not None and reach.storage_h is not None and reach.step_h is not None  # noqa: PT018
    assert reach.gain is not None and reach.offset is not None and reach.carry is not None  # noqa: PT018
    lag, storage = round(reach.lag_h / reach.step_h), reach.storage_h / reach.step_h
    routed = _routed(inflow, storage)
    error = level - reach.offset - reach.gain * _shifted(routed, lag)
    later = _kept(storage) ** max(lead - lag, 0)
    then = _shifted(routed, lag - lead) if lead <= lag else inflow + (routed - inflow) * later
    ahead: Array = reach.offset + reach.gain * then + reach.carry**lead * error
    return ahead


def _errors(reach: Reach, inflow: Array, level: Array, lead: int) -> Array:
    error = level[lead:] - _ahead(reach, inflow, level, lead)[:-lead]
    error = error[np.isfinite(error)]
    if error.size < _FEWEST:
        raise Refusal("too_few_levels", found=int(error.size), needed=_FEWEST)
    return error


def _routed(inflow: Array, storage_steps: float) -> Array:
    """Send a series through a linear reservoir; after a gap it starts from the next level."""
    kept, routed, state = _kept(storage_steps), np.full(inflow.size, np.nan), np.nan
    for step, now in enumerate(inflow):
        state = now if np.isnan(state) else kept * state + (1 - kept) * now
        routed[step] = state
    return routed


def _kept(storage_steps: float) -> float:
    return float(np.exp(-1.0 / storage_steps)) if storage_steps > 0 else 0.0


def _shifted(values: Array, steps: int) -> Array:
    return np.concatenate([np.full(min(steps, values.size), np.nan), values[: max(values.size - steps, 0)]])


def _line(x: Array, y: Array) -> tuple[float, float, float] | None:
    """Fit a line and give its mean square, slope and intercept."""
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < _FEWEST or np.ptp(x[both]) == 0:
        return None
    x, y = x[both], y[both]
    away = x - x.mean()
    slope = float((away * y).sum() / (away**2).sum())
    intercept = float(y.mean() - slope * x.mean())
    return float(((y - intercept - slope * x) ** 2).mean()), slope, intercept


def _pair(upstream: ArrayLike, downstream: ArrayLike) -> tuple[Array, Array]:
    one, other = np.atleast_1d(np.asarray(upstream, float)), np.atleast_1d(np.asarray(downstream, float))
    if one.shape != other.shape or one.ndim != 1:
        raise Refusal("shapes_differ", upstream=one.shape, downstream=other.shape)
    return one, other
