# SPDX-License-Identifier: Apache-2.0
"""Spatial consistency of water levels: neighbours on one water move together, with the time the water takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anshu.domain.sensing.rules.flags import Booleans, Floats

# So many moments must be known before one can say what is usual.
LEAST_KNOWN = 12


@dataclass(frozen=True, slots=True)
class Partner:
    """A neighbour's levels, moved so that each stands where the same water is at the station; NaN is missing."""

    level: Floats
    tolerance: float


def levels_doubted(level: Floats, partners: Sequence[Partner], *, usual_steps: int) -> Booleans:
    """This will find levels that left their neighbours: by more than half of those that report.

    A neighbour is left where the difference departs from its median of the `usual_steps` moments before by more than
    the tolerance, and the station moved further from its own median than the neighbour did from its.
    """
    away, reporting = np.zeros(len(level), dtype=np.int64), np.zeros(len(level), dtype=np.int64)
    own = _departure(level, usual_steps)
    for partner in partners:
        apart = _departure(level - partner.level, usual_steps)
        theirs = _departure(np.where(np.isnan(level), np.nan, partner.level), usual_steps)
        reporting += ~np.isnan(apart)
        away += (np.abs(apart) > partner.tolerance) & (np.abs(own) > np.abs(theirs))
    return np.asarray((reporting > 0) & (2 * away > reporting), dtype=np.bool_)


def _departure(values: Floats, steps: int) -> Floats:
    """This will give how far each value is from the median of the known ones before it; NaN where few are known."""
    found = np.full(len(values), np.nan)
    for place in np.flatnonzero(~np.isnan(values)).tolist():
        before = values[max(0, place - steps) : place]
        before = before[~np.isnan(before)]
        if len(before) >= LEAST_KNOWN:
            found[place] = values[place] - np.median(before)
    return found
