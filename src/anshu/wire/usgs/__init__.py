# SPDX-License-Identifier: Apache-2.0
"""USGS-style replies of river stations (WaterML 1.1 as JSON), in SI units."""

from anshu.wire.usgs.instantaneous import MOST_BYTES, read_reply, reply_message

__all__ = ["MOST_BYTES", "read_reply", "reply_message"]
