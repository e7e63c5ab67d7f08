# SPDX-License-Identifier: Apache-2.0
"""The bounded contexts of the county's safety work."""
