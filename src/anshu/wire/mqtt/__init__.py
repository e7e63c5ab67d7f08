# SPDX-License-Identifier: Apache-2.0
"""MQTT 3.1.1 and 5.0, the server's side: packets only; the dialogue is the door's."""

from anshu.wire.mqtt import packets
from anshu.wire.mqtt.lines import line_decoder, packet_message, publish_message
from anshu.wire.mqtt.packets import Connect, Subscriptions, read_connect, read_subscribe
from anshu.wire.mqtt.stream import Packet, PacketReader, Publish

__all__ = [
    "Connect",
    "Packet",
    "PacketReader",
    "Publish",
    "Subscriptions",
    "line_decoder",
    "packet_message",
    "packets",
    "publish_message",
    "read_connect",
    "read_subscribe",
]
