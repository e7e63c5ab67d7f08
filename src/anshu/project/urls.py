# SPDX-License-Identifier: Apache-2.0
"""Every address the web process answers."""

urlpatterns: list[object] = []
