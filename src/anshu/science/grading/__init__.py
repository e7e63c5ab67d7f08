# SPDX-License-Identifier: Apache-2.0
"""Grades laid down by decree or standard: tables with explicit boundaries, nothing estimated."""
