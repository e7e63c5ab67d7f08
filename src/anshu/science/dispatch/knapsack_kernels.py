# SPDX-License-Identifier: Apache-2.0
"""Compiled inner loop of `shelter_loads`; imported on first use, because numba is an extra."""

import numpy as np
from numba import njit

from anshu.science.dispatch.evacuation import Whole
from anshu.science.units import Array

_NOTHING = 1e-9


@njit(cache=True, nogil=True)
def best_loads(people: Whole, capacity: Whole, worth: Array, taken: np.ndarray) -> Array:
    """Find for each shelter the villages worth most together that it can hold (0-1 knapsack by dynamic programming).

    `worth` has a row a village and a column a shelter; `taken`, False throughout, a row a shelter and a column a
    village, is filled in.
    """
    value = np.zeros(capacity.size)
    for shelter in range(capacity.size):
        items = np.flatnonzero((worth[:, shelter] > _NOTHING) & (people > 0) & (people <= capacity[shelter]))
        room = min(people[items].sum(), capacity[shelter])
        best, took = np.zeros(room + 1), np.zeros((items.size, room + 1), np.bool_)
        for place in range(items.size):
            size, gain = people[items[place]], worth[items[place], shelter]
            for filled in range(room, size - 1, -1):
                if best[filled - size] + gain > best[filled]:
                    best[filled] = best[filled - size] + gain
                    took[place, filled] = True
        value[shelter] = best[room]
        for place in range(items.size - 1, -1, -1):
            if took[place, room]:
                taken[shelter, items[place]] = True
                room -= people[items[place]]
    return value
