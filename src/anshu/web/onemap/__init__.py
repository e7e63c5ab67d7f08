# SPDX-License-Identifier: Apache-2.0
"""一图: what the map shows, and what it says of one object."""
