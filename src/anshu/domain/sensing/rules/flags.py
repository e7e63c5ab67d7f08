# SPDX-License-Identifier: Apache-2.0
"""The flags beside a value, and the quality that they amount to."""

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from anshu.domain.sensing.choices import Quality

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

SECOND_US = 1_000_000
NEVER = int(np.iinfo(np.int64).min)


class Check(IntFlag):
    """The checks that spoke about a value (WMO-No. 8, vol. V, chapter 1; WMO-No. 488, appendix VI.2)."""

    MISSING = 1
    RANGE = 2
    STEP = 4
    FUTURE = 8
    LATE = 16
    SENDER = 32
    TEST = 64
    CORRECTED = 128
    FLAT = 256
    INCONSISTENT = 512
    SPATIAL = 1024
    MAINTENANCE = 2048
    MARKED = 4096
    TRUSTED = 8192
    # Came long after its time; the lag is receipt minus time.
    DELAYED = 16384
    # Its time lies a little ahead of its receipt: the clock of the device leads.
    CLOCK = 32768
    # Suspect, and the limits in force then say that suspect values are not judged.
    IGNORED = 65536


# Values that these checks spoke about stay out of the latest value and of the alarms.
UNJUDGED = int(Check.FUTURE | Check.LATE | Check.TEST | Check.MAINTENANCE | Check.IGNORED)
BAD = int(Check.RANGE | Check.FUTURE | Check.TEST | Check.MAINTENANCE)
SUSPECT = int(Check.STEP | Check.SENDER | Check.FLAT | Check.INCONSISTENT | Check.SPATIAL)
# What a person said goes before what a check said; the first that applies decides.
PRECEDENCE: tuple[tuple[int, Quality], ...] = (
    (int(Check.MARKED), Quality.BAD),
    (int(Check.CORRECTED), Quality.CORRECTED),
    (int(Check.MISSING), Quality.MISSING),
    (int(Check.TRUSTED), Quality.GOOD),
    (BAD, Quality.BAD),
    (SUSPECT, Quality.SUSPECT),
)


def quality_of(checks: Integers) -> Integers:
    """This will give the quality that flags amount to."""
    given = np.asarray(checks, dtype=np.int64)
    quality = np.full(given.shape, int(Quality.GOOD), dtype=np.int64)
    for bits, found in reversed(PRECEDENCE):
        quality[given & bits != 0] = int(found)
    return quality


def quality_sql(checks: str) -> str:
    """This will write the same as an SQL expression over the column or expression `checks`."""
    cases = " ".join(f"when ({checks}) & {bits} <> 0 then {int(found)}" for bits, found in PRECEDENCE)
    return f"(case {cases} else {int(Quality.GOOD)} end)"
