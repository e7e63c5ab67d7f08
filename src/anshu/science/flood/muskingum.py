# SPDX-License-Identifier: Apache-2.0
"""A flood wave carried down a reach by Muskingum's lag and route (马斯京根法)."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Chow、Maidment & Mays (1988) 例 8.4.1，20 时段",),
    valid_for="无大支流入汇、无回水的河段；K、X 须由本河段洪水率定，未给出即拒绝",
)


def route_m3_s(
    inflow_m3_s: ArrayLike,
    *,
    travel_h: float | None,
    weight: float | None,
    step_h: float,
    first_outflow_m3_s: float | None = None,
) -> Array:
    """Give the outflow of a reach from its inflow at equal steps.

    Oⱼ₊₁ = C₁Iⱼ₊₁ + C₂Iⱼ + C₃Oⱼ with C₁ = (Δt - 2KX)/D, C₂ = (Δt + 2KX)/D, C₃ = (2K(1 - X) - Δt)/D,
    D = 2K(1 - X) + Δt.

    Parameters
    ----------
    inflow_m3_s
        Inflow at equal steps; from a missing one on, the outflow is missing.
    travel_h, weight
        K and X of the reach, calibrated on its own floods.
    step_h
        Length of a step; 2KX ≤ Δt ≤ 2K(1 - X) keeps outflows positive.
    first_outflow_m3_s
        Outflow at the beginning; the first inflow unless given.

    Raises
    ------
    Refusal
        `coefficients_missing` naming K or X, `step_unsuited` where a coefficient would be negative.

    References
    ----------
    Chow, V. T., Maidment, D. R. and Mays, L. W. (1988), Applied Hydrology, section 8.4.
    """
    missing = tuple(name for name, value in (("travel_h", travel_h), ("weight", weight)) if value is None)
    if travel_h is None or weight is None:
        raise Refusal("coefficients_missing", names=missing)
    if not 2 * travel_h * weight <= step_h <= 2 * travel_h * (1 - weight):
        raise Refusal("step_unsuited", step_h=step_h, travel_h=travel_h, weight=weight)
    total = 2 * travel_h * (1 - weight) + step_h
    now, before = (step_h - 2 * travel_h * weight) / total, (step_h + 2 * travel_h * weight) / total
    kept = (2 * travel_h * (1 - weight) - step_h) / total
    inflow = np.asarray(inflow_m3_s, float)
    outflow = np.empty_like(inflow)
    outflow[0] = inflow[0] if first_outflow_m3_s is None else first_outflow_m3_s
    for step in range(1, inflow.size):
        outflow[step] = now * inflow[step] + before * inflow[step - 1] + kept * outflow[step - 1]
    return outflow
