# SPDX-License-Identifier: Apache-2.0
"""Put messages together that come in numbered packets (4.4.3)."""

from collections.abc import Callable
from dataclasses import replace

from anshu.wire.base import Packets
from anshu.wire.jt808.decoding import decode, decode_body
from anshu.wire.jt808.framing import Jt808Frame, parse_frame
from anshu.wire.jt808.messages import Jt808Message

MAX_MESSAGES = 8  # messages under way at once
MAX_BYTES = 2 * 1024 * 1024  # bytes held for all of them
_OF_A_PACKET = 256  # what Python itself needs for a packet, however short

Key = tuple[str, int, int]  # phone, message, packets in the message


class Assembler:
    """Collect packets, of one connection, until a message is whole; see `anshu.wire.base.Packets`."""

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._packets: Packets[Key, Jt808Frame] = Packets(max_messages, max_bytes)

    @property
    def size(self) -> int:
        """Count the bytes held."""
        return self._packets.size

    def add(self, frame: Jt808Frame) -> Jt808Message:
        """Decode a frame; the packet that completes a message gives the whole message.

        Every other packet gives what it tells of itself. Raise Refused as `decode` does; a whole message that cannot
        be read is forgotten.
        """
        if frame.total < 2:
            return decode(frame)
        key = (frame.phone, frame.message_id, frame.total)
        known = self._packets.of(key).get(frame.index)
        if known and known.serial != frame.serial and known.body != frame.body:
            # The terminal began another message of as many packets: the older one will not be finished.
            self._packets.forget(key)
        weight = len(frame.raw) + _OF_A_PACKET
        whole = self._packets.add(key, frame.index, frame.total, frame, weight=weight)
        if whole is None:
            return decode(frame)
        message = decode_body(frame, b"".join(each.body for each in whole), 0)
        return replace(message, raw=b"".join(each.raw for each in whole))

    def missing(self, message: Jt808Message) -> list[int]:
        """List the packets still missing of the message that this packet belongs to."""
        return self._packets.missing(_key(message), message.total)

    def first_serial(self, message: Jt808Message) -> int:
        """Give the serial number of the first packet, which names the message when packets are asked for again."""
        first = self._packets.of(_key(message)).get(1)
        if first is not None:
            return first.serial
        # 4.4.3: the packets of a message have serial numbers that follow one another.
        return ((message.serial or 0) - message.index + 1) & 0xFFFF


def _key(message: Jt808Message) -> Key:
    return message.thing, message.message_id, message.total


def line_decoder() -> Callable[[bytes], Jt808Message]:
    """Make a decoder of whole frames given one by one, such as the lines of a recording."""
    assembler = Assembler()

    def decode_line(raw: bytes) -> Jt808Message:
        return assembler.add(parse_frame(raw))

    return decode_line
