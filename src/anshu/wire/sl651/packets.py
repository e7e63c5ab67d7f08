# SPDX-License-Identifier: Apache-2.0
"""Put messages together that come in numbered packets, clause 6.3.1.2 c (M3)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from anshu.wire.sl651.decoding import decode, decode_body
from anshu.wire.sl651.framing import Sl651Frame, parse_frame
from anshu.wire.sl651.messages import Sl651Message

MAX_MESSAGES = 16  # messages under way at once
MAX_BYTES = 8 * 1024 * 1024  # bytes held for all of them

Key = tuple[str, int, int]  # station, function, packets in the message


@dataclass(slots=True)
class _Parts:
    first: Sl651Message | None = None
    frames: dict[int, Sl651Frame] = field(default_factory=dict)
    size: int = 0


class Assembler:
    """Collect packets, of one connection, until a message is whole.

    Packets may come in any order and more than once. When too much is under way, the message that has waited
    longest is forgotten.
    """

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._max_messages, self._max_bytes = max_messages, max_bytes
        self._size = 0
        self._under_way: OrderedDict[Key, _Parts] = OrderedDict()

    @property
    def size(self) -> int:
        """Count the bytes held."""
        return self._size

    def add(self, frame: Sl651Frame) -> Sl651Message:
        """Decode a frame; the packet that completes a message gives the whole message.

        Every other packet gives what it tells of itself. Raise Refused as `decode` does; a whole message that
        cannot be read is forgotten.
        """
        message = decode(frame)
        if frame.total < 2 or frame.direction == "down":
            return message
        key = (frame.station, frame.function, frame.total)
        parts = self._parts(key, message)
        known = parts.frames.get(frame.index)
        growth = len(frame.raw) - (len(known.raw) if known else 0)
        parts.frames[frame.index] = frame
        parts.size += growth
        self._size += growth
        if message.serial is not None:
            parts.first = message
        if len(parts.frames) < frame.total:
            self._forget_oldest()
            return message
        self._forget(key)
        return _whole(frame, parts.frames)

    def missing(self, message: Sl651Message) -> list[int]:
        """List the packets still missing of the message that this packet belongs to, for NAK."""
        parts = self._under_way.get((message.thing, message.function, message.total))
        if parts is None:
            return []
        return [n for n in range(1, message.total + 1) if n not in parts.frames]

    def first(self, message: Sl651Message) -> Sl651Message | None:
        """Give the first packet, which alone has the serial number, of a message under way."""
        parts = self._under_way.get((message.thing, message.function, message.total))
        return parts.first if parts else None

    def _parts(self, key: Key, message: Sl651Message) -> _Parts:
        parts = self._under_way.get(key)
        known = parts.first.serial if parts and parts.first else None
        if parts and message.serial is not None and known not in (None, message.serial):
            # The station began another message of as many packets: the older one will not be finished.
            self._forget(key)
            parts = None
        if parts is None:
            parts = self._under_way[key] = _Parts()
        self._under_way.move_to_end(key)
        return parts

    def _forget(self, key: Key) -> None:
        self._size -= self._under_way.pop(key).size

    def _forget_oldest(self) -> None:
        while self._under_way and (len(self._under_way) > self._max_messages or self._size > self._max_bytes):
            self._forget(next(iter(self._under_way)))


def _whole(last: Sl651Frame, frames: dict[int, Sl651Frame]) -> Sl651Message:
    body = b"".join(frames[n].body for n in range(1, last.total + 1))
    return replace(decode_body(last, body, 0), assembled=True)


def line_decoder() -> Callable[[bytes], Sl651Message]:
    """Make a decoder of whole frames given one by one, such as the lines of a recording."""
    assembler = Assembler()

    def decode_line(raw: bytes) -> Sl651Message:
        return assembler.add(parse_frame(raw))

    return decode_line
