# SPDX-License-Identifier: Apache-2.0
"""行政区划与组织 divisions, organisations, posts and the responsibility chain."""
