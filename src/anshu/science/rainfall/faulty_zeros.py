# SPDX-License-Identifier: Apache-2.0
"""Faulty zeros: a gauge that stays dry while its neighbours are wet."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("pypwsqc 期望标志 ams11，4608 时次逐值",),
    valid_for="5 分钟自动雨量站，10 km 内不少于 5 个邻站报数",
)


def flags(
    rain_mm: ArrayLike,
    reference_mm: ArrayLike,
    reporting: ArrayLike,
    *,
    dry_steps: int = 6,
    least_neighbours: int = 5,
    missing_carries: bool = True,
) -> NDArray[np.int8]:
    """Flag the steps of a dry spell that the neighbours' median contradicts.

    A spell begins when the gauge reports no rain now and in the `dry_steps` steps before, while the median of its
    neighbours was above zero in all of them; it lasts until the gauge reports rain again.

    Parameters
    ----------
    rain_mm, reference_mm, reporting
        Shape (stations, times): the gauge, its neighbours' median and how many of them report
        (`neighbours.reference`).
    dry_steps
        Steps before the present one that must be dry too (nint).
    least_neighbours
        Fewer reporting leave a step unjudged (n_stat).
    missing_carries
        Whether a missing value carries the flag of the spell it lies in, as in the published flags; otherwise it is
        not judged.

    Returns
    -------
    ndarray
        1 faulty, 0 not, -1 not judged (the first steps or too few neighbours).

    References
    ----------
    de Vos et al. (2019), doi:10.1029/2019GL083731, section 3.1, faulty zeros filter.
    """
    rain, median = np.atleast_2d(np.asarray(rain_mm, float)), np.atleast_2d(np.asarray(reference_mm, float))
    wet = rain > 0
    contradicted = ~wet & (median > 0)
    begins = _all_of_last(contradicted, dry_steps + 1)
    faulty = np.zeros(rain.shape, bool)
    held = np.zeros(len(rain), bool)
    for step in range(dry_steps, rain.shape[1]):
        held = ~wet[:, step] & (held | begins[:, step])
        faulty[:, step] = held
    judged = (np.atleast_2d(np.asarray(reporting)) >= least_neighbours) & (missing_carries | ~np.isnan(rain))
    judged[:, :dry_steps] = False
    found = np.where(judged, faulty, -1).astype(np.int8)
    return np.asarray(found.reshape(np.shape(rain_mm)))


def _all_of_last(happened: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    run = np.cumsum(happened, axis=1)
    run[:, steps:] = run[:, steps:] - run[:, :-steps]
    return np.asarray(run == steps)
