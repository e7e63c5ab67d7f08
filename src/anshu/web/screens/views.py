# SPDX-License-Identifier: Apache-2.0
"""/wall/ and an incident's own page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from anshu.domain.command.selectors import incident_get
from anshu.web.boot import boot_of
from anshu.web.screens.incident import incident_page


@login_required
@ensure_csrf_cookie
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """This will give the command centre's screen."""
    context = {"surface": "wall", "title": _("指挥大屏"), "boot": boot_of(request)}
    return render(request, "web/surface.html", context)


@login_required
@ensure_csrf_cookie
@require_GET
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """This will give one incident with its timeline and what may be done."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    return render(request, "web/incident.html", incident_page(viewer, incident_get(viewer, pk), now=now))
