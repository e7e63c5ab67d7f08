# SPDX-License-Identifier: Apache-2.0
"""Maintenance windows over a batch: which values were taken while somebody worked on the instrument."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from anshu.domain.sensing.rules.flags import Booleans, Integers, Times


@dataclass(frozen=True, slots=True)
class Window:
    """[since, until) of some slots, in order; `until_us` is the end of time while it is open."""

    slots: Integers
    since_us: int
    until_us: int


def maintained(*, slot: Integers, at_us: Times, windows: Sequence[Window], concerned: Booleans) -> Booleans:
    """This will find the values inside a window; `concerned` tells for every slot whether any window has it."""
    found = np.zeros(len(slot), dtype=np.bool_)
    rows = np.flatnonzero(concerned[slot]) if windows else np.empty(0, dtype=np.int64)
    if not len(rows):
        return found
    for window in windows:
        inside = rows[(at_us[rows] >= window.since_us) & (at_us[rows] < window.until_us)]
        if len(inside):
            found[inside] |= np.isin(slot[inside], window.slots)
    return found
