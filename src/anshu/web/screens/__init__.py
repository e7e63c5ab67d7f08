# SPDX-License-Identifier: Apache-2.0
"""Screens of command: the wall and the incident's page."""
