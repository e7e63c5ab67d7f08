# SPDX-License-Identifier: Apache-2.0
"""Pure decisions about observations: units, and the checks that give each value its quality.

Arrays run over observations. Times are microseconds since 1970 UTC, so that a microsecond stays exact.
"""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from anshu.domain.sensing.choices import Quality

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

SECOND_US = 1_000_000
# A station's clock may lead a little; beyond this its times cannot be believed.
FUTURE_US = 600 * SECOND_US
# Older than this is history: stored, but no longer a matter for alarms.
LATE_US = 30 * 86_400 * SECOND_US
# A change is only a step where the two values are near in time.
STEP_WITHIN_US = 2 * 3_600 * SECOND_US
NEVER = np.iinfo(np.int64).min


class Check(IntFlag):
    """The checks that spoke about a value (WMO-No. 8, vol. V, chapter 1: range, step, time)."""

    MISSING = 1
    RANGE = 2
    STEP = 4
    FUTURE = 8
    LATE = 16
    SENDER = 32
    TEST = 64
    CORRECTED = 128


# Values that these checks spoke about stay out of the latest value and of the alarms.
UNJUDGED = int(Check.FUTURE | Check.LATE | Check.TEST)


@dataclass(frozen=True, slots=True)
class Limits:
    """What can be true of each observation's property; NaN where nothing is known."""

    minimum: Floats
    maximum: Floats
    step_max: Floats


@dataclass(frozen=True, slots=True)
class Before:
    """The last good value of each observation's datastream before this batch; NEVER where there is none."""

    at_us: Times
    value: Floats


def quality_checks(
    *,
    stream: Integers,
    at_us: Times,
    value: Floats,
    sent: Integers,
    test: Booleans,
    limits: Limits,
    before: Before,
    now_us: int,
) -> tuple[Integers, Integers]:
    """This will give quality and check bits of each observation; rows must be ordered by stream, then time.

    `sent` is the quality that the sender gave. NaN is missing.
    """
    missing = np.isnan(value)
    outside = (value < limits.minimum) | (value > limits.maximum)
    future = at_us > now_us + FUTURE_US
    late = at_us < now_us - LATE_US
    stepped = _steps(stream, at_us, value, limits, before, outside | future)
    checks = (
        np.where(missing, int(Check.MISSING), 0)
        | np.where(outside, int(Check.RANGE), 0)
        | np.where(stepped, int(Check.STEP), 0)
        | np.where(future, int(Check.FUTURE), 0)
        | np.where(late, int(Check.LATE), 0)
        | np.where(sent == Quality.SUSPECT, int(Check.SENDER), 0)
        | np.where(test, int(Check.TEST), 0)
    )
    quality = np.where(stepped | (sent == Quality.SUSPECT), int(Quality.SUSPECT), int(Quality.GOOD))
    quality = np.where(outside | future | test | (sent == Quality.BAD), int(Quality.BAD), quality)
    return np.where(missing, int(Quality.MISSING), quality).astype(np.int64), checks.astype(np.int64)


def _steps(
    stream: Integers, at_us: Times, value: Floats, limits: Limits, before: Before, unusable: Booleans
) -> Booleans:
    """This will find values that differ too much from the usable one before them in their stream."""
    stepped = np.zeros(len(value), dtype=np.bool_)
    if np.isnan(limits.step_max).all():
        return stepped
    usable = np.flatnonzero(~(np.isnan(value) | unusable))
    if not len(usable):
        return stepped
    s, t, v = stream[usable], at_us[usable], value[usable]
    previous_at, previous = before.at_us[usable].copy(), before.value[usable].copy()
    follows = np.flatnonzero(s[1:] == s[:-1]) + 1
    # The batch's own predecessor is the nearer one, unless the stored one lies between them.
    nearer = follows[(t[follows - 1] >= previous_at[follows]) | (previous_at[follows] >= t[follows])]
    previous_at[nearer], previous[nearer] = t[nearer - 1], v[nearer - 1]
    known = (previous_at != NEVER) & (previous_at < t) & (t - previous_at.clip(0) <= STEP_WITHIN_US)
    stepped[usable] = known & (np.abs(v - previous) > limits.step_max[usable])
    return stepped


# One spelling for units that are written in several ways (UCUM on the left side of what protocols send).
_SPELLINGS = {
    "℃": "Cel", "°C": "Cel", "C": "Cel", "degC": "Cel", "°F": "[degF]", "F": "[degF]",
    "m³/s": "m3/s", "m^3/s": "m3/s", "m³": "m3", "m³/h": "m3/h", "m²": "m2", "kg/m³": "kg/m3",
    "[pH]": "1", "pH": "1", "{NTU}": "NTU", "μS/cm": "uS/cm", "µS/cm": "uS/cm", "": "1", "mbar": "hPa",
    "ft": "[ft_i]", "in": "[in_i]", "ft3/s": "[cft_i]/s", "ft³/s": "[cft_i]/s", "°": "deg", "％": "%",
}  # fmt: skip
# unit -> (quantity, factor, offset) to the quantity's base: base = value * factor + offset
_UNITS = {
    "mm": ("length", 0.001, 0.0),
    "cm": ("length", 0.01, 0.0),
    "m": ("length", 1.0, 0.0),
    "km": ("length", 1000.0, 0.0),
    "[ft_i]": ("length", 0.3048, 0.0),
    "[in_i]": ("length", 0.0254, 0.0),
    "m3/s": ("flow", 1.0, 0.0),
    "L/s": ("flow", 0.001, 0.0),
    "m3/h": ("flow", 1 / 3600, 0.0),
    "[cft_i]/s": ("flow", 0.028316846592, 0.0),
    "m/s": ("speed", 1.0, 0.0),
    "km/h": ("speed", 1 / 3.6, 0.0),
    "Pa": ("pressure", 1.0, 0.0),
    "hPa": ("pressure", 100.0, 0.0),
    "kPa": ("pressure", 1000.0, 0.0),
    "MPa": ("pressure", 1e6, 0.0),
    "Cel": ("temperature", 1.0, 0.0),
    "K": ("temperature", 1.0, -273.15),
    "[degF]": ("temperature", 5 / 9, -160 / 9),
    "V": ("voltage", 1.0, 0.0),
    "mV": ("voltage", 0.001, 0.0),
    "A": ("current", 1.0, 0.0),
    "mA": ("current", 0.001, 0.0),
    "s": ("time", 1.0, 0.0),
    "min": ("time", 60.0, 0.0),
    "h": ("time", 3600.0, 0.0),
    "mg/L": ("density", 1.0, 0.0),
    "kg/m3": ("density", 1000.0, 0.0),
    "ug/L": ("density", 1e-3, 0.0),
    "ng/L": ("density", 1e-6, 0.0),
    "mg/m3": ("density", 1e-3, 0.0),
    "ug/m3": ("density", 1e-6, 0.0),
    "ng/m3": ("density", 1e-9, 0.0),
}


def conversion(given: str, wanted: str) -> tuple[float, float] | None:
    """This will give (factor, offset) from one unit to another; None where they measure different things."""
    given, wanted = _SPELLINGS.get(given, given), _SPELLINGS.get(wanted, wanted)
    if given == wanted:
        return 1.0, 0.0
    if given not in _UNITS or wanted not in _UNITS:
        return None
    kind, factor, offset = _UNITS[given]
    wanted_kind, wanted_factor, wanted_offset = _UNITS[wanted]
    if kind != wanted_kind:
        return None
    return factor / wanted_factor, (offset - wanted_offset) / wanted_factor
