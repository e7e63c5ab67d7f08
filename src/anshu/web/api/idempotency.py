# SPDX-License-Identifier: Apache-2.0
"""A write that came twice with one Idempotency-Key is done once, and answered twice alike."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from anshu.kernel.access.services import reply_once
from anshu.kernel.access.viewer import Viewer


def once(request: HttpRequest, write: Callable[[], dict[str, Any]], *, content: bytes | None = None) -> Any:
    """This will run the write, or give the answer it gave before under this key.

    `content` stands for the body where that was a stream. An interface's keys are its token's own.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    writer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not key or (writer.user_id is None and writer.token_id is None):
        return write()
    body = request.body if content is None else content
    return reply_once(
        writer=writer,
        key=key,
        path=request.path,
        body=body,
        now=request.now,  # type: ignore[attr-defined]
        answer=lambda: (200, write()),
    )[1]
