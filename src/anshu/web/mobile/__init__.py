# SPDX-License-Identifier: Apache-2.0
"""一端: the page, the worker and the manifest of the phone application."""
