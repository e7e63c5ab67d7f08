# SPDX-License-Identifier: Apache-2.0
"""History of observations: charts over any period, comparison, export, and who is silent."""
