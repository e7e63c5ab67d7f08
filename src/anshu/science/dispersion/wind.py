# SPDX-License-Identifier: Apache-2.0
"""Wind at another height by a power law of stability and ground."""

from typing import Final, Literal

from anshu.science.dispersion.stability import check_class
from anshu.science.standing import Standing, require_positive

STANDING: Final = Standing(
    verified_by=("GasDispersion.jl ccps_tests.jl 12 例",),
    valid_for="近地 10–200 m；稳定度 A–F",
)
Ground = Literal["rural", "urban"]

# CCPS (1999), table 2.11, after Hanna et al.
_EXPONENTS: Final = {
    "rural": {"A": 0.07, "B": 0.07, "C": 0.10, "D": 0.15, "E": 0.35, "F": 0.55},
    "urban": {"A": 0.15, "B": 0.15, "C": 0.20, "D": 0.25, "E": 0.40, "F": 0.60},
}
# EPA TSCREEN's rule of thumb for screening where nothing better is measured.
_FRICTION_SHARE: Final = 0.06


def wind_at(height_m: float, *, speed_m_s: float, measured_at_m: float, stability: str, ground: Ground) -> float:
    """Carry a wind speed to another height, u = u₀ (z/z₀)^p.

    References
    ----------
    CCPS (1999), Guidelines for Consequence Analysis of Chemical Releases, table 2.11.
    """
    require_positive(height_m=height_m, speed_m_s=speed_m_s, measured_at_m=measured_at_m)
    return float(speed_m_s * (height_m / measured_at_m) ** _EXPONENTS[ground][check_class(stability)])


def screening_friction_velocity(wind_10m_m_s: float) -> float:
    """Estimate the friction velocity as 0.06 of the wind at 10 m (EPA TSCREEN)."""
    return _FRICTION_SHARE * wind_10m_m_s
