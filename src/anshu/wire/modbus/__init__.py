# SPDX-License-Identifier: Apache-2.0
"""Modbus: what registers mean, as an administrator writes it down."""
