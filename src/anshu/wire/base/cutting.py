# SPDX-License-Identifier: Apache-2.0
"""What stream decoders with a start mark and a length share: a bounded buffer, and rubbish kept in bounded pieces."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from anshu.wire.base.faults import Fault, Refusal

MAX_JUNK = 1024  # bytes of one refusal of garbage
F = TypeVar("F")


class Cutter(ABC, Generic[F]):
    """Cuts frames out of a stream; keeps at most `most` + MAX_JUNK bytes between calls.

    What is given depends on the bytes alone, not on the pieces they come in. Bytes that belong to no frame come out as
    refusals, each before the next frame. `flush` gives up waiting: call it when the peer is gone, or silent for longer
    than a frame takes.
    """

    def __init__(self, *, most: int, clause: str) -> None:
        self._most, self._clause = most, clause
        self._buffer = bytearray()
        self._junk = bytearray()
        self._fault: Fault | None = None

    @property
    def pending(self) -> int:
        """Count the bytes held back."""
        return len(self._buffer) + len(self._junk)

    def feed(self, data: bytes) -> list[F | Refusal]:
        """Take more bytes and give what they complete."""
        out: list[F | Refusal] = []
        start = 0
        # A large piece is taken in steps, so that the buffer never holds more than the largest frame.
        while start < len(data):
            room = max(1, self._most - len(self._buffer))
            self._buffer += data[start : start + room]
            start += room
            while self._seek(out) and self._take(out):
                pass
        return out

    @abstractmethod
    def flush(self) -> list[F | Refusal]:
        """Give what is left: whole frames behind a broken one, and the rest as refusals."""

    @abstractmethod
    def _seek(self, out: list[F | Refusal]) -> bool:
        """Move to the next start mark; tell whether enough is there to go on."""

    @abstractmethod
    def _take(self, out: list[F | Refusal]) -> bool:
        """Take the frame at the head of the buffer; tell whether to go on."""

    def _drop(self, count: int) -> None:
        del self._buffer[:count]

    def _give(self, frame: F, length: int, out: list[F | Refusal]) -> None:
        """Hand on the frame at the head, after the rubbish before it."""
        self._drop(length)
        self._emit_junk(out)
        out.append(frame)

    def _refuse(self, raw: bytes, fault: Fault, out: list[F | Refusal]) -> None:
        """Refuse bytes at the head, after the rubbish before them."""
        self._emit_junk(out)
        out.append(Refusal(fault, raw))
        self._drop(len(raw))

    def _discard(self, count: int, fault: Fault | None, out: list[F | Refusal]) -> None:
        """Put bytes at the head with the rubbish; the first fault names it."""
        if not self._junk:
            self._fault = fault
        self._junk += self._buffer[:count]
        self._drop(count)
        while len(self._junk) >= MAX_JUNK:
            self._emit_junk(out, MAX_JUNK)

    def _emit_junk(self, out: list[F | Refusal], count: int | None = None) -> None:
        if not self._junk:
            return
        raw = bytes(self._junk[:count])
        del self._junk[: len(raw)]
        out.append(Refusal(self._fault or Fault("garbage", 0, self._clause, {"length": len(raw)}), raw))
        self._fault = None
