# SPDX-License-Identifier: Apache-2.0
"""预警 alarms and warnings: rules judged over observations."""
