# SPDX-License-Identifier: Apache-2.0
"""首页: what needs me, first; then my alarms, my area; every number opens to its rows."""
