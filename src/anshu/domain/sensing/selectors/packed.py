# SPDX-License-Identifier: Apache-2.0
"""Times as PostgreSQL packs them: microseconds since 2000."""

POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01T00:00:00Z
