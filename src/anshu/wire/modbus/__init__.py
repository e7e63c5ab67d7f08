# SPDX-License-Identifier: Apache-2.0
"""Modbus: what registers mean, as an administrator writes it down; the asking is `anshu.ingest.modbus`."""

from anshu.wire.modbus.lines import line_decoder
from anshu.wire.modbus.registers import TYPES, Plan, Register, Request
from anshu.wire.modbus.settings import MOST_REGISTERS, ModbusSettings
from anshu.wire.settings.problems import Problem, SettingsRefused

__all__ = [
    "MOST_REGISTERS",
    "TYPES",
    "ModbusSettings",
    "Plan",
    "Problem",
    "Register",
    "Request",
    "SettingsRefused",
    "line_decoder",
]
