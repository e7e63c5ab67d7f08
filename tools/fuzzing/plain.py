# SPDX-License-Identifier: Apache-2.0
"""Inputs by chance for a time, watching memory and hangs: `python -m tools.fuzzing.plain TARGET SECONDS FOLDER`.

It begins from the seeds and from what a guided run found. Prints one JSON object; a finding ends it with its traceback.
"""

import faulthandler
import gc
import json
import sys
import time
from pathlib import Path

from tools.fuzzing.chance import changed
from tools.fuzzing.targets import targets

HANG_S = 5
_ROUND = 500


def resident_mb() -> float:
    """This will measure the memory of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def main(name: str, seconds: float, folder: str) -> None:
    """This will attack one codec for so long; memory is compared between the end of the first quarter and the end."""
    target = targets()[name]
    seeds = [*target.seeds, *(path.read_bytes() for path in sorted(Path(folder).glob("corpus/*"))[:3000])]
    start = time.monotonic()
    first, runs, slowest = 0.0, 0, 0.0
    while (spent := time.monotonic() - start) < seconds:
        if runs and not first and spent > seconds / 4:
            first = resident_mb()
        for data in changed(seeds, runs, _ROUND):
            # A hang ends the run with the place where it hangs.
            faulthandler.dump_traceback_later(HANG_S, exit=True)
            begun = time.perf_counter()
            target.attack(data)
            slowest = max(slowest, time.perf_counter() - begun)
        runs += _ROUND
    faulthandler.cancel_dump_traceback_later()
    grown = resident_mb() - first if first else 0.0
    sys.stdout.write(json.dumps({"runs": runs, "grown_mb": round(grown, 2), "slowest_s": round(slowest, 4)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3])
