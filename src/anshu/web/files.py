# SPDX-License-Identifier: Apache-2.0
"""Downloads: the kept content of a file and its small picture, to whoever may see the subject."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.urls import path
from django.views.decorators.http import require_safe

from anshu.kernel.files.kinds import MP4, PICTURES
from anshu.kernel.files.selectors import file_get, open_original, open_thumbnail

# Shown in the page; whatever else comes is saved, never opened by the browser.
_SHOWN = PICTURES | {MP4}
# Content never changes under its number, but rights do: the browser asks again after a while.
_CACHE = "private, max-age=300"


@login_required
@require_safe
def original(request: HttpRequest, pk: int) -> FileResponse:
    """This will stream the kept content."""
    file = file_get(request.viewer, pk)  # type: ignore[attr-defined]
    shown = file.media_type in _SHOWN and "download" not in request.GET
    return _sent(open_original(file), file.media_type, name=file.name, attachment=not shown)


@login_required
@require_safe
def small(request: HttpRequest, pk: int) -> FileResponse:
    """This will stream the small picture."""
    file = file_get(request.viewer, pk)  # type: ignore[attr-defined]
    return _sent(open_thumbnail(file), "image/jpeg", name=f"{pk}.jpg", attachment=False)


def _sent(stream: Any, media_type: str, *, name: str, attachment: bool) -> FileResponse:
    response = FileResponse(stream, as_attachment=attachment, filename=name, content_type=media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = _CACHE
    # Even a file that a browser takes for a page can run nothing and reach nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


urlpatterns = [
    path("<int:pk>/", original, name="file"),
    path("<int:pk>/thumb/", small, name="file-thumb"),
]
