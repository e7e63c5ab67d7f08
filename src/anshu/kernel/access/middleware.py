# SPDX-License-Identifier: Apache-2.0
"""Gives each request its viewer and the clock reading that all of its services share."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from anshu.kernel.access.selectors import NOBODY, viewer_of
from anshu.kernel.access.viewer import Absent
from anshu.kernel.audit.services import source_address


class ViewerMiddleware:
    """Sets `request.viewer` (lazily) and `request.now`; turns Absent into a 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will serve one request with its viewer, clock and source address set."""
        now = timezone.now()  # noqa: TID251  the edge where the clock is read for a whole request
        request.now = now  # type: ignore[attr-defined]
        user = request.user
        request.viewer = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: viewer_of(user, at=now) if user.is_authenticated else NOBODY  # type: ignore[arg-type]
        )
        language = translation.get_language()
        token = source_address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            response = self.get_response(request)
        finally:
            source_address.reset(token)
        response.headers.setdefault("Content-Language", language or "zh-hans")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """This will make a forbidden object look like one that does not exist."""
        if isinstance(exception, Absent):
            raise Http404 from exception
