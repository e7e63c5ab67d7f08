# SPDX-License-Identifier: Apache-2.0
"""Cut HJ 212 frames out of a byte stream that may hold anything."""

from anshu.wire.base import Fault, Refusal, Refused
from anshu.wire.hj212.framing import HEAD, HEADER, MAX_FRAME, TAIL, Hj212Frame, Keys, declared_length, parse_frame

MAX_JUNK = 1024  # bytes of one refusal of garbage
# An encrypted segment of 1024 characters is five times as long on the wire; nothing longer than this is waited for.
MAX_PENDING = MAX_FRAME
_CLAUSE = "6.3 表2"


class Decoder:
    """Cut frames out of a stream; keep at most MAX_PENDING + MAX_JUNK bytes between calls.

    A frame ends at the first CR LF after its head, for a data segment has none; a wrong length therefore swallows
    nothing that follows. What is given depends on the bytes alone, not on the pieces they come in. `flush` gives up
    waiting: call it when the peer is gone, or silent for longer than a frame takes.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys
        self._buffer = bytearray()
        self._junk = bytearray()
        self._fault: Fault | None = None
        self._searched = 0  # where the search for the end goes on

    @property
    def pending(self) -> int:
        """Count the bytes held back."""
        return len(self._buffer) + len(self._junk)

    def feed(self, data: bytes) -> list[Hj212Frame | Refusal]:
        """Take more bytes and give what they complete."""
        out: list[Hj212Frame | Refusal] = []
        start = 0
        # A large piece is taken in steps, so that the buffer never holds more than a frame and a step.
        while start < len(data):
            room = MAX_PENDING - len(self._buffer)
            self._buffer += data[start : start + room]
            start += room
            self._cut(out)
        return out

    def flush(self) -> list[Hj212Frame | Refusal]:
        """Give what is left as refusals."""
        out: list[Hj212Frame | Refusal] = []
        if self._buffer:
            found = len(self._buffer)
            try:
                expected = declared_length(bytes(self._buffer[:HEADER])) + HEADER + 6
            except Refused:
                expected = HEADER + 6
            fault = Fault("truncated", found, _CLAUSE, {"expected": expected, "found": found})
            self._emit_junk(out)
            out.append(Refusal(fault, bytes(self._buffer)))
            self._drop(found)
        self._emit_junk(out)
        return out

    def _cut(self, out: list[Hj212Frame | Refusal]) -> None:
        while self._seek(out) and self._take(out):
            pass

    def _seek(self, out: list[Hj212Frame | Refusal]) -> bool:
        """Move to the next head; tell whether its length is there."""
        buffer = self._buffer
        while True:
            start = buffer.find(HEAD)
            if start < 0:
                # A last # may be half of a head.
                start = len(buffer) - (buffer[-1:] == b"#")
            if start:
                self._discard(start, None, out)
            if len(buffer) < HEADER:
                if len(buffer) > 2 and not buffer[2:].isdigit():
                    self._discard(1, None, out)
                    continue
                return False
            if buffer[2:HEADER].isdigit():
                return True
            self._discard(1, None, out)

    def _take(self, out: list[Hj212Frame | Refusal]) -> bool:
        """Take the frame at the head of the buffer; tell whether to go on."""
        buffer = self._buffer
        tail = buffer.find(TAIL, max(HEADER, self._searched))
        if tail < 0:
            self._searched = len(buffer) - 1
            if len(buffer) < MAX_PENDING:
                return False
            fault = Fault("oversized", 0, _CLAUSE, {"found": len(buffer), "limit": MAX_PENDING})
            self._reject(bytes(buffer), fault, out)
            return True
        raw = bytes(buffer[: tail + 2])
        try:
            frame = parse_frame(raw, self._keys)
        except Refused as refused:
            self._reject(raw, refused.fault, out)
            return True
        self._drop(len(raw))
        self._emit_junk(out)
        out.append(frame)
        return True

    def _reject(self, raw: bytes, fault: Fault, out: list[Hj212Frame | Refusal]) -> None:
        """Refuse a damaged frame, but only up to where another may start inside it."""
        end = raw.find(HEAD, 1)
        while end >= 0 and not raw[end + 2 : end + HEADER].isdigit() and end + HEADER <= len(raw):
            end = raw.find(HEAD, end + 1)
        if end < 0:
            end = len(raw)
        self._emit_junk(out)
        out.append(Refusal(fault, raw[:end]))
        self._drop(end)

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._searched = 0

    def _discard(self, count: int, fault: Fault | None, out: list[Hj212Frame | Refusal]) -> None:
        if not self._junk:
            self._fault = fault
        self._junk += self._buffer[:count]
        self._drop(count)
        while len(self._junk) >= MAX_JUNK:
            self._emit_junk(out, MAX_JUNK)

    def _emit_junk(self, out: list[Hj212Frame | Refusal], count: int | None = None) -> None:
        raw = bytes(self._junk[:count])
        if raw:
            fault = self._fault or Fault("garbage", 0, _CLAUSE, {"length": len(raw)})
            out.append(Refusal(fault, raw))
            del self._junk[:count]
            self._fault = None
