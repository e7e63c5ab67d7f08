# SPDX-License-Identifier: Apache-2.0
"""Programs for those who build the platform; never part of the product."""
