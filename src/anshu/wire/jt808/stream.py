# SPDX-License-Identifier: Apache-2.0
"""Cut JT/T 808 frames out of a byte stream that may hold anything."""

from anshu.wire.base import Fault, Refusal, Refused
from anshu.wire.jt808.framing import MAX_SEGMENT, Jt808Frame, parse_segment

_FLAG = b"\x7e"
_CLAUSE = "4.4.1"


class Decoder:
    """Cut frames out of a stream; keep at most MAX_SEGMENT bytes between calls.

    A flag both ends one frame and may begin the next (some terminals send only one), so whatever stands between two
    flags is tried as a frame and refused if it is none. What is given depends on the bytes alone.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._begun = False  # a flag has been seen
        self._swallowing = False  # the head of an endless segment is already refused

    @property
    def pending(self) -> int:
        """Count the bytes held back."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Jt808Frame | Refusal]:
        """Take more bytes and give what they complete."""
        out: list[Jt808Frame | Refusal] = []
        segments = data.split(_FLAG)
        for segment in segments[:-1]:
            self._take(segment, out)
            self._end(out)
        self._take(segments[-1], out)
        return out

    def flush(self) -> list[Jt808Frame | Refusal]:
        """Give what is left: the beginning of a frame that never ended."""
        out: list[Jt808Frame | Refusal] = []
        if self._buffer:
            raw = (_FLAG if self._begun and not self._swallowing else b"") + bytes(self._buffer)
            fault = Fault("truncated", len(raw), _CLAUSE, {"expected": len(raw) + 1, "found": len(raw)})
            out.append(Refusal(fault, raw) if self._begun and not self._swallowing else _garbage(raw))
        self._buffer.clear()
        self._begun = self._swallowing = False
        return out

    def _take(self, piece: bytes, out: list[Jt808Frame | Refusal]) -> None:
        at = 0
        while len(piece) - at > MAX_SEGMENT - len(self._buffer):
            room = MAX_SEGMENT - len(self._buffer)
            self._buffer += piece[at : at + room]
            at += room
            raw = (_FLAG if self._begun and not self._swallowing else b"") + bytes(self._buffer)
            found = {"found": len(raw), "limit": MAX_SEGMENT}
            out.append(Refusal(Fault("oversized", len(raw), _CLAUSE, found), raw))
            self._buffer.clear()
            self._swallowing = True
        self._buffer += piece[at:]

    def _end(self, out: list[Jt808Frame | Refusal]) -> None:
        segment = bytes(self._buffer)
        self._buffer.clear()
        if not segment:
            pass
        elif self._swallowing or not self._begun:
            out.append(_garbage(segment))
        else:
            out.append(_tried(segment))
        self._begun, self._swallowing = True, False


def _garbage(raw: bytes) -> Refusal:
    return Refusal(Fault("garbage", 0, _CLAUSE, {"length": len(raw)}), raw)


def _tried(segment: bytes) -> Jt808Frame | Refusal:
    try:
        return parse_segment(segment)
    except Refused as refused:
        return Refusal(refused.fault, _FLAG + segment + _FLAG)
