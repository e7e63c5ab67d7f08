# SPDX-License-Identifier: Apache-2.0
"""Put messages together that come in numbered packets, clause 6.3.1.2 c (M3)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from anshu.wire.base import Packets
from anshu.wire.sl651.decoding import decode, decode_body
from anshu.wire.sl651.framing import Sl651Frame, parse_frame
from anshu.wire.sl651.messages import Sl651Message

MAX_MESSAGES = 16  # messages under way at once
MAX_BYTES = 8 * 1024 * 1024  # bytes held for all of them

Key = tuple[str, int, int]  # station, function, packets in the message


class Assembler:
    """Collect packets, of one connection, until a message is whole; see `anshu.wire.base.Packets`."""

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._packets: Packets[Key, tuple[Sl651Frame, Sl651Message]] = Packets(max_messages, max_bytes)

    @property
    def size(self) -> int:
        """Count the bytes held."""
        return self._packets.size

    def add(self, frame: Sl651Frame) -> Sl651Message:
        """Decode a frame; the packet that completes a message gives the whole message.

        Every other packet gives what it tells of itself. Raise Refused as `decode` does; a whole message that
        cannot be read is forgotten.
        """
        message = decode(frame)
        if frame.total < 2 or frame.direction == "down":
            return message
        key = _key(message)
        first = self.first(message)
        if first is not None and message.serial is not None and message.serial != first.serial:
            # The station began another message of as many packets: the older one will not be finished.
            self._packets.forget(key)
        whole = self._packets.add(key, frame.index, frame.total, (frame, message), weight=len(frame.raw))
        return message if whole is None else _whole(frame, [each for each, _ in whole])

    def missing(self, message: Sl651Message) -> list[int]:
        """List the packets still missing of the message that this packet belongs to, for NAK."""
        return self._packets.missing(_key(message), message.total)

    def first(self, message: Sl651Message) -> Sl651Message | None:
        """Give the first packet, which alone has the serial number, of a message under way."""
        found = self._packets.of(_key(message)).get(1)
        return found[1] if found else None


def _key(message: Sl651Message) -> Key:
    return message.thing, message.function, message.total


def _whole(last: Sl651Frame, frames: Sequence[Sl651Frame]) -> Sl651Message:
    body = b"".join(each.body for each in frames)
    return replace(decode_body(last, body, 0), assembled=True)


def line_decoder() -> Callable[[bytes], Sl651Message]:
    """Make a decoder of whole frames given one by one, such as the lines of a recording."""
    assembler = Assembler()

    def decode_line(raw: bytes) -> Sl651Message:
        return assembler.add(parse_frame(raw))

    return decode_line
