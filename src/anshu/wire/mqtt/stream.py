# SPDX-License-Identifier: Apache-2.0
"""Control packets cut out of a client's stream: PUBLISH at speed, the others as they are."""

from collections.abc import Iterator
from dataclasses import dataclass

from anshu.wire.base import refuse
from anshu.wire.mqtt.packets import PUBLISH, V5, Reader


@dataclass(frozen=True, slots=True)
class Publish:
    """A message of a client (3.3)."""

    topic: bytes
    payload: bytes
    qos: int
    packet_id: int


@dataclass(frozen=True, slots=True)
class Packet:
    """Any other control packet."""

    kind: int
    flags: int
    body: bytes


class PacketReader:
    """Cuts packets out of pieces of any size; holds back at most one packet of `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._rest = b""
        self.version = 0

    @property
    def pending(self) -> bool:
        """Tell whether a packet has begun."""
        return bool(self._rest)

    def feed(self, data: bytes) -> Iterator[Publish | Packet]:
        """Give the packets that the bytes complete; raise Refused where they make no sense: the end of the line."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at, size = 0, len(data)
        try:
            while at + 2 <= size:
                start = at + 2
                length = data[at + 1]
                if length >= 0x80:
                    read = self._length(data, at + 1)
                    if read is None:
                        return
                    start, length = read
                end = start + length
                if end > size:
                    return
                head = data[at]
                if head >> 4 == PUBLISH:
                    found: Publish | Packet = self._publish(head, data[start:end])
                else:
                    found = Packet(head >> 4, head & 0x0F, data[start:end])
                at = end
                yield found
        finally:
            self._rest = data[at:]

    def _length(self, data: bytes, at: int) -> tuple[int, int] | None:
        """Read a remaining length of several bytes (2.1.4): where it ends and what it says; None until it is whole."""
        length = shift = 0
        for place in range(at, min(at + 4, len(data))):
            byte = data[place]
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                if length > self._most:
                    refuse("oversized", at, "3.2.2.3.6", found=length, limit=self._most)
                return place + 1, length
        if shift > 21:
            refuse("bad_length", at, "2.1.4", found="> 4 bytes")
        return None

    def _publish(self, head: int, body: bytes) -> Publish:
        qos = head >> 1 & 3
        if len(body) < 2 or qos == 3:
            refuse("bad_header", 0, "3.3.1.2")
        at = 2 + (body[0] << 8 | body[1])
        topic = body[2:at]
        packet_id = 0
        if qos:
            packet_id = int.from_bytes(body[at : at + 2], "big")
            at += 2
            if not packet_id:
                refuse("bad_header", at, "2.2.1")
        if at > len(body):
            refuse("truncated", 2, "3.3.2", expected=at, found=len(body))
        if self.version == V5:
            if at < len(body) and body[at] == 0:
                at += 1
            else:
                reader = Reader(body[at:], "3.3.2.3")
                reader.properties()
                at = len(body) - reader.left
        return Publish(topic, body[at:], qos, packet_id)
