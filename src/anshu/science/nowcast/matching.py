# SPDX-License-Identifier: Apache-2.0
"""Probability matching: a field keeps its pattern and takes the amounts of another, without sorting it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from anshu.science.nowcast.compiled import kernels
from anshu.science.standing import Standing

STANDING: Final = Standing(
    verified_by=("测试中自写的排序法逐格（未与他人的实现比）",),
    valid_for="同一批格上的连续场；分箱 4096，误差在一箱之内",
)

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts to be handed out, ascending: one for each known cell."""

    ascending: Field

    @classmethod
    def of(cls, rain: Field, floor_mm_h: float) -> "Amounts":
        """Take the known cells' amounts; those under the floor are none."""
        known = rain[np.isfinite(rain)]
        return cls(np.sort(np.where(known >= floor_mm_h, known, np.float32(0))))


def match(pattern: Field, allowed: Field, amounts: Amounts) -> Field:
    """Give each cell of a pattern the amount of its rank.

    The rank comes from a histogram instead of a sort, straight within each of its 4096 bins.

    Parameters
    ----------
    pattern
        Any field; where `allowed` is below one it is drawn towards its own lowest value.
    allowed
        0 (must stay dry) to 1; NaN where nothing is known, which is neither counted nor filled.

    References
    ----------
    Ebert, E. E. (2001), Monthly Weather Review 129, 2461-2480; ranks by histogram are ours.
    """
    out = np.empty_like(allowed)
    kernels("ensemble").match(pattern, allowed, amounts.ascending, out)
    return out
