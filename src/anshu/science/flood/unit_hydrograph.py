# SPDX-License-Identifier: Apache-2.0
"""The SCS unit hydrograph of a small catchment, and the flow of a storm."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("Ponce《Engineering Hydrology》习题：滞时、峰现时间、峰值", "NEH 630 表 16-1 累积栏"),
    valid_for="面积数十平方公里以内、无水库调蓄；单位线线性",
)
# NEH 630, table 16-1: discharge over peak at time over time to peak.
_RATIOS: Final = np.array(
    [
        (0.0, 0.0),
        (0.1, 0.030),
        (0.2, 0.100),
        (0.3, 0.190),
        (0.4, 0.310),
        (0.5, 0.470),
        (0.6, 0.660),
        (0.7, 0.820),
        (0.8, 0.930),
        (0.9, 0.990),
        (1.0, 1.0),
        (1.1, 0.990),
        (1.2, 0.930),
        (1.3, 0.860),
        (1.4, 0.780),
        (1.5, 0.680),
        (1.6, 0.560),
        (1.7, 0.460),
        (1.8, 0.390),
        (1.9, 0.330),
        (2.0, 0.280),
        (2.2, 0.207),
        (2.4, 0.147),
        (2.6, 0.107),
        (2.8, 0.077),
        (3.0, 0.055),
        (3.2, 0.040),
        (3.4, 0.029),
        (3.6, 0.021),
        (3.8, 0.015),
        (4.0, 0.011),
        (4.5, 0.005),
        (5.0, 0.0),
    ]
)
# 0.208 m³/s per km² and mm at one hour: 484 in the customary units of the handbook.
_PEAK_FACTOR: Final = 0.208


@dataclass(frozen=True, slots=True)
class Catchment:
    """A small catchment: area, longest flow path, mean slope as a fraction, and curve number."""

    area_km2: float
    flow_path_m: float
    slope: float
    curve_number: float | None


def lag_h(catchment: Catchment) -> float:
    """Give the lag, L^0.8 (2540 - 22.86 CN)^0.7/(14104 CN^0.7 √Y), hours.

    References
    ----------
    USDA NRCS, National Engineering Handbook, part 630, equation 15-4, in metric form (Ponce 1989, equation 5-30).
    """
    if catchment.curve_number is None:
        raise Refusal("coefficients_missing", names=("curve_number",))
    require_positive(flow_path_m=catchment.flow_path_m, slope=catchment.slope)
    number = catchment.curve_number
    return float(
        catchment.flow_path_m**0.8 * (2540.0 - 22.86 * number) ** 0.7 / (14104.0 * number**0.7 * catchment.slope**0.5)
    )


def time_to_peak_h(lag: float, *, duration: float | None = None) -> float:
    """Give the time to peak, half the rain's duration plus the lag; the duration is 2/9 of the lag unless given."""
    return lag + (2.0 / 9.0 * lag if duration is None else duration) / 2.0


def peak_m3_s_per_mm(area_km2: float, *, time_to_peak: float) -> float:
    """Give the peak for a millimetre of runoff, 0.208 A/t_p, m³/s (NEH 630, equation 16-8)."""
    return _PEAK_FACTOR * area_km2 / time_to_peak


def unit_hydrograph(area_km2: float, *, time_to_peak: float, step_h: float) -> Array:
    """Give the flow of a millimetre of runoff at equal steps, m³/s, scaled so that it carries just that millimetre."""
    times = np.arange(0.0, 5.0 * time_to_peak + step_h, step_h)
    flow = np.interp(times / time_to_peak, _RATIOS[:, 0], _RATIOS[:, 1])
    carried = flow.sum() * step_h * 3600.0
    scaled: Array = flow * (area_km2 * 1000.0 / carried)
    return scaled


def storm_flow_m3_s(runoff_steps_mm: ArrayLike, hydrograph_m3_s: ArrayLike, *, base_flow_m3_s: float = 0.0) -> Array:
    """Add up the flows of each step's runoff; a missing step makes the flow missing."""
    flow: Array = np.convolve(np.asarray(runoff_steps_mm, float), np.asarray(hydrograph_m3_s, float))
    return flow + base_flow_m3_s
