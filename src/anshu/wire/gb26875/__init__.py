# SPDX-License-Identifier: Apache-2.0
"""GB/T 26875.3-2011 fire monitoring (城市消防远程监控系统 报警传输网络通信协议)."""

from anshu.wire.gb26875.decoding import decode, decode_frame, line_decoder
from anshu.wire.gb26875.dialects import DIALECTS, STANDARD, Analog, Dialect, Layout, dialect_of
from anshu.wire.gb26875.encoding import (
    analog_object,
    component_object,
    device_object,
    encode_command,
    encode_denial,
    encode_reply,
    encode_uplink,
    operation_object,
    system_object,
)
from anshu.wire.gb26875.framing import (
    ANSWER,
    CONFIRM,
    CONTROL,
    DENY,
    REQUEST,
    SEND,
    Gb26875Frame,
    build_frame,
    parse_frame,
)
from anshu.wire.gb26875.messages import Gb26875Message
from anshu.wire.gb26875.session import Gb26875Session
from anshu.wire.gb26875.stream import Decoder
from anshu.wire.gb26875.tables import ANALOGS, COMPONENTS, LAYOUTS, SYSTEMS

__all__ = [
    "ANALOGS",
    "ANSWER",
    "COMPONENTS",
    "CONFIRM",
    "CONTROL",
    "DENY",
    "DIALECTS",
    "LAYOUTS",
    "REQUEST",
    "SEND",
    "STANDARD",
    "SYSTEMS",
    "Analog",
    "Decoder",
    "Dialect",
    "Gb26875Frame",
    "Gb26875Message",
    "Gb26875Session",
    "Layout",
    "analog_object",
    "build_frame",
    "component_object",
    "decode",
    "decode_frame",
    "device_object",
    "dialect_of",
    "encode_command",
    "encode_denial",
    "encode_reply",
    "encode_uplink",
    "line_decoder",
    "operation_object",
    "parse_frame",
    "system_object",
]
