# SPDX-License-Identifier: Apache-2.0
"""The JSON API under /api/v1: one noun a module, one domain call a view."""
