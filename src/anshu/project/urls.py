# SPDX-License-Identifier: Apache-2.0
"""Every address the web process answers."""

from django.urls import include, path

urlpatterns: list[object] = [
    path("", include("anshu.web.accounts.urls")),
    path("files/", include("anshu.web.files")),
    path("", include("anshu.web.urls")),
    path("", include("anshu.domain.alerts.urls")),
    path("r/", include("anshu.console.urls")),
]
