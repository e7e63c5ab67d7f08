# SPDX-License-Identifier: Apache-2.0
"""Wiring: settings, URLs, server entry points and the anshu command."""
