# SPDX-License-Identifier: Apache-2.0
"""调度 dispatch: who goes to which shelter by which road, and what is sent where; plans that state how near the best."""
