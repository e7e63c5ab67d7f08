# SPDX-License-Identifier: Apache-2.0
"""Kriging, ordinary or with an external drift: the best linear unbiased estimate from points."""

from typing import Final

import numpy as np

from anshu.science.rainfall.observed import Observed, parts
from anshu.science.rainfall.variogram import Exponential
from anshu.science.standing import Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Isaaks & Srivastava (1989) 第 12 章 7 点例：权重与估值",),
    valid_for="站数 3–500；变差函数给定；漂移在站点处须有差异，否则退为普通克里金",
)
# A drift that varies less than this share of itself cannot be told from the constant.
_FLAT: Final = 1e-6
# Keeps two gauges at one place from making the system singular.
_JITTER: Final = 1e-9


def estimate(
    observed: Observed,
    x: Array,
    y: Array,
    *,
    variogram: Exponential,
    drift_at: Array | None = None,
    drift: Array | None = None,
) -> Array:
    """Estimate a field at points from known values.

    Solves [Γ F; Fᵀ 0][w; μ] = [γ; f] with F = 1, or (1, drift) where a drift is given.

    Parameters
    ----------
    observed
        Known values, no NaN.
    x, y
        Where to estimate, any shape.
    variogram
        Of the values, or of the residuals from the drift.
    drift_at, drift
        The drift under each known value and under each wanted point.

    References
    ----------
    Wackernagel, H. (2003), Multivariate Geostatistics, 3rd edition, chapters 11 and 37.
    """
    terms, wanted = _functions(observed, x, drift_at, drift)
    size, order = len(observed), terms.shape[1]
    system = np.zeros((size + order, size + order))
    apart = np.hypot(observed.x[:, None] - observed.x, observed.y[:, None] - observed.y)
    system[:size, :size] = variogram(apart) - _JITTER * np.eye(size)
    system[:size, size:], system[size:, :size] = terms, terms.T
    # The dual form: one solution for the values serves every wanted point.
    dual = np.linalg.lstsq(system, np.concatenate([observed.value, np.zeros(order)]), rcond=None)[0]
    found, across, down = np.empty(x.size), x.reshape(-1), y.reshape(-1)
    for part in parts(x.size, size):
        away = np.hypot(across[part, None] - observed.x, down[part, None] - observed.y)
        found[part] = variogram(away) @ dual[:size] + wanted[part] @ dual[size:]
    return found.reshape(x.shape)


def _functions(observed: Observed, x: Array, drift_at: Array | None, drift: Array | None) -> tuple[Array, Array]:
    """This will give the drift's functions at the known and at the wanted points, scaled alike."""
    ones_at, ones = np.ones((len(observed), 1)), np.ones((x.size, 1))
    if drift_at is None or drift is None:
        return ones_at, ones
    spread = float(np.std(drift_at))
    if spread <= _FLAT * max(float(np.abs(drift_at).max()), 1.0):
        return ones_at, ones
    middle = float(np.mean(drift_at))
    scaled_at, scaled = (drift_at - middle) / spread, (drift.reshape(-1) - middle) / spread
    return np.column_stack([ones_at, scaled_at]), np.column_stack([ones, scaled])
