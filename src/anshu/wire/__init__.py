# SPDX-License-Identifier: Apache-2.0
"""Pure bytes: device and message codecs, no sockets, no clock, no framework."""
