# SPDX-License-Identifier: Apache-2.0
"""Devices, their models and their quality control in the console."""

from anshu.domain.sensing.registers import devices, quality

__all__ = ["devices", "quality"]
