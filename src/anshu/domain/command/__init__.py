# SPDX-License-Identifier: Apache-2.0
"""一系统 incident command: incidents, timeline, on-scene clock."""
