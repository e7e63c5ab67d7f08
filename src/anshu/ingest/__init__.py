# SPDX-License-Identifier: Apache-2.0
"""接入 ingest: bytes come in through sockets and doors, and are answered once what they say is stored."""
