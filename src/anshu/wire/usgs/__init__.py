# SPDX-License-Identifier: Apache-2.0
"""USGS-style replies of river stations (WaterML 1.1 as JSON), in SI units, and how they are asked for."""

from anshu.wire.usgs.instantaneous import MOST_BYTES, read_reply, reply_message
from anshu.wire.usgs.settings import UsgsSettings

__all__ = ["MOST_BYTES", "UsgsSettings", "read_reply", "reply_message"]
