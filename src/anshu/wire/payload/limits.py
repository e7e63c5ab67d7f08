# SPDX-License-Identifier: Apache-2.0
"""Bounds that make every decoder end soon and stay small, whatever its configuration and its input."""

# Of a configuration, checked when it is loaded.
CONFIG_NODES = 6_000
CONFIG_DEPTH = 32
EXPRESSION_CHARACTERS = 600
EXPRESSION_NODES = 200
EXPRESSION_DEPTH = 24
TABLE_ENTRIES = 1_024
PROBLEMS = 50
NAME_CHARACTERS = 64
TEXT_CHARACTERS = 1_000

# Of one decoding.
PAYLOAD_BYTES = 65_536
JSON_BYTES = 1_048_576
WORK = 100_000  # one step or one node of an expression costs one
NESTING = 64
READINGS = 5_000
ATTRIBUTES = 200
NOTES = 50
BLOB_BYTES = 4_096
LARGEST_WHOLE = 1 << 128
