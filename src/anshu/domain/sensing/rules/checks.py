# SPDX-License-Identifier: Apache-2.0
"""The checks of a batch as it comes: range, step, persistence, time. Those that look elsewhere hand in their flags.

Arrays run over observations. Times are microseconds since 1970 UTC, so that a microsecond stays exact.
"""

from dataclasses import dataclass

import numpy as np

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.rules.flags import (
    NEVER,
    SECOND_US,
    Booleans,
    Check,
    Floats,
    Integers,
    Times,
    quality_of,
)

# A station's clock may lead a little; beyond this its times cannot be believed.
FUTURE_US = 600 * SECOND_US
# The way over the network takes no negative time: more than this ahead is the clock.
CLOCK_US = 60 * SECOND_US
# Older than this is history: stored, but no longer a matter for alarms.
LATE_US = 30 * 86_400 * SECOND_US
# A change is only a step where the two values are near in time.
STEP_WITHIN_US = 2 * 3_600 * SECOND_US
# Where no limit says when a value is late.
DELAYED_US = 3_600 * SECOND_US


@dataclass(frozen=True, slots=True)
class Limits:
    """What can be true of each observation's property; NaN where nothing is known.

    `flat_after_us` is how long a value may stay the same, values up to `calm_max` excepted (no rain, no wind).
    """

    minimum: Floats
    maximum: Floats
    step_max: Floats
    flat_after_us: Floats
    calm_max: Floats
    delayed_after_us: Floats
    # Suspect values are left to people, not to rules.
    ignoring: Booleans

    def at(self, rows: Integers) -> "Limits":
        """This will give the limits of some rows."""
        return Limits(
            self.minimum[rows],
            self.maximum[rows],
            self.step_max[rows],
            self.flat_after_us[rows],
            self.calm_max[rows],
            self.delayed_after_us[rows],
            self.ignoring[rows],
        )


@dataclass(frozen=True, slots=True)
class Before:
    """The last good value of each observation's datastream before this batch, since when it is the same; or NEVER."""

    at_us: Times
    value: Floats
    since_us: Times


@dataclass(frozen=True, slots=True)
class Checked:
    """What a batch came to; `since_us` is since when the value is the same, NEVER where it is not usable."""

    quality: Integers
    checks: Integers
    since_us: Times


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
    more: Integers | None = None,
) -> Checked:
    """This will check each observation; rows must be ordered by stream, then time. NaN is missing.

    `sent` is the quality that the sender gave; `more` are flags that others found (maintenance, inconsistency).
    """
    extra = np.zeros(len(value), dtype=np.int64) if more is None else more
    missing = np.isnan(value)
    outside = (value < limits.minimum) | (value > limits.maximum)
    future = at_us > now_us + FUTURE_US
    usable = ~(missing | outside | future | test | (extra & int(Check.MAINTENANCE) != 0))
    since_us = unchanged_since(stream, at_us, value, usable, before, limits.flat_after_us)
    late = np.where(np.isnan(limits.delayed_after_us), DELAYED_US, limits.delayed_after_us)
    checks = extra.copy()
    for bit, spoke in (
        (Check.MISSING, missing),
        (Check.RANGE, outside),
        (Check.STEP, _stepped(stream, at_us, value, usable, before, limits.step_max)),
        (Check.FLAT, _flat(at_us, value, since_us, limits)),
        (Check.FUTURE, future),
        (Check.CLOCK, at_us > now_us + CLOCK_US),
        (Check.LATE, at_us < now_us - LATE_US),
        (Check.DELAYED, now_us - at_us > late),
        (Check.SENDER, sent == int(Quality.SUSPECT)),
        (Check.TEST, test),
    ):
        checks[spoke] |= int(bit)
    quality = quality_of(checks)
    checks[(quality == int(Quality.SUSPECT)) & limits.ignoring] |= int(Check.IGNORED)
    return Checked(quality, checks, since_us)


def unchanged_since(
    stream: Integers, at_us: Times, value: Floats, usable: Booleans, before: Before, broken_us: Floats
) -> Times:
    """This will tell since when the value is the same, for usable values in the order of time; NEVER for the others.

    A silence longer than `broken_us` ends what came before it: nobody saw whether the value stayed. A value older than
    the last one of its stream changes nothing.
    """
    since_us = np.full(len(value), NEVER, dtype=np.int64)
    rows = np.flatnonzero(usable & (at_us > before.at_us))
    if not len(rows):
        return since_us
    s, t, v = stream[rows], at_us[rows], value[rows]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = s[1:] != s[:-1]
    previous, previous_at, start = before.value[rows].copy(), before.at_us[rows].copy(), before.since_us[rows]
    inner = np.flatnonzero(~first)
    previous[inner], previous_at[inner] = v[inner - 1], t[inner - 1]
    known = previous_at != NEVER
    silent = known & (
        t - np.where(known, previous_at, t) > np.where(np.isnan(broken_us[rows]), np.inf, broken_us[rows])
    )
    changed = (v != previous) | silent | ~known
    # Where a stream's run began before the batch, it goes on from what is remembered of it.
    begun = np.where(changed, t, np.where(start == NEVER, previous_at, start))
    begins = np.maximum.accumulate(np.where(changed | first, np.arange(len(rows)), 0))
    since_us[rows] = begun[begins]
    return since_us


def _flat(at_us: Times, value: Floats, since_us: Times, limits: Limits) -> Booleans:
    """This will find values that stayed the same for too long."""
    watched = (since_us != NEVER) & ~np.isnan(limits.flat_after_us)
    lasted = np.where(watched, at_us - np.where(watched, since_us, at_us), 0)
    calm = ~np.isnan(limits.calm_max) & (value <= limits.calm_max)
    long = lasted >= np.where(watched, limits.flat_after_us, np.inf)
    return np.asarray(watched & long & ~calm, dtype=np.bool_)


def _stepped(
    stream: Integers, at_us: Times, value: Floats, usable: Booleans, before: Before, step_max: Floats
) -> Booleans:
    """This will find values that differ too much from the usable one before them in their stream."""
    stepped = np.zeros(len(value), dtype=np.bool_)
    rows = np.flatnonzero(usable)
    if not len(rows) or np.isnan(step_max).all():
        return stepped
    s, t, v = stream[rows], at_us[rows], value[rows]
    previous_at, previous = before.at_us[rows].copy(), before.value[rows].copy()
    follows = np.flatnonzero(s[1:] == s[:-1]) + 1
    # The batch's own predecessor is the nearer one, unless the stored one lies between them.
    nearer = follows[(t[follows - 1] >= previous_at[follows]) | (previous_at[follows] >= t[follows])]
    previous_at[nearer], previous[nearer] = t[nearer - 1], v[nearer - 1]
    known = (previous_at != NEVER) & (previous_at < t) & (t - previous_at.clip(0) <= STEP_WITHIN_US)
    stepped[rows] = known & (np.abs(v - previous) > step_max[rows])
    return stepped
