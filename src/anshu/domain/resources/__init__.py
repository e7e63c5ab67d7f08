# SPDX-License-Identifier: Apache-2.0
"""一库 rescue resources: teams, stock and shelters."""
