# SPDX-License-Identifier: Apache-2.0
"""JT/T 809-2011 and -2019 between platforms (道路运输车辆卫星定位系统平台数据交换)."""

from anshu.wire.jt809.decoding import address_of, decode, decode_frame, line_decoder, vehicle_of
from anshu.wire.jt809.encoding import (
    Platform,
    encode,
    encode_keep_alive,
    encode_login,
    encode_login_answer,
    encode_logout,
    encode_position,
    encode_positions,
)
from anshu.wire.jt809.framing import Cipher, Jt809Frame, build_frame, parse_frame
from anshu.wire.jt809.messages import EXCHANGED, MESSAGES, Jt809Message
from anshu.wire.jt809.session import Jt809Session, read_secret, write_secret
from anshu.wire.jt809.stream import Decoder

__all__ = [
    "EXCHANGED",
    "MESSAGES",
    "Cipher",
    "Decoder",
    "Jt809Frame",
    "Jt809Message",
    "Jt809Session",
    "Platform",
    "address_of",
    "build_frame",
    "decode",
    "decode_frame",
    "encode",
    "encode_keep_alive",
    "encode_login",
    "encode_login_answer",
    "encode_logout",
    "encode_position",
    "encode_positions",
    "line_decoder",
    "parse_frame",
    "read_secret",
    "vehicle_of",
    "write_secret",
]
