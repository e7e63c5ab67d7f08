# SPDX-License-Identifier: Apache-2.0
"""What every codec shares: results, faults, checksums, readers."""
