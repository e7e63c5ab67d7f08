# SPDX-License-Identifier: Apache-2.0
"""Neighbours: an amount far outside what the gauges around agree on."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.rainfall.neighbours import known_quantile
from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=(),
    valid_for="1 小时及以上累计；邻站不少于 5 个；孤立对流单体会被误标，标志为“存疑”而非“剔除”",
)


def flags(
    rain_mm: ArrayLike,
    near: ArrayLike,
    *,
    most_index: float = 3.0,
    floor_mm: float = 1.0,
    least_neighbours: int = 5,
) -> NDArray[np.int8]:
    """Flag amounts whose distance from the neighbours' median is many times their spread.

    Index = |G - Q50| / max(Q75 - Q25, floor).

    Parameters
    ----------
    rain_mm
        Shape (stations, times).
    near
        Shape (stations, stations), from `neighbours.within`.
    most_index
        A larger index is doubtful.
    floor_mm
        The least spread, without which drizzle would flag everything.
    least_neighbours
        Fewer reporting leave a step unjudged.

    Returns
    -------
    ndarray
        1 doubtful, 0 not, -1 not judged.

    References
    ----------
    Kondragunta, C. R. and Shrestha, K. (2006), 20th Conference on Hydrology, American Meteorological Society, P2.4
    (spatial consistency check).
    """
    rain, linked = np.asarray(rain_mm, float), np.asarray(near, bool)
    found = np.full(rain.shape, -1, np.int8)
    for station, row in enumerate(linked):
        around = rain[row]
        enough = np.count_nonzero(~np.isnan(around), axis=0) >= least_neighbours
        judged = enough & ~np.isnan(rain[station])
        if judged.any():
            low, middle, high = (known_quantile(around[:, judged], share) for share in (0.25, 0.5, 0.75))
            index = np.abs(rain[station, judged] - middle) / np.maximum(high - low, floor_mm)
            found[station, judged] = index > most_index
    return found
