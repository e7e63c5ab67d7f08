# SPDX-License-Identifier: Apache-2.0
"""Device payloads decoded by configuration: envelopes of networks, a declarative language, our own JSON."""

from anshu.wire.payload import shipped
from anshu.wire.payload.decoder import FORMAT, Decoded, Decoder, load
from anshu.wire.payload.envelopes import Uplink, envelope
from anshu.wire.payload.lines import (
    NETWORKS,
    own_message,
    payload_message,
    uplink_message,
)
from anshu.wire.payload.machine import Note, Reading
from anshu.wire.payload.own import Columns, OwnMessage, columnar, own_json
from anshu.wire.payload.problems import PROBLEMS, ConfigRefused, Problem
from anshu.wire.payload.shapes import KINDS, Shape, shape

__all__ = [
    "FORMAT",
    "KINDS",
    "NETWORKS",
    "PROBLEMS",
    "Columns",
    "ConfigRefused",
    "Decoded",
    "Decoder",
    "Note",
    "OwnMessage",
    "Problem",
    "Reading",
    "Shape",
    "Uplink",
    "columnar",
    "envelope",
    "load",
    "own_json",
    "own_message",
    "payload_message",
    "shape",
    "shipped",
    "uplink_message",
]
