# SPDX-License-Identifier: Apache-2.0
"""A quick estimate of the flood from a breached earth dam."""

from typing import Final

from anshu.science.standing import Standing, require_positive

STANDING: Final = Standing(
    verified_by=("美国垦务局历史溃坝库（Wahl 1998）4 例，2 倍以内",),
    valid_for="土石坝溃口峰值流量的数量级，95 % 区间约 0.53–2.3 倍；不含下游演进",
)
# Ratio of observed to predicted within which 95 of 100 recorded failures lie (Wahl 2004, table 4).
LOW_FACTOR, HIGH_FACTOR = 0.53, 2.3


def peak_outflow_m3_s(*, water_m3: float, head_m: float) -> float:
    """Give the peak flow through the breach, 0.607 V^0.295 h^1.24, m³/s.

    Parameters
    ----------
    water_m3
        Water above the bottom of the breach when it fails.
    head_m
        Height of that water above the bottom of the breach.

    References
    ----------
    Froehlich, D. C. (1995), Journal of Water Resources Planning and Management 121, 90-97; for its scatter Wahl, T. L.
    (2004), Journal of Hydraulic Engineering 130, 389-397.
    """
    require_positive(water_m3=water_m3, head_m=head_m)
    return float(0.607 * water_m3**0.295 * head_m**1.24)


def likely_range_m3_s(*, water_m3: float, head_m: float) -> tuple[float, float]:
    """Give the range in which the peak lies in 95 of 100 failures, m³/s."""
    peak = peak_outflow_m3_s(water_m3=water_m3, head_m=head_m)
    return LOW_FACTOR * peak, HIGH_FACTOR * peak
