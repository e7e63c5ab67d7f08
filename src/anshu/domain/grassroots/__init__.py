# SPDX-License-Identifier: Apache-2.0
"""一平台 grass-roots platform: the one closed loop of tasks."""
