# SPDX-License-Identifier: Apache-2.0
"""Steps: a gauge that leaps, or that repeats one wet value without end."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=(),
    valid_for="5 分钟至 1 小时雨量；门限随时段与仪器分辨力取，默认按 5 分钟、0.1 mm",
)


def flags(rain_mm: ArrayLike, *, most_change_mm: float = 20.0, most_equal_steps: int = 12) -> NDArray[np.int8]:
    """Flag leaps and stuck values.

    A leap is a value that differs from both its neighbours in time by more than the limit. A value is stuck where the
    same amount above zero is repeated more often than rain does it.

    Parameters
    ----------
    rain_mm
        Shape (..., times).
    most_change_mm
        The largest believable change between steps.
    most_equal_steps
        The longest believable run of one wet value; a longer one is flagged whole.

    Returns
    -------
    ndarray
        1 doubtful, 0 not, -1 missing.

    References
    ----------
    WMO-No. 8 (2021), Guide to Instruments and Methods of Observation, volume V, chapter 1, annex on quality control
    of automatic stations (step and persistence checks).
    """
    rain = np.atleast_2d(np.asarray(rain_mm, float))
    change = np.abs(np.diff(rain, axis=-1))
    big = np.nan_to_num(change) > most_change_mm
    leap = np.zeros(rain.shape, bool)
    leap[..., 1:-1] = big[..., 1:] & big[..., :-1]
    doubtful = leap | _stuck(rain, most_equal_steps)
    return np.asarray(np.where(np.isnan(rain), -1, doubtful).astype(np.int8).reshape(np.shape(rain_mm)))


def _stuck(rain: NDArray[np.float64], most: int) -> NDArray[np.bool_]:
    found = np.zeros(rain.shape, bool)
    for row, series in enumerate(rain):
        edges = np.flatnonzero(np.concatenate([[True], series[1:] != series[:-1], [True]]))
        for start, end in pairwise(edges):
            found[row, start:end] = end - start > most and series[start] > 0
    return found
