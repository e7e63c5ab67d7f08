# SPDX-License-Identifier: Apache-2.0
"""The demonstration county: synthetic people and stations in the real divisions, and a recorded synthetic storm."""

# The demonstration's only; outside it there is no default password.
PASSWORD = "Longyou-demo-2026"
