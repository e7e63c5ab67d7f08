# SPDX-License-Identifier: Apache-2.0
"""洪水 flood: small catchments by closed-form methods; nothing is computed without local coefficients."""
