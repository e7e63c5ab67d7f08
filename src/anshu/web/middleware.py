# SPDX-License-Identifier: Apache-2.0
"""Headers that every page carries."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from anshu.kernel.events.selectors import newest_position


class ContentSecurityMiddleware:
    """Sends a content security policy: own origin only, no inline script, plus the live stream's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will add the policy to the response."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request))
        return response


class HostMiddleware:
    """Answers a request for a host that is not ours before anything, an error page included, builds an address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will refuse a foreign host in words."""
        try:
            request.get_host()
        except DisallowedHost:
            said = _("这个地址不是本平台的地址,请联系系统管理员。")
            return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
        return self.get_response(request)


class LivePositionMiddleware:
    """Notes where the event table stood before the page read anything, so that its live stream misses nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will set `request.live_position` for whoever is signed in."""
        request.live_position = newest_position() if request.user.is_authenticated else 0  # type: ignore[attr-defined]
        return self.get_response(request)


def live_url(request: HttpRequest) -> str:
    """This will give the stream's address, from the position at which the request began."""
    return f"{stream_url(request)}?last_event_id={getattr(request, 'live_position', 0)}"


def stream_url(request: HttpRequest) -> str:
    """This will give the address at which this browser finds the live stream."""
    if settings.STREAM_URL:
        return str(settings.STREAM_URL)
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    port = settings.STREAM_ADDRESS.rsplit(":", 1)[1]
    return f"{request.scheme}://{host}:{port}/stream/"


def _policy(request: HttpRequest) -> str:
    stream = "/".join(stream_url(request).split("/")[:3])
    return (
        f"default-src 'self'; connect-src 'self' {stream}; img-src 'self' data: blob:; worker-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; "
        "form-action 'self'"
    )
