# SPDX-License-Identifier: Apache-2.0
"""Pasquill stability classes from what an observer sees."""

from typing import Final, Literal

import numpy as np

from anshu.science.standing import Refusal, Standing

STANDING: Final = Standing(
    verified_by=("Pasquill (1961) 表，Turner (1970) 表 3-1 的界限",),
    valid_for="开阔平坦地面，10 m 风速；夜间指日落前 1 h 至日出后 1 h",
)

CLASSES: Final = ("A", "B", "C", "D", "E", "F")
Sky = Literal["strong_sun", "moderate_sun", "slight_sun", "overcast", "night_cloudy", "night_clear"]

# Rows: wind < 2, 2-3, 3-5, 5-6, > 6 m/s. "A-B" is read as the more stable of the two, which errs on the safe side.
_SPEEDS: Final = (2.0, 3.0, 5.0, 6.0)
_TABLE: Final[dict[str, str]] = {
    "strong_sun": "ABBCC",
    "moderate_sun": "BBCDD",
    "slight_sun": "BCCDD",
    "overcast": "DDDDD",
    "night_cloudy": "FEDDD",
    "night_clear": "FFEDD",
}


def pasquill_class(wind_10m_m_s: float, sky: Sky) -> str:
    """Read Pasquill's table of stability from wind at 10 m and the sky.

    `night_cloudy` means thin overcast or at least 4/8 low cloud, `night_clear` at most 3/8. Night winds below 2 m/s,
    which the table leaves open, are read as F.

    References
    ----------
    Pasquill, F. (1961), Meteorological Magazine 90, 33-49; Turner, D. B. (1970), Workbook of Atmospheric Dispersion
    Estimates, AP-26, table 3-1.
    """
    if sky not in _TABLE:
        raise Refusal("unknown_sky", sky=sky)
    if not wind_10m_m_s >= 0:
        raise Refusal("bad_wind", wind_m_s=wind_10m_m_s)
    return _TABLE[sky][int(np.searchsorted(_SPEEDS, wind_10m_m_s, side="right"))]


def check_class(stability: str) -> str:
    """Refuse anything but the six class letters."""
    if stability not in CLASSES:
        raise Refusal("unknown_stability", stability=stability)
    return stability
