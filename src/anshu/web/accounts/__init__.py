# SPDX-License-Identifier: Apache-2.0
"""登录与账号 signing in, and one's own account."""
