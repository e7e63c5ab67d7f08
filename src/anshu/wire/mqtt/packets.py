# SPDX-License-Identifier: Apache-2.0
"""MQTT control packets as a server needs them, of versions 3.1.1 and 5.0 (OASIS standards, chapters 2 and 3)."""

from dataclasses import dataclass, field

from anshu.wire.base import refuse

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK = 1, 2, 3, 4, 5, 6, 7, 8, 9
UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 10, 11, 12, 13, 14
V311, V5 = 4, 5

# Reason codes of 5.0 (table 2-6) and the return codes of 3.1.1 (table 3.1) that say the same.
OK, GRANTED_1, UNSPECIFIED, MALFORMED, PROTOCOL_ERROR, WRONG_VERSION = 0x00, 0x01, 0x80, 0x81, 0x82, 0x84
BAD_CLIENT_ID, BAD_LOGIN, NOT_AUTHORIZED, STOPPING, SILENT = 0x85, 0x86, 0x87, 0x8B, 0x8D
TAKEN_OVER, QUOTA = 0x8E, 0x97
_RETURN_CODES = {OK: 0, WRONG_VERSION: 1, BAD_CLIENT_ID: 2, BAD_LOGIN: 4, NOT_AUTHORIZED: 5}

# Lengths of the values of properties (5.0, table 2-4): b byte, w two bytes, d four, v variable, s string, p pair.
_PROPERTIES = {
    0x01: "b", 0x02: "d", 0x03: "s", 0x08: "s", 0x09: "s", 0x0B: "v", 0x11: "d", 0x12: "s", 0x13: "w", 0x15: "s",
    0x16: "s", 0x17: "b", 0x18: "d", 0x19: "b", 0x1A: "s", 0x1C: "s", 0x1F: "s", 0x21: "w", 0x22: "w", 0x23: "w",
    0x24: "b", 0x25: "b", 0x26: "p", 0x27: "d", 0x28: "b", 0x29: "b", 0x2A: "b",
}  # fmt: skip
_SIZES = {"b": 1, "w": 2, "d": 4}
RECEIVE_MAXIMUM, TOPIC_ALIAS = 0x21, 0x23


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """What a client says of itself (3.1)."""

    version: int
    client_id: str
    keep_alive_s: int
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)


class Reader:
    """Reads the fields of one packet; raise Refused beyond its end or where a field is malformed."""

    __slots__ = ("_at", "_body", "_clause")

    def __init__(self, body: bytes, clause: str) -> None:
        self._body, self._at, self._clause = body, 0, clause

    @property
    def left(self) -> int:
        """Count the bytes not read yet."""
        return len(self._body) - self._at

    def take(self, size: int) -> bytes:
        """Read that many bytes."""
        end = self._at + size
        if end > len(self._body):
            refuse("truncated", self._at, self._clause, expected=end, found=len(self._body))
        given = self._body[self._at : end]
        self._at = end
        return given

    def number(self, size: int) -> int:
        """Read a big-endian number."""
        return int.from_bytes(self.take(size), "big")

    def variable(self) -> int:
        """Read a variable byte integer (1.5.5)."""
        value = shift = 0
        while shift < 28:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        refuse("bad_length", self._at, "1.5.5", found="> 4 bytes")

    def binary(self) -> bytes:
        """Read binary data behind its length."""
        return self.take(self.number(2))

    def text(self) -> str:
        """Read a UTF-8 string behind its length (1.5.4: no NUL)."""
        at = self._at
        try:
            text = self.binary().decode()
        except UnicodeDecodeError:
            refuse("bad_text", at, "1.5.4")
        if "\0" in text:
            refuse("bad_text", at, "1.5.4")
        return text

    def properties(self) -> dict[int, int]:
        """Read the properties of 5.0 and give those that are numbers."""
        end = self.variable()
        body = Reader(self.take(end), "2.2.2.2")
        numbers: dict[int, int] = {}
        while body.left:
            name = body.variable()
            form = _PROPERTIES.get(name)
            if form is None:
                refuse("bad_identifier", self._at, "2.2.2.2", found=f"{name:02X}", expected="2-4")
            if form in _SIZES:
                numbers[name] = body.number(_SIZES[form])
            elif form == "v":
                numbers[name] = body.variable()
            else:
                body.binary()
                if form == "p":
                    body.binary()
        return numbers


