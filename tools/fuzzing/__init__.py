# SPDX-License-Identifier: Apache-2.0
"""Hostile input for every codec: what is attacked (`targets`), and how: by `chance`, or `guided` by coverage."""
