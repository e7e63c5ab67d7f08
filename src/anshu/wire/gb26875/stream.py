# SPDX-License-Identifier: Apache-2.0
"""Cut GB/T 26875.3 packets out of a byte stream that may hold anything."""

from anshu.wire.base import Fault, Refusal, Refused
from anshu.wire.gb26875.decoding import short_message
from anshu.wire.gb26875.dialects import STANDARD, Dialect
from anshu.wire.gb26875.framing import HEADER, MAX_FRAME, NOWHERE, START, Gb26875Frame, frame_length, parse_whole

MAX_JUNK = 1024  # bytes of one refusal of garbage
_CLAUSE = "6.6 表1"


class Decoder:
    """Cut packets out of a stream; keep at most MAX_FRAME + MAX_JUNK bytes between calls.

    What is given depends on the bytes alone, not on the pieces they come in. Bytes that belong to no packet come out
    as refusals, each before the next packet. `flush` gives up waiting: call it when the peer is gone, or silent for
    longer than a packet takes.
    """

    def __init__(self, dialect: Dialect = STANDARD) -> None:
        self._dialect = dialect
        self._buffer = bytearray()
        self._junk = bytearray()
        self._fault: Fault | None = None

    @property
    def pending(self) -> int:
        """Count the bytes held back."""
        return len(self._buffer) + len(self._junk)

    def feed(self, data: bytes) -> list[Gb26875Frame | Refusal]:
        """Take more bytes and give what they complete."""
        out: list[Gb26875Frame | Refusal] = []
        # A large piece is taken in steps, so that the buffer never holds more than a packet and a step.
        for start in range(0, len(data), MAX_FRAME):
            self._buffer += data[start : start + MAX_FRAME]
            self._cut(out)
        return out

    def flush(self) -> list[Gb26875Frame | Refusal]:
        """Give what is left: whole packets behind a broken one, and the rest as refusals."""
        out: list[Gb26875Frame | Refusal] = []
        while self._buffer:
            found = len(self._buffer)
            fault = Fault("truncated", found, _CLAUSE, {"expected": self._expected(), "found": found})
            self._discard(self._next_start(1), fault, out)
            self._cut(out)
        self._emit_junk(out)
        return out

    def _expected(self) -> int:
        if len(self._buffer) < HEADER:
            return HEADER + 3
        try:
            return frame_length(bytes(self._buffer[:HEADER]))
        except Refused:
            return HEADER + 3

    def _cut(self, out: list[Gb26875Frame | Refusal]) -> None:
        while self._seek(out) and self._take(out):
            pass

    def _seek(self, out: list[Gb26875Frame | Refusal]) -> bool:
        """Move to the next start mark; tell whether enough is there to go on."""
        if start := self._next_start(0):
            self._discard(start, None, out)
        return len(self._buffer) >= (self._dialect.short_length or HEADER)

    def _next_start(self, after: int) -> int:
        """Find where a packet may start; the end if nowhere."""
        buffer = self._buffer
        at = buffer.find(START, after)
        if at >= 0:
            return at
        # A last 40H may be half of a start mark.
        end = len(buffer)
        return end - 1 if end > after and buffer[-1] == START[0] else end

    def _take(self, out: list[Gb26875Frame | Refusal]) -> bool:
        """Take the packet at the head of the buffer; tell whether to go on."""
        buffer = self._buffer
        if self._take_short(out):
            return True
        if len(buffer) < HEADER:
            return False
        try:
            length = frame_length(bytes(buffer[:HEADER]))
        except Refused as refused:
            self._discard(self._next_start(1), refused.fault, out)
            return True
        if len(buffer) < length:
            return False
        raw = bytes(buffer[:length])
        try:
            frame = parse_whole(raw, self._dialect)
        except Refused as refused:
            self._reject(raw, refused.fault, out)
            return True
        del buffer[:length]
        self._emit_junk(out)
        out.append(frame)
        return True

    def _take_short(self, out: list[Gb26875Frame | Refusal]) -> bool:
        length = self._dialect.short_length
        if not length:
            return False
        raw = bytes(self._buffer[:length])
        if short_message(raw, self._dialect) is None:
            return False
        del self._buffer[:length]
        self._emit_junk(out)
        frame = Gb26875Frame(
            raw=raw,
            serial=0,
            version=(0, 0),
            source=NOWHERE,
            destination=NOWHERE,
            command=raw[2],
            unit=b"",
        )
        out.append(frame)
        return True

    def _reject(self, raw: bytes, fault: Fault, out: list[Gb26875Frame | Refusal]) -> None:
        """Refuse a damaged packet at once, but only up to where another may start inside it.

        A damaged length would otherwise swallow the good packets that follow.
        """
        inside = self._buffer.find(START, 2)
        end = len(raw) - (raw[-1] == START[0])
        if 0 < inside < end:
            end = inside
        self._emit_junk(out)
        out.append(Refusal(fault, raw[:end]))
        del self._buffer[:end]

    def _discard(self, count: int, fault: Fault | None, out: list[Gb26875Frame | Refusal]) -> None:
        if not self._junk:
            self._fault = fault
        self._junk += self._buffer[:count]
        del self._buffer[:count]
        while len(self._junk) >= MAX_JUNK:
            self._emit_junk(out, MAX_JUNK)

    def _emit_junk(self, out: list[Gb26875Frame | Refusal], count: int | None = None) -> None:
        if not self._junk:
            return
        raw = bytes(self._junk[:count])
        del self._junk[: len(raw)]
        out.append(Refusal(self._fault or Fault("garbage", 0, _CLAUSE, {"length": len(raw)}), raw))
        self._fault = None
