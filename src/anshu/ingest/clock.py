# SPDX-License-Identifier: Apache-2.0
"""The one place of ingest that reads the clock."""

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """This will read the clock; nothing below ingest does."""
    return datetime.now(UTC)
