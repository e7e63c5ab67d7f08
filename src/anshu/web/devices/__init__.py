# SPDX-License-Identifier: Apache-2.0
"""Device models tried on samples, and the diagnosis of one device."""
