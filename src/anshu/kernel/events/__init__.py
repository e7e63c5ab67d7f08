# SPDX-License-Identifier: Apache-2.0
"""事件外发 the append-only event table, its subscribers and its live stream."""
