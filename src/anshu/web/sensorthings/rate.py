# SPDX-License-Identifier: Apache-2.0
"""How often one caller may ask: a bucket of requests for each token or account, in each web process."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# Requests a second for long, and at once.
RATE = float(os.environ.get("ANSHU_STA_RATE", "20"))
BURST = float(os.environ.get("ANSHU_STA_BURST", "200"))
_MOST_CALLERS = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Allowances:
    """The buckets of all callers; the one that was longest silent is forgotten first, for it is full."""

    def __init__(self, clock: Callable[[], float], *, rate: float = RATE, burst: float = BURST) -> None:
        self._clock, self._rate, self._burst = clock, rate, burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> float:
        """This will count a request; gives 0 where it may be served, else the seconds to wait."""
        now = self._clock()
        with self._lock:
            bucket = self._buckets.pop(caller, None) or _Bucket(self._burst, now)
            bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
            bucket.at = now
            self._buckets[caller] = bucket
            if len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
            if bucket.left < 1:
                return (1 - bucket.left) / self._rate
            bucket.left -= 1
            return 0.0
