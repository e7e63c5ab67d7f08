# SPDX-License-Identifier: Apache-2.0
"""临近预报 nowcast: where the rain of the radar will be in the next hours, and how sure that is."""
