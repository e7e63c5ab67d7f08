# SPDX-License-Identifier: Apache-2.0
"""MQTT as a sender needs it: packets written ahead, for replay, simulation and trials."""

import struct

from anshu.wire.mqtt.packets import packet

_CONNECT, _PUBLISH = 1, 3
_QOS_1, _AGAIN = 0x02, 0x08
# User name, password, clean start; a minute of keep alive.
_FLAGS_AND_KEEP_ALIVE = b"\xc2\x00\x3c"


def connect(name: str, secret: str, *, version: int) -> bytes:
    """Write a CONNECT of a device that is called by its address; version 4 is MQTT 3.1.1."""
    body = b"\x00\x04MQTT" + bytes((version,)) + _FLAGS_AND_KEEP_ALIVE + _properties(version)
    return packet(_CONNECT, body + b"".join(_text(each) for each in (name, name, secret)))


def publish(topic: bytes, number: int, payload: bytes, *, version: int, again: bool = False) -> bytes:
    """Write a PUBLISH of QoS 1; its packet identifier is made from a running number."""
    body = struct.pack(">H", len(topic)) + topic + struct.pack(">H", number % 65_535 + 1) + _properties(version)
    return packet(_PUBLISH, body + payload, _QOS_1 | (_AGAIN if again else 0))


def _properties(version: int) -> bytes:
    return b"\x00" if version >= 5 else b""


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
