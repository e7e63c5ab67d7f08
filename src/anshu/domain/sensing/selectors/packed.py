# SPDX-License-Identifier: Apache-2.0
"""Many numbers from PostgreSQL at once, as it packs them: arrays in their binary form, times since 2000."""

import numpy as np
import numpy.typing as npt

POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01T00:00:00Z
# Dimensions, nulls or not, type, then length and lower bound of the only dimension; an empty array ends before those.
_HEAD = 20
_FORMS = {size: np.dtype([("size", ">i4"), ("value", form)]) for size, form in ((4, ">i4"), (8, ">i8"))}
_FLOATS = np.dtype([("size", ">i4"), ("value", ">f8")])


def integers(packed: bytes, size: int = 8) -> npt.NDArray[np.int64]:
    """This will read an int array without nulls (`size` bytes each; times are microseconds since 2000)."""
    return np.frombuffer(packed[_HEAD:], dtype=_FORMS[size])["value"].astype(np.int64)


def floats(packed: bytes) -> npt.NDArray[np.float64]:
    """This will read an array of doubles without nulls."""
    return np.frombuffer(packed[_HEAD:], dtype=_FLOATS)["value"].astype(np.float64)
