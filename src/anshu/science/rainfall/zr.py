# SPDX-License-Identifier: Apache-2.0
"""Z-R relations: reflectivity to rain and back, with drizzle cut off and hail capped."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from anshu.science.rainfall.grid import NO_ECHO_DBZ, Grid
from anshu.science.standing import Refusal, Standing, require_positive
from anshu.science.units import Array

STANDING: Final = Standing(
    verified_by=("WSR-88D 53 dBZ 上限 = 103.8 mm/h（Fulton 1998）", "pysteps 1.21 dBZ 互换，FMI 2016-09-28"),
    valid_for="液态降水；上限以上按冰雹处理；未订正的衰减只会低估，不作放大",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """Z = a R^b, with Z in mm⁶ m⁻³ and R in mm/h."""

    a: float
    b: float
    source: str = ""

    def __post_init__(self) -> None:
        require_positive(a=self.a, b=self.b)


MARSHALL_PALMER: Final = Relation(200.0, 1.6, "Marshall & Palmer 1948; Marshall et al. 1955")
CONVECTIVE: Final = Relation(300.0, 1.4, "WSR-88D default, Fulton et al. 1998")
TROPICAL: Final = Relation(250.0, 1.2, "Rosenfeld et al. 1993")
SWISS: Final = Relation(316.0, 1.5, "MeteoSwiss, Joss & Waldvogel 1990")
FINNISH: Final = Relation(223.0, 1.53, "FMI, Leinonen et al. 2012")
# Above this the echo is hail, whose reflectivity says nothing of rain; below that nothing reaches the ground.
HAIL_CAP_DBZ: Final = 53.0
LEAST_DBZ: Final = 7.0


def rain_mm_h(
    reflectivity_dbz: ArrayLike,
    *,
    relation: Relation = MARSHALL_PALMER,
    cap_dbz: float = HAIL_CAP_DBZ,
    least_dbz: float = LEAST_DBZ,
) -> Array:
    """Turn reflectivity into rain, R = (10^(dBZ/10)/a)^(1/b).

    A value above the cap counts as the cap. Nothing is raised for attenuation: an amplifying correction feeds on its
    own errors behind a wet core, where merging with gauges is the safer remedy.

    Parameters
    ----------
    reflectivity_dbz
        dBZ; NaN stays missing.
    relation
        Coefficients for the climate and the kind of rain.
    cap_dbz, least_dbz
        Above the first is hail, below the second is no rain.

    References
    ----------
    Fulton, R. A. et al. (1998), Weather and Forecasting 13, 377-395, section 2b (hail cap); Hitschfeld, W. and Bordan,
    J. (1954), Journal of Meteorology 11, 58-67 (instability of attenuation correction).
    """
    if not least_dbz < cap_dbz:
        raise Refusal("bad_limits", cap_dbz=cap_dbz, least_dbz=least_dbz)
    heard = np.asarray(reflectivity_dbz, float)
    linear = 10.0 ** (np.minimum(heard, cap_dbz) / 10.0)
    return np.where(heard < least_dbz, 0.0, (linear / relation.a) ** (1.0 / relation.b))


def reflectivity_dbz(rain: ArrayLike, *, relation: Relation = MARSHALL_PALMER) -> Array:
    """Turn rain in mm/h into reflectivity, dBZ = 10 log10(a R^b); no rain is no echo (-32 dBZ)."""
    rate = np.asarray(rain, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 10.0 * (np.log10(relation.a) + relation.b * np.log10(rate))
    return np.where(rate <= 0, NO_ECHO_DBZ, np.maximum(found, NO_ECHO_DBZ))


def to_rain(field: Grid, *, relation: Relation = MARSHALL_PALMER, cap_dbz: float = HAIL_CAP_DBZ) -> Grid:
    """Turn a field of reflectivity into mm/h; a field that is rain already stays as it is."""
    if field.unit == "m":
        raise Refusal("not_rain", unit=field.unit)
    if field.unit != "dBZ":
        return field
    return field.with_values(rain_mm_h(field.values, relation=relation, cap_dbz=cap_dbz), "mm/h")


def to_reflectivity(field: Grid, *, relation: Relation = MARSHALL_PALMER) -> Grid:
    """Turn a field of rain into dBZ; a field of reflectivity stays as it is."""
    if field.unit == "dBZ":
        return field
    return field.with_values(reflectivity_dbz(field.rate_mm_h().values, relation=relation), "dBZ")
