# SPDX-License-Identifier: Apache-2.0
"""安枢 Anshu: a county's emergency-management and work-safety platform."""
