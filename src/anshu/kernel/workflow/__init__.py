# SPDX-License-Identifier: Apache-2.0
"""流程 transition tables and the one generic history of steps."""
