# SPDX-License-Identifier: Apache-2.0
"""SL 651-2014 hydrological telemetry (水文监测数据通信规约)."""

from anshu.wire.sl651.decoding import decode, decode_frame
from anshu.wire.sl651.elements import ELEMENTS, STATION_CLASSES, STATUS_BITS, Element
from anshu.wire.sl651.encoding import (
    Group,
    Station,
    encode_command,
    encode_hourly,
    encode_naks,
    encode_picture,
    encode_reply,
    encode_uniform,
    encode_uplink,
    wants_reply,
)
from anshu.wire.sl651.framing import ACK, ENQ, EOT, ESC, ETB, ETX, NAK, Sl651Frame, parse_frame
from anshu.wire.sl651.messages import (
    EXTRA,
    FUNCTIONS,
    HEARTBEAT,
    HOURLY,
    TEST,
    TIMED,
    UNIFORM,
    Sl651Message,
    observations,
)
from anshu.wire.sl651.packets import Assembler, line_decoder
from anshu.wire.sl651.session import Sl651Session, redecode
from anshu.wire.sl651.stream import Decoder

__all__ = [
    "ACK",
    "ELEMENTS",
    "ENQ",
    "EOT",
    "ESC",
    "ETB",
    "ETX",
    "EXTRA",
    "FUNCTIONS",
    "HEARTBEAT",
    "HOURLY",
    "NAK",
    "STATION_CLASSES",
    "STATUS_BITS",
    "TEST",
    "TIMED",
    "UNIFORM",
    "Assembler",
    "Decoder",
    "Element",
    "Group",
    "Sl651Frame",
    "Sl651Message",
    "Sl651Session",
    "Station",
    "decode",
    "decode_frame",
    "encode_command",
    "encode_hourly",
    "encode_naks",
    "encode_picture",
    "encode_reply",
    "encode_uniform",
    "encode_uplink",
    "line_decoder",
    "observations",
    "parse_frame",
    "redecode",
    "wants_reply",
]
