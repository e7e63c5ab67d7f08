# SPDX-License-Identifier: Apache-2.0
"""Gives each request its viewer and the clock reading that all of its services share."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from anshu.kernel.access.selectors import NOBODY, viewer_of
from anshu.kernel.access.services.sessions import TOUCH_EVERY_S, idle_limit, session_over, session_touch
from anshu.kernel.access.viewer import Absent
from anshu.kernel.audit.services import source_address


class ViewerMiddleware:
    """Sets `request.viewer` and `request.now`; turns Absent into a 404."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will serve one request with its viewer, clock and source address set."""
        now = timezone.now()  # noqa: TID251  the edge where the clock is read for a whole request
        request.now = now  # type: ignore[attr-defined]
        _end_idle(request, now)
        user = request.user
        # The real thing, not a lazy stand-in: services copy viewers, and nearly every page asks for it.
        request.viewer = viewer_of(user, at=now) if user.is_authenticated else NOBODY  # type: ignore[attr-defined]
        language = translation.get_language()
        token = source_address.set(address_of(request))
        try:
            response = self.get_response(request)
        finally:
            source_address.reset(token)
        response.headers.setdefault("Content-Language", language or "zh-hans")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """This will make a forbidden object look like one that does not exist, and take back what cannot be stored.

        A text with a NUL, or a number too large for its column, that no form has stopped is the caller's mistake.
        """
        if isinstance(exception, Absent):
            raise Http404 from exception
        if isinstance(exception, DataError | UnicodeEncodeError):
            raise BadRequest("what was sent cannot be stored") from exception


def address_of(request: HttpRequest) -> str:
    """This will give the caller's address: what a trusted proxy says, else the other end of the connection."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and (not peer or peer in settings.TRUSTED_PROXIES):
        # The last entry is the one that our own proxy wrote; those before it are the caller's word.
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return peer


def _end_idle(request: HttpRequest, now: datetime) -> None:
    """This will sign out a session that idled too long, and note now and then that it is in use."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
        return
    session, seconds = request.session, int(now.timestamp())
    idle = seconds - session.get("seen_at", seconds)
    key = session.session_key or ""
    if idle > idle_limit(session.get("surface", "")).total_seconds():
        session_over(session_key=key, now=now, action="account.idled_out")
        logout(request)
    elif idle >= TOUCH_EVERY_S or "seen_at" not in session:
        session["seen_at"] = seconds
        session_touch(session_key=key, now=now)
