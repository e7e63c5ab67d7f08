# SPDX-License-Identifier: Apache-2.0
"""JT/T 808-2013 and -2019 between vehicles and a platform (道路运输车辆卫星定位系统终端通讯协议)."""

from anshu.wire.jt808.decoding import decode, decode_body, decode_frame
from anshu.wire.jt808.encoding import (
    Terminal,
    encode,
    encode_answer,
    encode_authenticate,
    encode_heartbeat,
    encode_logout,
    encode_media,
    encode_packets,
    encode_position,
    encode_position_answer,
    encode_positions,
    encode_register,
    encode_registered,
    encode_terminal_answer,
)
from anshu.wire.jt808.framing import Jt808Frame, build_frame, parse_frame
from anshu.wire.jt808.messages import MESSAGES, Jt808Message
from anshu.wire.jt808.packets import Assembler, line_decoder
from anshu.wire.jt808.session import Jt808Session
from anshu.wire.jt808.stream import Decoder

__all__ = [
    "MESSAGES",
    "Assembler",
    "Decoder",
    "Jt808Frame",
    "Jt808Message",
    "Jt808Session",
    "Terminal",
    "build_frame",
    "decode",
    "decode_body",
    "decode_frame",
    "encode",
    "encode_answer",
    "encode_authenticate",
    "encode_heartbeat",
    "encode_logout",
    "encode_media",
    "encode_packets",
    "encode_position",
    "encode_position_answer",
    "encode_positions",
    "encode_register",
    "encode_registered",
    "encode_terminal_answer",
    "line_decoder",
    "parse_frame",
]
