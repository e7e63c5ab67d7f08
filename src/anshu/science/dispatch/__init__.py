# SPDX-License-Identifier: Apache-2.0
"""调度 dispatch: who goes to which shelter by which road, what is sent where, and how near that is to the best."""
