# SPDX-License-Identifier: Apache-2.0
"""/m/: one page for every path below it, the service worker, and what a phone needs to install it."""

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from anshu.web.boot import boot_of

ACCENT = "#0B6E6E"


@login_required
@ensure_csrf_cookie
def mobile(request: HttpRequest, path: str = "") -> HttpResponse:
    """This will give the phone's page; its router reads the path."""
    context = {"surface": "mobile", "title": _("安枢"), "boot": boot_of(request, base="/m/"), "manifest": True}
    return render(request, "web/surface.html", context)


def worker(request: HttpRequest) -> HttpResponse:
    """This will give the service worker from the build, allowed to serve everything under /m/."""
    found = finders.find("dist/sw.js")
    if not isinstance(found, str):
        raise Http404
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/m/"
    # The browser must ask each time, or phones would keep an old version.
    response["Cache-Control"] = "no-cache"
    return response


def manifest(request: HttpRequest) -> JsonResponse:
    """This will give the web application's manifest."""
    answer = {
        "name": _("安枢 · 县域安全枢纽"),
        "short_name": _("安枢"),
        "lang": boot_of(request)["language"],
        "id": "/m/",
        "start_url": "/m/",
        "scope": "/m/",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": ACCENT,
        "background_color": "#FFFFFF",
        "icons": [
            {"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "maskable"},
        ],
    }
    return JsonResponse(answer, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
