# SPDX-License-Identifier: Apache-2.0
"""时限 working time, deadlines, holidays."""
