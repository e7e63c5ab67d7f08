# SPDX-License-Identifier: Apache-2.0
"""Recorded control packets, one a line: what each says, and the observations in a device's messages."""

from collections.abc import Callable, Mapping
from typing import Any

from anshu.wire.base import Message, refuse
from anshu.wire.mqtt import packets
from anshu.wire.mqtt.packets import V5, V311, read_connect, read_subscribe
from anshu.wire.mqtt.stream import Packet, PacketReader, Publish

PROTOCOL = "mqtt"
# (device, port, body): reads a message to `anshu/<device>/up`, or to `raw` and `raw/<port>`; raises Refused.
ReadBody = Callable[[str, int | None, bytes], Message]
_MOST_BYTES = 1_048_576
_DOWN = {
    packets.CONNACK: "connack",
    packets.PUBACK: "puback",
    packets.PUBREC: "pubrec",
    packets.PUBCOMP: "pubcomp",
    packets.SUBACK: "suback",
    packets.UNSUBACK: "unsuback",
    packets.PINGRESP: "pingresp",
}
_UP = {packets.PUBREL: "pubrel", packets.PINGREQ: "pingreq", packets.DISCONNECT: "disconnect"}
_NUMBERED = frozenset({"puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback"})


def line_decoder(*, own: ReadBody, raw: ReadBody) -> Callable[[bytes], Message]:
    """Make a reader of packets of one connection: a CONNECT says the version of what follows, 3.1.1 without one.

    `own` reads our own JSON, `raw` a maker's payload.
    """
    known = PacketReader(_MOST_BYTES)
    known.version = V311

    def decode_line(line: bytes) -> Message:
        packet = _only(line, known)
        if isinstance(packet, Publish):
            return publish_message(packet, own=own, raw=raw)
        if packet.kind == packets.CONNECT:
            known.version = read_connect(packet.body).version
        return packet_message(packet, known.version)

    return decode_line


def _only(raw: bytes, known: PacketReader) -> Publish | Packet:
    """Give the one packet that a line is; raise Refused for less and for more."""
    reader = PacketReader(_MOST_BYTES)
    reader.version = known.version
    found = list(reader.feed(raw))
    if not found:
        refuse("truncated", len(raw), "2.1.4", expected=f"> {len(raw)}", found=len(raw))
    if len(found) > 1 or reader.pending:
        refuse("trailing_bytes", 0, "2.1.4", extra=len(raw) - _length(raw))
    return found[0]


def _length(raw: bytes) -> int:
    """Count the bytes of the first packet."""
    reader = packets.Reader(raw[1:], "2.1.4")
    remaining = reader.variable()
    return len(raw) - reader.left + remaining


def publish_message(packet: Publish, *, own: ReadBody, raw: ReadBody) -> Message:
    """Read a message by its topic, `anshu/<device>/up`, `raw`, `raw/<port>` or `down`; raise Refused."""
    try:
        topic = packet.topic.decode()
    except UnicodeDecodeError:
        refuse("bad_text", 2, "3.3.2.1")
    told: dict[str, Any] = {"topic": topic, "qos": packet.qos}
    head, _slash, rest = topic.partition("/")
    device, _slash, kind = rest.partition("/")
    family, _slash, port = kind.partition("/")
    if head != "anshu" or not device:
        return _message("publish", told | _text(packet.payload), serial=packet.packet_id)
    if kind == "down":
        return _message("publish", told | _text(packet.payload), thing=device, direction="down")
    if kind == "up":
        inner = own(device, None, packet.payload)
    elif family == "raw" and (not port or (port.isascii() and port.isdigit() and int(port) <= 255)):
        inner = raw(device, int(port) if port else None, packet.payload)
    else:
        refuse("bad_field", 2, "docs/protocols/mqtt.md", field="topic", raw=topic[:80])
    return Message(
        protocol=PROTOCOL,
        thing=inner.thing,
        kind="publish",
        sent_at=inner.sent_at,
        serial=packet.packet_id or None,
        observations=inner.observations,
        parameters=told | {"form": inner.kind} | dict(inner.parameters),
    )


def packet_message(packet: Packet, version: int) -> Message:
    """Tell what any other packet says; passwords are not told. Raises Refused."""
    if packet.kind == packets.CONNECT:
        asked = read_connect(packet.body)
        told = {
            "version": "5.0" if asked.version == V5 else "3.1.1",
            "client_id": asked.client_id,
            "username": asked.username,
            "keep_alive_s": asked.keep_alive_s,
        }
        return _message("connect", told, thing=asked.username or asked.client_id)
    if packet.kind in (packets.SUBSCRIBE, packets.UNSUBSCRIBE):
        ending = packet.kind == packets.UNSUBSCRIBE
        wanted = read_subscribe(packet.body, version, ending=ending)
        asked_for: dict[str, Any] = {"filters": list(wanted.filters)}
        asked_for |= {} if ending else {"qos": list(wanted.qos)}
        return _message("unsubscribe" if ending else "subscribe", asked_for, serial=wanted.packet_id)
    down = _DOWN.get(packet.kind)
    kind = down or _UP.get(packet.kind)
    if kind is None:
        refuse("unknown_function", 0, "2.1.2", code=packet.kind)
    reader = packets.Reader(packet.body, "2.2.1")
    serial = reader.number(2) if kind in _NUMBERED else 0
    told = {"reason": reader.take(reader.left).hex()} if reader.left else {}
    return _message(kind, told, serial=serial, direction="down" if down else "up")


def _text(payload: bytes) -> dict[str, str]:
    try:
        return {"text": payload.decode()}
    except UnicodeDecodeError:
        return {"data": payload.hex()}


def _message(kind: str, told: Mapping[str, Any], *, thing: str = "", serial: int = 0, direction: str = "up") -> Message:
    return Message(
        protocol=PROTOCOL,
        thing=thing,
        kind=kind,
        direction="down" if direction == "down" else "up",
        serial=serial or None,
        parameters=told,
    )
