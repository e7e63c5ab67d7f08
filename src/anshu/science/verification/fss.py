# SPDX-License-Identifier: Apache-2.0
"""Fractions skill score: does a rain field have the right amount of rain in the right neighbourhood."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("单点平移解析解 FSS = 1 - d/n（Skok & Roberts 2016）",),
    valid_for="同一规则网格；窗口边长为奇数个格；场外按无雨，缺测格不计入分母",
)


def fractions_skill_score(forecast: ArrayLike, observed: ArrayLike, *, threshold: float, window: int) -> float:
    """Compare the fractions of cells at or above a threshold within a square window.

    FSS = 1 - Σ(Pf - Po)² / (Σ Pf² + Σ Po²), P the fraction within the window (eqs. 5-7).

    Parameters
    ----------
    forecast, observed
        Fields of the same shape; a cell missing in either counts in neither.
    threshold
        Value a cell must reach (≥).
    window
        Odd width of the window in cells; 1 compares cell by cell.

    Returns
    -------
    float
        0 (no skill) to 1; NaN where neither field reaches the threshold.

    References
    ----------
    Roberts, N. M. and Lean, H. W. (2008), Monthly Weather Review 136, 78-97, doi:10.1175/2007MWR2123.1.
    """
    said, seen = np.asarray(forecast, float), np.asarray(observed, float)
    if said.shape != seen.shape or said.ndim != 2:
        raise Refusal("shapes_differ", forecast=said.shape, observed=seen.shape)
    if window < 1 or window % 2 == 0:
        raise Refusal("window_not_odd", window=window)
    known = ~(np.isnan(said) | np.isnan(seen))
    fractions_said = _fractions(known & (said >= threshold), known, window)
    fractions_seen = _fractions(known & (seen >= threshold), known, window)
    worst = np.nansum(fractions_said**2) + np.nansum(fractions_seen**2)
    if worst == 0:
        return float("nan")
    return float(1.0 - np.nansum((fractions_said - fractions_seen) ** 2) / worst)


def _fractions(event: np.ndarray, known: np.ndarray, window: int) -> Array:
    if known.all():
        fractions: Array = _box_sum(event, window) / window**2
        return fractions
    with np.errstate(invalid="ignore"):
        among: Array = _box_sum(event, window) / _box_sum(known, window)
    return np.where(known, among, np.nan)


def _box_sum(cells: np.ndarray, window: int) -> Array:
    reach = window // 2
    padded = np.pad(cells.astype(float), ((reach + 1, reach), (reach + 1, reach))).cumsum(0).cumsum(1)
    summed: Array = (
        padded[window:, window:] - padded[:-window, window:] - padded[window:, :-window] + padded[:-window, :-window]
    )
    return summed
