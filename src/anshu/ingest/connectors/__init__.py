# SPDX-License-Identifier: Apache-2.0
"""Where we go to others: devices that are asked, brokers that are subscribed to, services that are harvested."""

from anshu.ingest.connectors.running import Connectors

__all__ = ["Connectors"]
