# SPDX-License-Identifier: Apache-2.0
"""Cut SL 651-2014 frames out of a byte stream that may hold anything."""

from anshu.wire.base import Cutter, Fault, Refusal, Refused
from anshu.wire.sl651.framing import (
    MAX_FRAME,
    SOH_ASCII,
    SOH_HEX,
    Sl651Frame,
    frame_length,
    header_length,
    parse_whole,
)

_SOH = bytes((SOH_ASCII,))
_CLAUSE = "6.2.3.1 表11"


class Decoder(Cutter[Sl651Frame]):
    """Cut frames out of a stream; see `anshu.wire.base.Cutter`."""

    def __init__(self) -> None:
        super().__init__(most=MAX_FRAME, clause=_CLAUSE)

    def flush(self) -> list[Sl651Frame | Refusal]:
        """Give what is left: whole frames behind a broken one, and the rest as refusals."""
        out: list[Sl651Frame | Refusal] = []
        while self._buffer:
            expected = self._expected()
            fault = Fault(
                "truncated",
                len(self._buffer),
                _CLAUSE,
                {"expected": expected, "found": len(self._buffer)},
            )
            next_start = self._next_start(1, len(self._buffer))
            self._discard(next_start, fault, out)
            while self._seek(out) and self._take(out):
                pass
        self._emit_junk(out)
        return out

    def _expected(self) -> int:
        needed = header_length(self._buffer[0])
        if len(self._buffer) < needed:
            return needed
        try:
            return frame_length(bytes(self._buffer[:needed]))
        except Refused:
            return needed

    def _seek(self, out: list[Sl651Frame | Refusal]) -> bool:
        """Move to the next start of a frame; tell whether its whole header is there."""
        start = self._next_start(0, len(self._buffer))
        if start:
            self._discard(start, None, out)
        if not self._buffer or self._buffer == b"\x7e":
            return False
        return len(self._buffer) >= header_length(self._buffer[0])

    def _next_start(self, after: int, end: int) -> int:
        """Find where a frame may start in [after, end); `end` if nowhere."""
        buffer = self._buffer
        hex_at = buffer.find(SOH_HEX, after, end)
        if hex_at < 0:
            # A last 7EH may be half of a start mark.
            hex_at = end - 1 if end > after and buffer[end - 1] == SOH_HEX[0] else end
        ascii_at = buffer.find(_SOH, after, hex_at)
        return hex_at if ascii_at < 0 else ascii_at

    def _take(self, out: list[Sl651Frame | Refusal]) -> bool:
        """Take the frame at the head of the buffer; tell whether to go on."""
        buffer = self._buffer
        try:
            length = frame_length(bytes(buffer[: header_length(buffer[0])]))
        except Refused as refused:
            self._discard(1, refused.fault, out)
            return True
        if len(buffer) < length:
            return False
        raw = bytes(buffer[:length])
        try:
            frame = parse_whole(raw)
        except Refused as refused:
            self._reject(raw, refused.fault, out)
            return True
        self._give(frame, length, out)
        return True

    def _reject(self, raw: bytes, fault: Fault, out: list[Sl651Frame | Refusal]) -> None:
        """Refuse a damaged frame at once, but only up to where another may start inside it.

        A damaged length would otherwise swallow the good frames that follow.
        """
        end = len(raw)
        if raw[0] == SOH_ASCII:
            end = self._next_start(1, end)
        else:
            # 01H is common inside a HEX body, so only 7E7EH counts there.
            hex_at = self._buffer.find(SOH_HEX, 1, end)
            end = hex_at if hex_at > 0 else end - (raw[-1] == SOH_HEX[0])
        self._refuse(raw[:end], fault, out)
