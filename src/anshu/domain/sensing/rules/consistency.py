# SPDX-License-Identifier: Apache-2.0
"""Internal consistency: of two properties of one thing at one instant, the lesser cannot exceed the greater."""

from dataclasses import dataclass

import numpy as np

from anshu.domain.sensing.rules.flags import Booleans, Floats, Integers, Times

# A tenth of a millimetre is not a tenth in binary.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Pairs:
    """Each relation from both its ends, ordered by slot: `sign` is +1 where the slot is the lesser one, else -1."""

    slot: Integers
    other: Integers
    sign: Floats
    tolerance: Floats

    @classmethod
    def of(cls, lesser: Integers, greater: Integers, tolerance: Floats) -> "Pairs":
        """This will write relations from both ends."""
        slot = np.concatenate((lesser, greater))
        order = np.argsort(slot, kind="stable")
        sign = np.concatenate((np.ones(len(lesser)), -np.ones(len(greater))))
        return cls(
            slot[order],
            np.concatenate((greater, lesser))[order],
            sign[order],
            np.concatenate((tolerance, tolerance))[order],
        )

    @classmethod
    def none(cls) -> "Pairs":
        """This will give no relation."""
        empty = np.empty(0, dtype=np.int64)
        return cls.of(empty, empty, np.empty(0))


@dataclass(frozen=True, slots=True)
class Contradictions:
    """Which rows of a batch contradict another value, and the values stored before that they contradict."""

    rows: Booleans
    stored_slot: Integers
    stored_at_us: Times


def contradictions(
    *, slot: Integers, at_us: Times, value: Floats, pairs: Pairs, last_at_us: Times, last_value: Floats
) -> Contradictions:
    """This will compare each value with its partner's of the same instant, in the batch or the last one stored.

    `last_at_us` and `last_value` run over all slots. Each (slot, time) stands once in the batch; NaN contradicts
    nothing.
    """
    found = np.zeros(len(slot), dtype=np.bool_)
    nothing = np.empty(0, dtype=np.int64)
    low, high = np.searchsorted(pairs.slot, slot, "left"), np.searchsorted(pairs.slot, slot, "right")
    counts = high - low
    if not counts.any():
        return Contradictions(found, nothing, nothing)
    row = np.repeat(np.arange(len(slot)), counts)
    edge = np.repeat(low - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(len(row))
    other = pairs.other[edge]
    partner = _places(slot, at_us, other, at_us[row])
    here = partner >= 0
    stored = ~here & (last_at_us[other] == at_us[row])
    theirs = np.where(here, value[np.where(here, partner, 0)], np.where(stored, last_value[other], np.nan))
    wrong = pairs.sign[edge] * (value[row] - theirs) > pairs.tolerance[edge] + _ROUNDING
    found[row[wrong]] = True
    told = wrong & stored
    return Contradictions(found, other[told], at_us[row[told]])


def _places(slot: Integers, at_us: Times, wanted_slot: Integers, wanted_at: Times) -> Integers:
    """This will find the row of each wanted (slot, time), -1 where there is none."""
    moments, rank = np.unique(at_us, return_inverse=True)
    # Slots are few enough for slot × moments to stay far below 2^63.
    key = slot * len(moments) + rank
    order = np.argsort(key, kind="stable")
    wanted = wanted_slot * len(moments) + np.searchsorted(moments, wanted_at)
    place = np.searchsorted(key[order], wanted).clip(max=len(key) - 1)
    return np.where(key[order][place] == wanted, order[place], -1)
