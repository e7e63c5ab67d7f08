# SPDX-License-Identifier: Apache-2.0
"""The door in front of every register page: signed in, register known, right held; else login or not found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from anshu.console.register import Register
from anshu.console.registry import registry
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent

P = ParamSpec("P")


class Visit(HttpRequest):
    """A request that has passed the door. Only a type: the attributes are set by the middleware."""

    viewer: Viewer
    now: datetime


View = Callable[Concatenate[Visit, Register, P], HttpResponseBase]


def door(verb: str = "read") -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """This will guard a view: it receives the register itself in place of the slug."""

    def guard(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            register = registry.get(slug)
            if not (register.open_to(request.viewer) and (verb == "read" or register.may(request.viewer, verb))):
                raise Absent
            return view(request, register, *args, **kwargs)

        return guarded

    return guard


def _to_login(request: HttpRequest) -> HttpResponse:
    answer = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        # A fragment must not swallow the login page: the whole window goes there.
        fresh = HttpResponse(status=204)
        fresh.headers["HX-Redirect"] = answer.url
        return fresh
    return answer
