# SPDX-License-Identifier: Apache-2.0
"""/search: one box for everything."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from anshu.web.api.inputs import Line
from anshu.web.onemap.search import search_all

router = Router(tags=["search"])


@router.get("/search", summary="Find places, objects, matters and people")
def search(request: HttpRequest, q: Line = "") -> list[dict[str, Any]]:
    """This will find by name, number, code or pinyin initials; an empty question finds nothing."""
    return search_all(request.viewer, q)  # type: ignore[attr-defined]
