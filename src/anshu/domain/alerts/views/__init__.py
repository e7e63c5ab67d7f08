# SPDX-License-Identifier: Apache-2.0
"""Pages of alarms and rules beyond their registers."""
