# SPDX-License-Identifier: Apache-2.0
"""Devices, their models, their quality control and the keeping of their values in the console."""

from anshu.domain.sensing.registers import devices, quality, retention

__all__ = ["devices", "quality", "retention"]
