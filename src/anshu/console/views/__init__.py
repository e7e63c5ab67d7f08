# SPDX-License-Identifier: Apache-2.0
"""The pages of every register. Each view asks one question of the kit or makes one call of a service."""
