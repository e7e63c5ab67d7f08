# SPDX-License-Identifier: Apache-2.0
"""Pure numbers: published hazard methods, no framework and no I/O."""
