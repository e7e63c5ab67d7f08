# SPDX-License-Identifier: Apache-2.0
"""A dense cloud as one shallow layer: the SLAB class of model (Ermak 1990)."""
