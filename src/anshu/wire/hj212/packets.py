# SPDX-License-Identifier: Apache-2.0
"""Put messages together that come in numbered packets (PNUM, PNO; table 3)."""

from collections.abc import Callable
from dataclasses import replace

from anshu.wire.base import Packets
from anshu.wire.hj212.decoding import decode, decode_body
from anshu.wire.hj212.framing import Hj212Frame, Keys, parse_frame
from anshu.wire.hj212.messages import Hj212Message

MAX_MESSAGES = 16  # messages under way at once
MAX_BYTES = 1024 * 1024  # bytes held for all of them

Key = tuple[str, str, str, int]  # MN, CN, QN, packets in the message


class Assembler:
    """Collect packets, of one connection, until a message is whole; see `anshu.wire.base.Packets`."""

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._packets: Packets[Key, Hj212Frame] = Packets(max_messages, max_bytes)

    @property
    def size(self) -> int:
        """Count the bytes held."""
        return self._packets.size

    def add(self, frame: Hj212Frame) -> Hj212Message:
        """Decode a frame; the packet that completes a message gives the whole message.

        Every other packet gives its head alone: its last item may go on in the next. Raise Refused as `decode` does; a
        whole message that cannot be read is forgotten.
        """
        if frame.total < 2:
            return decode(frame)
        key = (frame.thing, frame.fields["CN"], frame.fields.get("QN", ""), frame.total)
        whole = self._packets.add(key, frame.index, frame.total, frame, weight=len(frame.raw))
        if whole is None:
            return decode_body(frame, None)
        message = decode_body(frame, join(*(each.body for each in whole)), assembled=True)
        return replace(message, frames=b"".join(each.raw for each in whole))


def join(*bodies: str) -> str:
    """Join data regions: between items as a rule, inside an item where one was cut in two."""
    whole: list[str] = []
    for body in bodies:
        if whole and _ends_whole(whole[-1]) and _begins_item(body):
            whole.append(";")
        whole.append(body)
    return "".join(whole)


def _ends_whole(body: str) -> bool:
    return "=" in body.replace(";", ",").rpartition(",")[2]


def _begins_item(body: str) -> bool:
    return "=" in body.replace(";", ",").partition(",")[0]


def line_decoder(keys: Keys | None = None) -> Callable[[bytes], Hj212Message]:
    """Make a decoder of whole frames given one by one, such as the lines of a recording."""
    assembler = Assembler()

    def decode_line(raw: bytes) -> Hj212Message:
        return assembler.add(parse_frame(raw, keys))

    return decode_line
