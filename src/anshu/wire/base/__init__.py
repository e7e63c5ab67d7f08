# SPDX-License-Identifier: Apache-2.0
"""What every codec shares: results, faults, checksums, readers."""

from anshu.wire.base.checksums import crc16_modbus
from anshu.wire.base.cutting import MAX_JUNK, Cutter
from anshu.wire.base.faults import TEMPLATES, Fault, Refusal, Refused, refuse
from anshu.wire.base.missing import MISSING, MissingCodes, missing_codes, value_of
from anshu.wire.base.packets import Packets
from anshu.wire.base.readers import CHINA, bcd_digits, bcd_time
from anshu.wire.base.results import Frame, Message, Observation, Quality, StreamDecoder
from anshu.wire.base.session import Answered, Command, Credentials, Delivery, Event, Reply, Session

__all__ = [
    "CHINA",
    "MAX_JUNK",
    "MISSING",
    "TEMPLATES",
    "Answered",
    "Command",
    "Credentials",
    "Cutter",
    "Delivery",
    "Event",
    "Fault",
    "Frame",
    "Message",
    "MissingCodes",
    "Observation",
    "Packets",
    "Quality",
    "Refusal",
    "Refused",
    "Reply",
    "Session",
    "StreamDecoder",
    "bcd_digits",
    "bcd_time",
    "crc16_modbus",
    "missing_codes",
    "refuse",
    "value_of",
]
