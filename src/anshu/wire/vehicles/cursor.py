# SPDX-License-Identifier: Apache-2.0
"""Read fields one after another and refuse what runs past the end."""

from anshu.wire.base import refuse


class Cursor:
    """Walk over a body; `base` is where it stands in the frame, so that faults point there."""

    __slots__ = ("at", "base", "clause", "data")

    def __init__(self, data: bytes, base: int, clause: str) -> None:
        self.data, self.base, self.clause, self.at = data, base, clause, 0

    @property
    def left(self) -> int:
        """Count the bytes not yet read."""
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        """Read so many bytes; raise Refused('truncated')."""
        end = self.at + size
        if end > len(self.data):
            refuse("truncated", self.base + len(self.data), self.clause, expected=end, found=len(self.data))
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def number(self, size: int) -> int:
        """Read an unsigned number, high byte first; raise Refused('truncated')."""
        return int.from_bytes(self.take(size), "big")

    def text(self, size: int) -> str:
        """Read a padded text of so many bytes; raise Refused('truncated')."""
        return readable(self.take(size))

    def rest(self) -> bytes:
        """Read everything that is left."""
        piece = self.data[self.at :]
        self.at = len(self.data)
        return piece


def readable(raw: bytes) -> str:
    """Decode text and drop its padding; bytes that are no text become replacement marks.

    The standards say GBK. Some senders write UTF-8, which is believed where it gives nothing but ASCII and Chinese.
    """
    raw = raw.strip(b"\x00 ").partition(b"\x00")[0]  # what follows a terminator is nobody's
    if not raw.isascii():
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        if text and all(each < "\x80" or each >= "\u2e80" for each in text):
            return _printable(text)
    return _printable(raw.decode("gb18030", "replace"))


def _printable(text: str) -> str:
    """Mark control characters, which neither a page nor a database should be given."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
