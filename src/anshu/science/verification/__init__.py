# SPDX-License-Identifier: Apache-2.0
"""检验 verification: how good forecasts and warnings were."""
