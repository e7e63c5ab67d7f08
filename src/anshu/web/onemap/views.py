# SPDX-License-Identifier: Apache-2.0
"""/map/: the page that holds 一图."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from anshu.web.boot import boot_of


@login_required
@ensure_csrf_cookie
def onemap(request: HttpRequest) -> HttpResponse:
    """This will give the map's page; the map itself comes from the front end."""
    return render(
        request, "web/surface.html", {"surface": "onemap", "title": _("一图"), "boot": boot_of(request), "app": "map"}
    )
