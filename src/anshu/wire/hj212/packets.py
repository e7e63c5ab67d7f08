# SPDX-License-Identifier: Apache-2.0
"""Put messages together that come in numbered packets (PNUM, PNO; table 3)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from anshu.wire.hj212.decoding import decode, decode_body
from anshu.wire.hj212.framing import Hj212Frame, Keys, parse_frame
from anshu.wire.hj212.messages import Hj212Message

MAX_MESSAGES = 16  # messages under way at once
MAX_BYTES = 1024 * 1024  # bytes held for all of them

Key = tuple[str, str, str, int]  # MN, CN, QN, packets in the message


@dataclass(slots=True)
class _Parts:
    frames: dict[int, Hj212Frame] = field(default_factory=dict)
    size: int = 0


class Assembler:
    """Collect packets, of one connection, until a message is whole.

    Packets may come in any order and more than once. When too much is under way, the message that has waited longest
    is forgotten.
    """

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES) -> None:
        self._max_messages, self._max_bytes = max_messages, max_bytes
        self._size = 0
        self._under_way: OrderedDict[Key, _Parts] = OrderedDict()

    @property
    def size(self) -> int:
        """Count the bytes held."""
        return self._size

    def add(self, frame: Hj212Frame) -> Hj212Message:
        """Decode a frame; the packet that completes a message gives the whole message.

        Every other packet gives its head alone: its last item may go on in the next. Raise Refused as `decode` does; a
        whole message that cannot be read is forgotten.
        """
        if frame.total < 2:
            return decode(frame)
        key = (frame.thing, frame.fields["CN"], frame.fields.get("QN", ""), frame.total)
        parts = self._under_way.get(key)
        if parts is None:
            parts = self._under_way[key] = _Parts()
        self._under_way.move_to_end(key)
        known = parts.frames.get(frame.index)
        growth = len(frame.raw) - (len(known.raw) if known else 0)
        parts.frames[frame.index] = frame
        parts.size += growth
        self._size += growth
        if len(parts.frames) < frame.total:
            self._forget_oldest()
            return decode_body(frame, None)
        self._forget(key)
        frames = [parts.frames[n] for n in range(1, frame.total + 1)]
        whole = decode_body(frame, join(*(each.body for each in frames)), assembled=True)
        return replace(whole, frames=b"".join(each.raw for each in frames))

    def _forget(self, key: Key) -> None:
        self._size -= self._under_way.pop(key).size

    def _forget_oldest(self) -> None:
        while self._under_way and (len(self._under_way) > self._max_messages or self._size > self._max_bytes):
            self._forget(next(iter(self._under_way)))


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
