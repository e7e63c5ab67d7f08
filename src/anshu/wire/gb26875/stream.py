# SPDX-License-Identifier: Apache-2.0
"""Cut GB/T 26875.3 packets out of a byte stream that may hold anything."""

from anshu.wire.base import Cutter, Fault, Refusal, Refused
from anshu.wire.gb26875.decoding import short_message
from anshu.wire.gb26875.dialects import STANDARD, Dialect
from anshu.wire.gb26875.framing import HEADER, MAX_FRAME, NOWHERE, START, Gb26875Frame, frame_length, parse_whole

_CLAUSE = "6.6 表1"


class Decoder(Cutter[Gb26875Frame]):
    """Cut packets out of a stream; see `anshu.wire.base.Cutter`."""

    def __init__(self, dialect: Dialect = STANDARD) -> None:
        super().__init__(most=MAX_FRAME, clause=_CLAUSE)
        self._dialect = dialect

    def flush(self) -> list[Gb26875Frame | Refusal]:
        """Give what is left: whole packets behind a broken one, and the rest as refusals."""
        out: list[Gb26875Frame | Refusal] = []
        while self._buffer:
            found = len(self._buffer)
            fault = Fault("truncated", found, _CLAUSE, {"expected": self._expected(), "found": found})
            self._discard(self._next_start(1), fault, out)
            while self._seek(out) and self._take(out):
                pass
        self._emit_junk(out)
        return out

    def _expected(self) -> int:
        if len(self._buffer) < HEADER:
            return HEADER + 3
        try:
            return frame_length(bytes(self._buffer[:HEADER]))
        except Refused:
            return HEADER + 3

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
        self._give(frame, length, out)
        return True

    def _take_short(self, out: list[Gb26875Frame | Refusal]) -> bool:
        length = self._dialect.short_length
        if not length:
            return False
        raw = bytes(self._buffer[:length])
        if short_message(raw, self._dialect) is None:
            return False
        frame = Gb26875Frame(
            raw=raw,
            serial=0,
            version=(0, 0),
            source=NOWHERE,
            destination=NOWHERE,
            command=raw[2],
            unit=b"",
        )
        self._give(frame, length, out)
        return True

    def _reject(self, raw: bytes, fault: Fault, out: list[Gb26875Frame | Refusal]) -> None:
        """Refuse a damaged packet at once, but only up to where another may start inside it.

        A damaged length would otherwise swallow the good packets that follow.
        """
        inside = self._buffer.find(START, 2)
        end = len(raw) - (raw[-1] == START[0])
        if 0 < inside < end:
            end = inside
        self._refuse(raw[:end], fault, out)
