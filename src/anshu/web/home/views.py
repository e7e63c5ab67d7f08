# SPDX-License-Identifier: Apache-2.0
"""/: the home page of every role."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from anshu.web.home.blocks import alarms, area, incidents, mine
from anshu.web.home.county import townships
from anshu.web.home.platform import platform
from anshu.web.onemap.area import area_of

BLOCKS = (mine, platform, incidents, alarms, townships, area)


@login_required
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """This will show what needs this person, first."""
    viewer, now = request.viewer, request.now  # type: ignore[attr-defined]
    blocks = [block for build in BLOCKS if (block := build(viewer, now)) is not None]
    return render(request, "web/home.html", {"blocks": blocks, "area": area_of(viewer), "at": now})
