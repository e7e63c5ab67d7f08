# SPDX-License-Identifier: Apache-2.0
"""Put messages together that come in numbered packets (4.4.3)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from anshu.wire.jt808.decoding import decode, decode_body
from anshu.wire.jt808.framing import Jt808Frame, parse_frame
from anshu.wire.jt808.messages import Jt808Message

MAX_MESSAGES = 8  # messages under way at once
MAX_BYTES = 2 * 1024 * 1024  # bytes held for all of them
_OF_A_PACKET = 256  # what Python itself needs for a packet, however short

Key = tuple[str, int, int]  # phone, message, packets in the message


@dataclass(slots=True)
class _Parts:
    frames: dict[int, Jt808Frame] = field(default_factory=dict)
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

    def add(self, frame: Jt808Frame) -> Jt808Message:
        """Decode a frame; the packet that completes a message gives the whole message.

        Every other packet gives what it tells of itself. Raise Refused as `decode` does; a whole message that cannot
        be read is forgotten.
        """
        if frame.total < 2:
            return decode(frame)
        key = (frame.phone, frame.message_id, frame.total)
        parts = self._parts(key, frame)
        known = parts.frames.get(frame.index)
        growth = len(frame.raw) - len(known.raw) if known else len(frame.raw) + _OF_A_PACKET
        parts.frames[frame.index] = frame
        parts.size += growth
        self._size += growth
        if len(parts.frames) < frame.total:
            self._forget_oldest()
            return decode(frame)
        self._forget(key)
        packets = [parts.frames[n] for n in range(1, frame.total + 1)]
        message = decode_body(frame, b"".join(each.body for each in packets), 0)
        return replace(message, raw=b"".join(each.raw for each in packets))

    def missing(self, message: Jt808Message) -> list[int]:
        """List the packets still missing of the message that this packet belongs to."""
        parts = self._under_way.get((message.thing, message.message_id, message.total))
        if parts is None:
            return []
        return [n for n in range(1, message.total + 1) if n not in parts.frames]

    def first_serial(self, message: Jt808Message) -> int:
        """Give the serial number of the first packet, which names the message when packets are asked for again."""
        parts = self._under_way.get((message.thing, message.message_id, message.total))
        if parts and 1 in parts.frames:
            return parts.frames[1].serial
        # 4.4.3: the packets of a message have serial numbers that follow one another.
        return ((message.serial or 0) - message.index + 1) & 0xFFFF

    def _parts(self, key: Key, frame: Jt808Frame) -> _Parts:
        parts = self._under_way.get(key)
        known = parts.frames.get(frame.index) if parts else None
        if known and known.serial != frame.serial and known.body != frame.body:
            # The terminal began another message of as many packets: the older one will not be finished.
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


def line_decoder() -> Callable[[bytes], Jt808Message]:
    """Make a decoder of whole frames given one by one, such as the lines of a recording."""
    assembler = Assembler()

    def decode_line(raw: bytes) -> Jt808Message:
        return assembler.add(parse_frame(raw))

    return decode_line
