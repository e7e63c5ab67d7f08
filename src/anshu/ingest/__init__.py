# SPDX-License-Identifier: Apache-2.0
"""The ingest process: sockets and HTTP in, observations out."""
