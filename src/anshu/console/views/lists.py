# SPDX-License-Identifier: Apache-2.0
"""List, map, columns and saved views."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anshu.console import sketch
from anshu.console.listing import SIZES, Query, chosen_columns, listing, narrowed
from anshu.console.register import Register
from anshu.console.selectors import columns_preferred, views_visible
from anshu.console.services import columns_choose, view_delete, view_save
from anshu.console.views.door import Visit, door
from anshu.kernel.audit.refusals import Absent, Refusal


@require_GET
@door()
def listed(request: Visit, register: Register) -> HttpResponse:
    """This will show the list, or its map; to HTMX only the parts that filters change."""
    query = Query.of(register, request.GET.dict())
    columns = chosen_columns(register, columns_preferred(request.viewer, register.slug))
    context: dict[str, Any] = {
        "register": register,
        "query": query,
        "columns": columns,
        "list": listing(query, request.viewer, request.now, columns),
        "links": links_of(query),
        "beyond": register.links_for(request.viewer),
        "may_create": register.may(request.viewer, "create"),
        "may_change": register.may(request.viewer, "update"),
    }
    if query.given.get("view") == "map" and register.map and register.point:
        context["sketch"] = sketch.sketch_of(register, narrowed(query, request.viewer, request.now))
    if request.headers.get("HX-Target") == "rows":
        answer = render(request, "console/list_rows.html", {**context, "swapped": True})
        # The browser's address stays short: only what is set, in the order in which it is known.
        answer.headers["HX-Push-Url"] = f"{register.url()}?{query.link(cursor=query.given.get('cursor', ''))}"
        return answer
    context["views"] = views_visible(request.viewer, register.slug)
    context["sizes"] = [(size, query.link(size=str(size))) for size in SIZES]
    return render(request, "console/list.html", context)


def links_of(query: Query) -> dict[str, str]:
    """This will give the query strings of the list's own buttons."""
    return {
        "here": query.link(),
        "all": query.link(tab=""),
        "map": query.link(view="map"),
        "rows": query.link(view=""),
        "retired": query.link(retired="" if query.given.get("retired") == "1" else "1"),
    }


@require_GET
@door()
def geojson(request: Visit, register: Register) -> JsonResponse:
    """This will give the filtered rows to the map."""
    if not register.map or not register.point:
        raise Absent
    query = Query.of(register, request.GET.dict())
    found = sketch.geojson_of(register, narrowed(query, request.viewer, request.now))
    return JsonResponse(found, content_type="application/geo+json")


@require_POST
@door()
def columns(request: Visit, register: Register) -> HttpResponseRedirect:
    """This will remember the chosen columns and go back to the list."""
    known = {column.name for column in register.columns}
    wanted = [name for name in request.POST.getlist("column") if name in known]
    columns_choose(register=register.slug, columns=[] if "reset" in request.POST else wanted, actor=request.viewer)
    return _back(register, request)


@require_POST
@door()
def view_keep(request: Visit, register: Register) -> HttpResponseRedirect:
    """This will save the present filters as a view."""
    query = Query.of(register, _parsed(request.POST.get("querystring", "")))
    try:
        view = view_save(
            register=register.slug,
            name=request.POST.get("name", ""),
            querystring=query.link(),
            shared=request.POST.get("shared") == "1",
            actor=request.viewer,
            now=request.now,
        )
        messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
    except Refusal as refusal:
        messages.error(request, refusal.message)
    return _back(register, request)


@require_POST
@door()
def view_drop(request: Visit, register: Register, pk: int) -> HttpResponseRedirect:
    """This will delete one of the viewer's own views."""
    view_delete(pk=pk, actor=request.viewer)
    messages.success(request, _("已删除视图。"))
    return _back(register, request)


def _parsed(querystring: str) -> dict[str, str]:
    return QueryDict(querystring).dict()


def _back(register: Register, request: Visit) -> HttpResponseRedirect:
    query = Query.of(register, _parsed(request.POST.get("querystring", "")))
    return HttpResponseRedirect(f"{register.url()}?{query.link()}")
