# SPDX-License-Identifier: Apache-2.0
"""权限 roles, grants, scope, login, tokens."""
