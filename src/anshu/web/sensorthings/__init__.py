# SPDX-License-Identifier: Apache-2.0
"""OGC SensorThings API 1.1 (18-088), Sensing profile, over our own network, within the caller's rights."""
