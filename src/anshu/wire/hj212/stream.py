# SPDX-License-Identifier: Apache-2.0
"""Cut HJ 212 frames out of a byte stream that may hold anything."""

from anshu.wire.base import Cutter, Fault, Refusal, Refused
from anshu.wire.hj212.framing import HEAD, HEADER, MAX_FRAME, TAIL, Hj212Frame, Keys, declared_length, parse_frame

# An encrypted segment of 1024 characters is five times as long on the wire; nothing longer than this is waited for.
MAX_PENDING = MAX_FRAME
_CLAUSE = "6.3 表2"


class Decoder(Cutter[Hj212Frame]):
    """Cut frames out of a stream; see `anshu.wire.base.Cutter`.

    A frame ends at the first CR LF after its head, for a data segment has none; a wrong length therefore swallows
    nothing that follows.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        super().__init__(most=MAX_PENDING, clause=_CLAUSE)
        self._keys = keys
        self._searched = 0  # where the search for the end goes on

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
            self._refuse(bytes(self._buffer), fault, out)
        self._emit_junk(out)
        return out

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
        self._give(frame, len(raw), out)
        return True

    def _reject(self, raw: bytes, fault: Fault, out: list[Hj212Frame | Refusal]) -> None:
        """Refuse a damaged frame, but only up to where another may start inside it."""
        end = raw.find(HEAD, 1)
        while end >= 0 and not raw[end + 2 : end + HEADER].isdigit() and end + HEADER <= len(raw):
            end = raw.find(HEAD, end + 1)
        if end < 0:
            end = len(raw)
        self._refuse(raw[:end], fault, out)

    def _drop(self, count: int) -> None:
        super()._drop(count)
        self._searched = 0
