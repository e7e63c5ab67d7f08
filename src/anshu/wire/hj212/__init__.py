# SPDX-License-Identifier: Apache-2.0
"""HJ 212 telemetry of pollution sources and environmental quality (污染物在线监控数据传输): 2005, 2017 and 2025."""

from anshu.wire.hj212.checksum import crc16_hj212
from anshu.wire.hj212.decoding import decode, decode_frame
from anshu.wire.hj212.encoding import (
    Site,
    encode_data,
    encode_execution_result,
    encode_message,
    encode_reply,
    encode_request_answer,
)
from anshu.wire.hj212.factors import FACTORS, Factor
from anshu.wire.hj212.framing import Hj212Frame, build_frame, parse_frame
from anshu.wire.hj212.messages import COMMANDS, SYSTEMS, Hj212Message
from anshu.wire.hj212.packets import Assembler, line_decoder
from anshu.wire.hj212.session import Hj212Session
from anshu.wire.hj212.stream import Decoder

__all__ = [
    "COMMANDS",
    "FACTORS",
    "SYSTEMS",
    "Assembler",
    "Decoder",
    "Factor",
    "Hj212Frame",
    "Hj212Message",
    "Hj212Session",
    "Site",
    "build_frame",
    "crc16_hj212",
    "decode",
    "decode_frame",
    "encode_data",
    "encode_execution_result",
    "encode_message",
    "encode_reply",
    "encode_request_answer",
    "line_decoder",
    "parse_frame",
]
