# SPDX-License-Identifier: Apache-2.0
"""Devices, connectors, models, their quality control and the keeping of their values in the console."""

from anshu.domain.sensing.registers import connectors, devices, quality, retention

__all__ = ["connectors", "devices", "quality", "retention"]
