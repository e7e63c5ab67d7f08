# SPDX-License-Identifier: Apache-2.0
"""Cut JT/T 809 frames out of a byte stream that may hold anything."""

import re

from anshu.wire.base import Fault, Refusal, Refused
from anshu.wire.jt809.framing import BEGIN, MAX_FRAME, Jt809Frame, parse_frame

_MARK = re.compile(rb"[\x5b\x5d]")
_CLAUSE = "4.4.1"
MAX_JUNK = 1024  # bytes of one refusal of garbage


class Decoder:
    """Cut frames out of a stream; keep at most MAX_FRAME bytes between calls.

    Neither mark can stand inside a frame, so a begin mark ends whatever stood open. What is given depends on the bytes
    alone, and every byte comes out once.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()  # begins with a begin mark, or is junk

    @property
    def pending(self) -> int:
        """Count the bytes held back."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Jt809Frame | Refusal]:
        """Take more bytes and give what they complete."""
        out: list[Jt809Frame | Refusal] = []
        at = 0
        for mark in _MARK.finditer(data):
            if data[mark.start()] == BEGIN:
                self._keep(data[at : mark.start()], out)
                self._give_up(out)
                at = mark.start()
            else:
                self._keep(data[at : mark.end()], out)
                self._close(out)
                at = mark.end()
        self._keep(data[at:], out)
        return out

    def flush(self) -> list[Jt809Frame | Refusal]:
        """Give what is left: the beginning of a frame that never ended."""
        out: list[Jt809Frame | Refusal] = []
        self._give_up(out)
        return out

    def _keep(self, piece: bytes, out: list[Jt809Frame | Refusal]) -> None:
        at = 0
        while at < len(piece):
            begun = (self._buffer or piece[at:])[0] == BEGIN
            room = (MAX_FRAME if begun else MAX_JUNK) - len(self._buffer)
            self._buffer += piece[at : at + room]
            at += room
            if at < len(piece):
                reason = "oversized" if begun else "garbage"
                self._refuse(reason, out, limit=MAX_FRAME)

    def _close(self, out: list[Jt809Frame | Refusal]) -> None:
        if self._buffer[0] != BEGIN:
            self._refuse("garbage", out)
            return
        raw = bytes(self._buffer)
        self._buffer.clear()
        try:
            out.append(parse_frame(raw))
        except Refused as refused:
            out.append(Refusal(refused.fault, raw))

    def _give_up(self, out: list[Jt809Frame | Refusal]) -> None:
        if self._buffer:
            self._refuse("truncated" if self._buffer[0] == BEGIN else "garbage", out)

    def _refuse(self, reason: str, out: list[Jt809Frame | Refusal], **params: int) -> None:
        raw = bytes(self._buffer)
        self._buffer.clear()
        size = {"found": len(raw), "length": len(raw), "expected": len(raw) + 1, **params}
        out.append(Refusal(Fault(reason, len(raw) if reason != "garbage" else 0, _CLAUSE, size), raw))
