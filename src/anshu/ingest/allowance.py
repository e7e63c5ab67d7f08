# SPDX-License-Identifier: Apache-2.0
"""How much one device may send: a bucket of observations that fills at a rate."""

# What may come at once, in seconds of the rate: a device that was cut off for a while sends what it kept.
_BURST_S = 10.0
# Held back for this much of the time since it began, a device floods.
_FLOODING_S = 10.0


class Allowance:
    """One device's bucket. Nothing is dropped: beyond it we read later, so that only the device itself waits."""

    __slots__ = ("_at", "_held_s", "_left", "_rate")

    def __init__(self, rate: float) -> None:
        self._rate, self._left, self._at, self._held_s = rate, rate * _BURST_S, 0.0, 0.0

    def take(self, weight: int) -> None:
        """Count observations that were read."""
        self._left -= weight

    def wait_s(self, now: float) -> float:
        """Give how long to wait before reading more; `now` is the loop's clock, in seconds."""
        if self._left > 0:
            if self._left > self._rate * _BURST_S / 2:
                self._held_s = 0.0
            if now - self._at > 1.0:
                self._fill(now)
            return 0.0
        self._fill(now)
        wait_s = max(0.0, -self._left / self._rate)
        self._held_s += wait_s
        return wait_s

    def _fill(self, now: float) -> None:
        passed = now - self._at if self._at else 0.0
        self._left, self._at = min(self._rate * _BURST_S, self._left + passed * self._rate), now

    @property
    def flooding(self) -> bool:
        """Tell whether the device has been held back for long; it is told once, and again after as long."""
        if self._held_s < _FLOODING_S:
            return False
        self._held_s = 0.0
        return True
