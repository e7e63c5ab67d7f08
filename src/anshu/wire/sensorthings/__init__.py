# SPDX-License-Identifier: Apache-2.0
"""Another server's SensorThings API 1.1 (OGC 18-088), read as a client: which addresses, and what the pages say."""

from anshu.wire.sensorthings.pages import MOST_BYTES, Page, Stream, read_observations, read_streams
from anshu.wire.sensorthings.settings import Match, SensorThingsSettings

__all__ = ["MOST_BYTES", "Match", "Page", "SensorThingsSettings", "Stream", "read_observations", "read_streams"]
