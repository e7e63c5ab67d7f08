# SPDX-License-Identifier: Apache-2.0
"""/search/: the results as a page, for whoever pressed Enter."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anshu.web.onemap.search import search_all


@login_required
def found(request: HttpRequest) -> HttpResponse:
    """This will list what was found."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    hits = search_all(request.viewer, text)  # type: ignore[attr-defined]
    return render(request, "web/search.html", {"q": text, "hits": hits})
