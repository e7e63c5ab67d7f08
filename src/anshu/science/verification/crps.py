# SPDX-License-Identifier: Apache-2.0
"""Continuous ranked probability score of an ensemble."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("SANGOMA 参考值 0.44350", "正态分布闭式（Gneiting & Raftery 2007 式 21）"),
    valid_for="同一量的集合预报；成员等权；任一成员或观测缺测则该点缺测",
)


def crps_ensemble(members: ArrayLike, observed: ArrayLike, *, fair: bool = False) -> Array:
    """Score an ensemble against what was observed, in the unit of the quantity; lower is better.

    CRPS = E|X - y| - ½ E|X - X'|, the second mean over m² pairs, or over m(m-1) for the `fair` score, which does not
    reward small ensembles.

    Parameters
    ----------
    members
        Members along the first axis.
    observed
        One value for each point.

    References
    ----------
    Gneiting, T. and Raftery, A. E. (2007), JASA 102, 359-378, eq. 21; Ferro, C. A. T. (2014), QJRMS 140, 1917-1923.
    """
    ensemble, seen = np.asarray(members, float), np.asarray(observed, float)
    count = ensemble.shape[0]
    error: Array = np.abs(ensemble - seen).mean(axis=0)
    ordered = np.sort(ensemble, axis=0)
    weights = (2 * np.arange(1, count + 1) - count - 1).reshape((-1,) + (1,) * (ensemble.ndim - 1))
    pairs = count * (count - 1) if fair else count**2
    spread = (weights * ordered).sum(axis=0) / pairs if pairs else np.full_like(error, np.nan)
    score: Array = error - spread
    return np.where(np.isnan(ensemble).any(axis=0), np.nan, score)
