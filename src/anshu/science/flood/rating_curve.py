# SPDX-License-Identifier: Apache-2.0
"""A rating curve from measured stages and discharges, with its uncertainty."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Norðurá、Provo、Green、Colorado 四河实测流量，留一法覆盖率",),
    valid_for="单一控制断面的稳定河段；超出实测水位外推时区间偏窄；不含断面变化、洪水涨落绳套",
)
_TRIALS: Final = 400
_FEWEST: Final = 5
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
    _mean_log: float
    _spread_log: float

    def discharge(self, stage: ArrayLike) -> Array:
        """Give the discharge at a stage: none at or below zero flow, NaN where the stage is missing."""
        above = np.asarray(stage, float) - self.zero_stage
        return np.where(above > 0, self.scale * np.where(above > 0, above, 1.0) ** self.exponent, 0.0 * above)

    def interval(self, stage: ArrayLike) -> tuple[Array, Array]:
        """Give the bounds within which 95 of 100 gaugings at a stage would lie."""
        above = np.maximum(np.asarray(stage, float) - self.zero_stage, np.finfo(float).tiny)
        lever = (np.log(above) - self._mean_log) ** 2 / self._spread_log
        factor = np.exp(student_95(self.gaugings - 3) * self.log_scatter * np.sqrt(1 + 1 / self.gaugings + lever))
        middle = self.discharge(stage)
        return middle / factor, middle * factor

    def extrapolates(self, stage: ArrayLike) -> np.ndarray:
        """Tell where a stage lies outside those it was fitted over."""
        at = np.asarray(stage, float)
        return (at < self.lowest) | (at > self.highest)


def fit(stage: ArrayLike, discharge: ArrayLike) -> RatingCurve:
    """Fit a power law to gaugings by least squares in ln Q, trying stages of zero flow below the lowest gauging.

    Parameters
    ----------
    stage, discharge
        Measured together; pairs with a missing or non-positive discharge are left out.

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
    h, logs = h[usable], np.log(q[usable])
    if h.size < _FEWEST or np.ptp(h) == 0:
        raise Refusal("too_few_gaugings", found=int(h.size), needed=_FEWEST)
    reach = np.ptp(h)
    trials = h.min() - reach * np.geomspace(1e-3, 2.0, _TRIALS)
    fits = [(_line(np.log(h - zero), logs), zero) for zero in trials]
    (squares, exponent, intercept), zero = min(fits, key=lambda one: one[0][0])
    away = np.log(h - zero)
    return RatingCurve(
        scale=float(np.exp(intercept)),
        exponent=float(exponent),
        zero_stage=float(zero),
        log_scatter=float(np.sqrt(squares / (h.size - 3))),
        gaugings=int(h.size),
        lowest=float(h.min()),
        highest=float(h.max()),
        _mean_log=float(away.mean()),
        _spread_log=float(((away - away.mean()) ** 2).sum()),
    )


def _line(x: Array, y: Array) -> tuple[float, float, float]:
    away = x - x.mean()
    slope = float((away * y).sum() / (away**2).sum())
    intercept = float(y.mean() - slope * x.mean())
    return float(((y - intercept - slope * x) ** 2).sum()), slope, intercept


def student_95(freedom: int) -> float:
    """Give Student's t for 95 % two-sided, by Cornish and Fisher's expansion (within 2 % from four degrees up)."""
    z, v = _NORMAL_95, float(freedom)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3
