# SPDX-License-Identifier: Apache-2.0
"""A rating curve from measured stages and discharges, with its uncertainty."""

import csv
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Norðurá、Provo、Green、Colorado 四河实测流量，留一法与留三分之一覆盖率",),
    valid_for="单一控制断面的稳定河段；超出实测水位外推时区间偏窄；不含断面变化、洪水涨落绳套",
)
_TRIALS: Final = 400
_FEWEST: Final = 5
_TURNS: Final = 5
_MOST_LEVERAGE: Final = 0.9
_WIDEST: Final = 50.0  # of ln Q; at the stage of zero flow the bounds know no limit
_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class RatingCurve:
    """Q = a (h - h₀)^b with the scatter of ln Q, in whatever units the gaugings have; stages it was fitted over."""

    scale: float
    exponent: float
    zero_stage: float
    log_scatter: float
    gaugings: int
    lowest: float
    highest: float
    _unscaled: Array  # covariance of (ln a, b, h₀) at unit scatter
    _reach: float  # scatters within which 95 of 100 lie

    def discharge(self, stage: ArrayLike) -> Array:
        """Give the discharge at a stage: none at or below zero flow, NaN where the stage is missing."""
        above = np.asarray(stage, float) - self.zero_stage
        return np.where(above > 0, self.scale * np.where(above > 0, above, 1.0) ** self.exponent, 0.0 * above)

    def interval(self, stage: ArrayLike) -> tuple[Array, Array]:
        """Give the bounds within which 95 of 100 gaugings at a stage would lie.

        ln Q ± t s √(1 + j'(J'WJ)⁻¹j), J the slopes of ln Q by ln a, b and h₀: the stage of zero flow is uncertain too,
        and bounds widen towards it. Where the gaugings' own studentised residuals reach further than Student's t, as
        they do on a river that shifts, they say how far (Lei, J. et al. 2018, JASA 113, 1094-1111).
        """
        above = np.maximum(np.asarray(stage, float) - self.zero_stage, np.finfo(float).tiny)
        slopes = _slopes(above, self.exponent)
        lever = np.einsum("...i,ij,...j->...", slopes, self._unscaled, slopes)
        factor = np.exp(np.minimum(self._reach * self.log_scatter * np.sqrt(1 + lever), _WIDEST))
        middle = self.discharge(stage)
        return middle / factor, middle * factor

    def stage(self, discharge: ArrayLike) -> Array:
        """Give the stage at which a discharge passes; NaN where the discharge is missing or below zero."""
        flow = np.asarray(discharge, float)
        above = (np.where(flow >= 0, flow, np.nan) / self.scale) ** (1 / self.exponent)
        stage: Array = self.zero_stage + above
        return stage

    def extrapolates(self, stage: ArrayLike) -> np.ndarray:
        """Tell where a stage lies outside those it was fitted over."""
        at = np.asarray(stage, float)
        return (at < self.lowest) | (at > self.highest)


def read_gaugings(text: str) -> tuple[Array, Array, Array]:
    """Read a table of gaugings (comma-separated, columns `stage`, `q` and perhaps `q_sigma`) as stage, Q and σ.

    A byte-order mark is passed over; what is blank, or not given, is NaN.

    Raises
    ------
    Refusal
        `not_gaugings` naming the columns that are missing.
    """
    rows = list(csv.DictReader(text.lstrip("\ufeff").splitlines()))
    held = set(rows[0]) if rows else set()
    missing = tuple(name for name in ("stage", "q") if name not in held)
    if missing:
        raise Refusal("not_gaugings", names=missing)
    stage, discharge, sigma = (np.array([_number(row.get(name)) for row in rows]) for name in ("stage", "q", "q_sigma"))
    return stage, discharge, sigma


