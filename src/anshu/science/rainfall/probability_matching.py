# SPDX-License-Identifier: Apache-2.0
"""概率密度匹配 probability matching: one source's rain given another's frequencies, its places kept."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("pysteps 1.21 nonparam_match_empirical_cdf，同数有雨样本逐格",),
    valid_for="两源取样于同一地区同一时期；有雨样本不少于 20；最高分位以上按末端比例外推",
)
LEAST_WET: Final = 20
_QUANTILES: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Pairs of equal probability, ascending: what the source says and what the reference says.

    `dry_below` is the source's value under which the reference is dry.
    """

    source: Array
    reference: Array
    dry_below: float

    def apply(self, values: ArrayLike) -> Array:
        """Give the reference's value of the same probability; NaN stays missing, dry stays dry."""
        given = np.asarray(values, float)
        matched = np.interp(given, self.source, self.reference)
        above = given > self.source[-1]
        matched = np.where(above, given * (self.reference[-1] / self.source[-1]), matched)
        matched = np.where(given < self.dry_below, 0.0, matched)
        return np.where(np.isnan(given), np.nan, matched)


def fit(source: ArrayLike, reference: ArrayLike, *, wet: float = 0.1, quantiles: int = _QUANTILES) -> Match:
    """Match the cumulative frequencies of two samples, F_source(x) = F_reference(y), dry share included.

    Parameters
    ----------
    source, reference
        Samples in one unit; missing ones are left out and the sizes may differ.
    wet
        From this value on the reference is wet.
    quantiles
        Pairs kept.

    References
    ----------
    Calheiros, R. V. and Zawadzki, I. (1987), Journal of Climate and Applied Meteorology 26, 118-132; Rosenfeld, D.,
    Wolff, D. B. and Amitai, E. (1994), Journal of Applied Meteorology 33, 682-693 (matching above equal dry shares).

    Raises
    ------
    Refusal
        `too_few_wet` where either has fewer than 20 wet values: their tails are chance.
    """
    ours, theirs = (_known(one) for one in (source, reference))
    if min(np.count_nonzero(ours > 0), np.count_nonzero(theirs >= wet)) < LEAST_WET:
        raise Refusal("too_few_wet", least=LEAST_WET)
    dry = np.count_nonzero(theirs < wet) / theirs.size
    # The source may be dry more often than the reference: what it does not see cannot be matched.
    start = max(dry, np.count_nonzero(ours <= 0) / ours.size)
    probability = start + (1.0 - start) * np.linspace(0.0, 1.0, quantiles)
    said, seen = np.quantile(ours, probability), np.quantile(theirs, probability)
    source_at, first = np.unique(said, return_index=True)
    return Match(source_at, seen[first], float(said[0]))


def _known(values: ArrayLike) -> Array:
    flat = np.asarray(values, float).reshape(-1)
    return np.asarray(flat[~np.isnan(flat)], float)


def matched_mean(members: ArrayLike) -> Array:
    """Give the ensemble mean's places the ensemble's own amounts: the probability matched mean.

    Parameters
    ----------
    members
        Shape (members, rows, columns); a cell missing in any member is missing.

    References
    ----------
    Ebert, E. E. (2001), Monthly Weather Review 129, 2461-2480, section 3c.
    """
    given = np.asarray(members, float)
    mean = given.mean(axis=0)
    known = ~np.isnan(mean)
    pool = np.sort(given[:, known], axis=None)
    # Every n-th of the pooled values from the top, so that the highest is kept.
    kept = pool[len(given) - 1 :: len(given)]
    found = np.full(mean.shape, np.nan)
    ranked = np.empty(kept.size)
    ranked[np.argsort(mean[known], kind="stable")] = kept
    found[known] = ranked
    return found
