# SPDX-License-Identifier: Apache-2.0
"""Reliability of probabilities: of the times 30 % was said, how often did it happen."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("scikit-learn brier_score_loss 算例", "Murphy (1973) 分解恒等式"),
    valid_for="0–1 的概率；分箱等宽",
)


@dataclass(frozen=True, slots=True)
class Reliability:
    """By bin: how many forecasts, their mean, how often the event came; and the Brier score with its parts."""

    counts: Array
    mean_probability: Array
    observed_frequency: Array
    brier: float
    reliability: float
    resolution: float
    uncertainty: float


def reliability(probability: ArrayLike, happened: ArrayLike, *, bins: int = 10) -> Reliability:
    """Sort forecasts into equal bins of probability and compare each with what happened.

    Brier = mean (p - o)²; reliability Σ nₖ(p̄ₖ - ōₖ)²/n, resolution Σ nₖ(ōₖ - ō)²/n, uncertainty ō(1 - ō). Where every
    bin holds one value of p, Brier = reliability - resolution + uncertainty.

    References
    ----------
    Murphy, A. H. (1973), Journal of Applied Meteorology 12, 595-600; Wilks (2011), section 8.4.
    """
    said, came = np.asarray(probability, float).ravel(), np.asarray(happened, float).ravel()
    known = ~(np.isnan(said) | np.isnan(came))
    said, came = said[known], came[known]
    place = np.minimum((said * bins + 1e-9).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins).astype(float)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, said, bins) / counts
        frequency = np.bincount(place, came, bins) / counts
    base = came.mean() if came.size else np.nan
    total = counts.sum() or np.nan
    return Reliability(
        counts=counts,
        mean_probability=mean,
        observed_frequency=frequency,
        brier=float(np.sum((said - came) ** 2) / total),
        reliability=float(np.nansum(counts * (mean - frequency) ** 2) / total),
        resolution=float(np.nansum(counts * (frequency - base) ** 2) / total),
        uncertainty=float(base * (1 - base)),
    )
