# SPDX-License-Identifier: Apache-2.0
"""BUI, the Buildup Index of the Canadian fire weather index."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("cffdrs_r 测试表 BuildupIndex.csv，1853 行，4 位有效数字",),
    valid_for="可供燃烧的可燃物总量的相对指标",
)


def buildup_index(duff_code: ArrayLike, drought_code: ArrayLike) -> Array:
    """Combine the duff and drought codes into the fuel available.

    U = 0.8 P D / (P + 0.4 D), and where that is below P: U = P - (1 - 0.8 D/(P + 0.4 D))(0.92 + (0.0114 P)^1.7),
    not below zero (eqs. 27a and 27b).

    References
    ----------
    Van Wagner and Pickett (1985), Forestry Technical Report 33, equation 27.
    """
    duff, drought = np.broadcast_arrays(np.asarray(duff_code, float), np.asarray(drought_code, float))
    both = duff + 0.4 * drought
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(both == 0.0, 0.0, 0.8 * drought / both)
    mean = share * duff
    lowered = np.maximum(duff - (1.0 - share) * (0.92 + (0.0114 * duff) ** 1.7), 0.0)
    return np.where(duff == 0.0, 0.0 * mean, np.where(mean < duff, lowered, mean))
