# SPDX-License-Identifier: Apache-2.0
"""审计 who did what, when and why, in a hash chain."""
