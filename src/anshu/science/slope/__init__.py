# SPDX-License-Identifier: Apache-2.0
"""地质灾害气象风险 slope: how near rain has come to what has set local slopes moving."""