def fit(stage: ArrayLike, discharge: ArrayLike, *, sigma: ArrayLike | None = None) -> RatingCurve:
    """Fit a power law to gaugings by least squares in ln Q, trying stages of zero flow below the lowest gauging.

    Where gaugings carry their own standard uncertainty σ, each weighs 1/(s² + (σ/Q)²), s being the river's own scatter
    as the residuals leave it, found by turns.

    Parameters
    ----------
    stage, discharge
        Measured together; pairs with a missing or non-positive discharge are left out.
    sigma
        Standard uncertainty of each discharge; a missing one counts as the median of the others.

    Raises
    ------
    Refusal
        `too_few_gaugings` with fewer than five usable pairs.

    References
    ----------
    ISO 18320:2020, Hydrometry - Determination of the stage-discharge relationship, clauses 7-9; Petersen-Øverleir
    (2004), Hydrological Sciences Journal 49, for the search of zero flow.
    """
    h, q = np.asarray(stage, float), np.asarray(discharge, float)
    usable = np.isfinite(h) & np.isfinite(q) & (q > 0)
    own = _relative(sigma, q)[usable]
    h, logs = h[usable], np.log(q[usable])
    if h.size < _FEWEST or np.ptp(h) == 0:
        raise Refusal("too_few_gaugings", found=int(h.size), needed=_FEWEST)
    reach = np.ptp(h)
    trials = h.min() - reach * np.geomspace(1e-3, 2.0, _TRIALS)
    weights = np.ones(h.size)
    for _ in range(_TURNS if own.any() else 1):
        fits = [(_line(np.log(h - zero), logs, weights), zero) for zero in trials]
        (squares, exponent, intercept), zero = min(fits, key=lambda one: one[0][0])
        away = np.log(h - zero)
        residual = logs - intercept - exponent * away
        own_scatter = max(float((residual**2).sum()) / (h.size - 3) - float((own**2).mean()), 0.0)
        variance = own_scatter + own**2
        weights = (1 / variance) / (1 / variance).mean() if variance.min() > 0 else weights
    scatter = float(np.sqrt(squares / (h.size - 3)))
    unscaled, leverage = _leverage(_slopes(h - zero, exponent), weights)
    apart = np.abs(residual) * np.sqrt(weights / (1 - leverage))
    return RatingCurve(
        scale=float(np.exp(intercept)),
        exponent=float(exponent),
        zero_stage=float(zero),
        log_scatter=scatter,
        gaugings=int(h.size),
        lowest=float(h.min()),
        highest=float(h.max()),
        _unscaled=unscaled,
        _reach=_reach(apart, scatter),
    )


def _leverage(slopes: Array, weights: Array) -> tuple[Array, Array]:
    """Give the covariance of the coefficients at unit scatter, and how much each gauging pulls the curve to itself."""
    unscaled = np.asarray(np.linalg.pinv(slopes.T @ (weights[:, None] * slopes)), np.float64)
    pull = weights * np.einsum("ki,ij,kj->k", slopes, unscaled, slopes)
    return unscaled, np.clip(pull, 0.0, _MOST_LEVERAGE)


def _reach(apart: Array, scatter: float) -> float:
    """Give the scatters that hold 95 of 100: Student's, or the residuals' own where they lie further out."""
    place = min(int(np.ceil(0.95 * (apart.size + 1))), apart.size)
    own = float(np.sort(apart)[place - 1]) / scatter if scatter > 0 else 0.0
    return max(student_95(apart.size - 3), own)


def _slopes(above: Array, exponent: float) -> Array:
    """Give how ln Q changes with ln a, b and h₀."""
    return np.stack([np.ones_like(above), np.log(above), -exponent / above], axis=-1)


def _line(x: Array, y: Array, weights: Array) -> tuple[float, float, float]:
    total = weights.sum()
    x_mean, y_mean = (weights * x).sum() / total, (weights * y).sum() / total
    away = x - x_mean
    slope = float((weights * away * y).sum() / (weights * away**2).sum())
    intercept = float(y_mean - slope * x_mean)
    return float((weights * (y - intercept - slope * x) ** 2).sum()), slope, intercept


def _relative(sigma: ArrayLike | None, discharge: Array) -> Array:
    """Give each gauging's uncertainty over its discharge, which is that of ln Q; none where none is known."""
    share: Array = np.full(discharge.shape, np.nan) if sigma is None else np.asarray(sigma, float) / discharge
    known = np.isfinite(share) & (share > 0)
    return np.where(known, share, np.median(share[known]) if known.any() else 0.0)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def student_95(freedom: int) -> float:
    """Give Student's t for 95 % two-sided, by Cornish and Fisher's expansion (within 2 % from four degrees up)."""
    z, v = _NORMAL_95, float(freedom)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3
