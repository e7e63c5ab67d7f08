# SPDX-License-Identifier: Apache-2.0
"""Every check of a network of gauges at once, and what is left when the bad is taken out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from anshu.science.rainfall import (
    faulty_zeros,
    high_influx,
    neighbour_check,
    neighbours,
    range_check,
    station_outlier,
    step_check,
)
from anshu.science.rainfall.gauges import Gauges

FIVE_MINUTES_S: Final = 300.0
# A doubtful neighbour or step is for a person to look at; these four are errors.
REJECTS: Final = ("range", "faulty_zeros", "high_influx", "station_outlier")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of each check, as published for 5-minute gauges; windows are given in time and suit any step."""

    range_m: float = neighbours.RANGE_M
    least_neighbours: int = 5
    dry_steps: int = 6
    calm_mm: float = 0.4
    limit_mm: float = 10.0
    window_s: float = 28 * 86_400.0
    least_correlation: float = 0.15
    most_mm: float | None = None


def check(gauges: Gauges, *, limits: Limits | None = None) -> Mapping[str, NDArray[np.int8]]:
    """Run every check; each gives 1 bad, 0 good, -1 not judged, in the shape of the rain.

    Amounts out of range are taken out before neighbours are compared.
    """
    use = limits or Limits()
    found = {"range": range_check.flags(gauges.rain_mm, step_s=gauges.step_s, most_mm=use.most_mm)}
    rain = np.where(found["range"] == 1, np.nan, gauges.rain_mm)
    near = neighbours.within(gauges.distances_m(), range_m=use.range_m)
    median, reporting = neighbours.reference(rain, near)
    least, window = use.least_neighbours, max(2, round(use.window_s / gauges.step_s))
    found["step"] = step_check.flags(rain)
    found["neighbours"] = neighbour_check.flags(rain, near, least_neighbours=least)
    found["faulty_zeros"] = faulty_zeros.flags(rain, median, reporting, dry_steps=use.dry_steps, least_neighbours=least)
    found["high_influx"] = high_influx.flags(
        rain, median, reporting, calm_mm=use.calm_mm, limit_mm=use.limit_mm, window=window, least_neighbours=least
    )
    found["station_outlier"] = station_outlier.flags(
        rain, near, window=window, least_correlation=use.least_correlation, least_neighbours=least
    )
    return found


def cleaned(gauges: Gauges, flags: Mapping[str, NDArray[np.int8]], *, rejects: tuple[str, ...] = REJECTS) -> Gauges:
    """Make missing whatever a rejecting check found bad."""
    bad = np.zeros(gauges.rain_mm.shape, bool)
    for name in rejects:
        bad |= flags[name] == 1
    return replace(gauges, rain_mm=np.where(bad, np.nan, gauges.rain_mm))