def read_connect(body: bytes) -> Connect:
    """Read a CONNECT packet (3.1); raise Refused."""
    reader = Reader(body, "3.1")
    name, version, flags = reader.binary(), reader.number(1), reader.number(1)
    if (name, version) not in ((b"MQTT", V311), (b"MQTT", V5)):
        refuse("bad_start", 0, "3.1.2.1", found=f"{name!r} {version}")
    if flags & 1 or flags >> 3 & 3 == 3:
        refuse("bad_header", 0, "3.1.2.3")
    keep_alive_s = reader.number(2)
    if version == V5:
        reader.properties()
    client_id = reader.text()
    if flags & 4:
        if version == V5:
            reader.properties()
        reader.text()
        reader.binary()
    username = reader.text() if flags & 0x80 else None
    password = reader.binary() if flags & 0x40 else None
    return Connect(
        version=version, client_id=client_id, keep_alive_s=keep_alive_s, username=username, password=password
    )


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The topic filters of a SUBSCRIBE or UNSUBSCRIBE (3.8, 3.10)."""

    packet_id: int
    filters: tuple[str, ...]
    qos: tuple[int, ...]


def read_subscribe(body: bytes, version: int, *, ending: bool = False) -> Subscriptions:
    """Read SUBSCRIBE, or UNSUBSCRIBE when `ending`; raise Refused."""
    reader = Reader(body, "3.10" if ending else "3.8")
    packet_id = reader.number(2)
    if version == V5:
        reader.properties()
    filters, qos = [], []
    while reader.left:
        filters.append(reader.text())
        qos.append(0 if ending else reader.number(1) & 3)
    if not filters or not packet_id:
        refuse("bad_length", 0, "3.8.3", found=len(body))
    return Subscriptions(packet_id, tuple(filters), tuple(qos))


def _length(size: int) -> bytes:
    out = bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        out.append(low | 0x80 if size else low)
        if not size:
            return bytes(out)


def packet(kind: int, body: bytes, flags: int = 0) -> bytes:
    """Write a control packet."""
    return bytes((kind << 4 | flags,)) + _length(len(body)) + body


def connack(version: int, reason: int, *, most_bytes: int, receive_maximum: int) -> bytes:
    """Write a CONNACK (3.2): of 5.0 with what this server does not do and how much it takes."""
    if version != V5:
        return packet(CONNACK, bytes((0, _RETURN_CODES.get(reason, 5))))
    if reason != OK:
        return packet(CONNACK, bytes((0, reason, 0)))
    # No session kept, no retained messages, no wildcards, no shared subscriptions, no subscription identifiers.
    properties = bytes((0x25, 0, 0x28, 0, 0x29, 0, 0x2A, 0, 0x21)) + receive_maximum.to_bytes(2, "big")
    properties += b"\x27" + most_bytes.to_bytes(4, "big")
    # A session ends with its connection (3.2.2.3.2), whatever the client asked.
    properties += b"\x11\0\0\0\0"
    return packet(CONNACK, bytes((0, OK)) + _length(len(properties)) + properties)


def acknowledgement(kind: int, version: int, packet_id: int, reason: int = OK) -> bytes:
    """Write PUBACK, PUBREC, PUBREL or PUBCOMP (3.4 to 3.7)."""
    body = packet_id.to_bytes(2, "big")
    if version == V5 and reason != OK:
        body += bytes((reason,))
    return packet(kind, body, 2 if kind == PUBREL else 0)


def suback(version: int, packet_id: int, reasons: tuple[int, ...]) -> bytes:
    """Write a SUBACK (3.9)."""
    codes = reasons if version == V5 else tuple(each if each < 3 else 0x80 for each in reasons)
    return packet(SUBACK, packet_id.to_bytes(2, "big") + (b"\0" if version == V5 else b"") + bytes(codes))


def unsuback(version: int, packet_id: int, number: int) -> bytes:
    """Write an UNSUBACK (3.11)."""
    return packet(UNSUBACK, packet_id.to_bytes(2, "big") + (bytes(1 + number) if version == V5 else b""))


def disconnect(reason: int) -> bytes:
    """Write a DISCONNECT of 5.0 (3.14); 3.1.1 has none from a server."""
    return packet(DISCONNECT, bytes((reason,)))


def publish(version: int, topic: str, payload: bytes, *, packet_id: int = 0) -> bytes:
    """Write a PUBLISH (3.3) of QoS 1, or of QoS 0 without a packet identifier."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name
    if packet_id:
        body += packet_id.to_bytes(2, "big")
    return packet(PUBLISH, body + (b"\0" if version == V5 else b"") + payload, 2 if packet_id else 0)
