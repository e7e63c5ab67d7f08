# SPDX-License-Identifier: Apache-2.0
"""Answers a request that is too large before reading it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

TOO_LARGE = 413


class RequestSizeMiddleware:
    """Looks at the announced length alone; how large one file may be is judged when it is stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will refuse a body larger than any form of ours, in the reader's language."""
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > settings.REQUEST_MAX_BYTES:
            return _too_large(request)
        return self.get_response(request)


def _too_large(request: HttpRequest) -> HttpResponse:
    size = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    message = _("上传的内容过大，未保存。每个文件不超过 %(size)d MB，请压缩后重试。") % {"size": size}
    if request.path.startswith("/api/"):
        body = {"error": {"code": "too_large", "message": message, "fields": {}}}
        return JsonResponse(body, status=TOO_LARGE, json_dumps_params={"ensure_ascii": False})
    return HttpResponse(message, status=TOO_LARGE, content_type="text/plain; charset=utf-8")
