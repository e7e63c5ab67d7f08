# SPDX-License-Identifier: Apache-2.0
"""雨量 rainfall: radar and gauges read, checked, merged and summed over time and place."""
