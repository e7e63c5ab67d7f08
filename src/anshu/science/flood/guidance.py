# SPDX-License-Identifier: Apache-2.0
"""Flash-flood guidance: the rain over a duration that brings a village's stream to its critical flow (临界雨量)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from anshu.science.flood.curve_number import for_wetness, rain_for_runoff_mm
from anshu.science.flood.unit_hydrograph import Catchment, lag_h, storm_flow_m3_s, time_to_peak_h, unit_hydrograph
from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=(),
    valid_for="小流域；成灾流量、曲线数、滞时须为本地值；历时内雨强均匀；结果只作研判",
)
_STEP_H: Final = 0.1
GROUND: Final = ("dry", "average", "wet")


@dataclass(frozen=True, slots=True)
class Village:
    """What is known of a village's stream: its catchment, critical flow and base flow; None where not known."""

    catchment: Catchment
    critical_flow_m3_s: float | None
    base_flow_m3_s: float = 0.0


def critical_rain_mm(village: Village, *, duration_h: float, ground: str = "average") -> float:
    """Find the rain within a duration that just brings the critical flow.

    The runoff of uniform rain is spread over the duration and carried by the unit hydrograph; its peak for a millimetre
    gives the runoff needed, and the curve number, moved for dry or wet ground, the rain that yields it.

    Raises
    ------
    Refusal
        `coefficients_missing` naming what the place lacks; `already_critical` where the base flow is not below it.

    References
    ----------
    Carpenter, T. M. et al. (1999), Journal of Hydrology 224, 21-44 (threshold runoff), with NEH 630, chapters 10, 16.
    """
    missing = _missing(village)
    if missing:
        raise Refusal("coefficients_missing", names=missing)
    if ground not in GROUND:
        raise Refusal("unknown_ground", ground=ground)
    number, critical = village.catchment.curve_number, village.critical_flow_m3_s
    assert number is not None
    assert critical is not None
    room = critical - village.base_flow_m3_s
    if room <= 0:
        raise Refusal("already_critical", base_flow_m3_s=village.base_flow_m3_s)
    peak = time_to_peak_h(lag_h(village.catchment), duration=_STEP_H)
    hydrograph = unit_hydrograph(village.catchment.area_km2, time_to_peak=peak, step_h=_STEP_H)
    steps = max(round(duration_h / _STEP_H), 1)
    per_mm = float(storm_flow_m3_s(np.full(steps, 1.0 / steps), hydrograph).max())
    if ground != "average":
        number = for_wetness(number, wet=ground == "wet")
    return float(rain_for_runoff_mm(room / per_mm, curve_number=number))


def _missing(village: Village) -> tuple[str, ...]:
    needed = {
        "curve_number": village.catchment.curve_number,
        "critical_flow_m3_s": village.critical_flow_m3_s,
    }
    return tuple(name for name, value in needed.items() if value is None)
