# SPDX-License-Identifier: Apache-2.0
"""Who calls: an upper platform by its bearer token, or a browser by its session and CSRF token."""

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from anshu.kernel.access.selectors import viewer_of_token
from anshu.kernel.access.services import api_token_touch
from anshu.kernel.access.viewer import Viewer


class TokenAuth(HttpBearer):
    """`Authorization: Bearer <identifier>.<secret>`."""

    def __call__(self, request: HttpRequest) -> Any:
        """This will take a token as the only credential where one is sent, so that a bad one never falls back."""
        if not request.headers.get("Authorization"):
            return None
        viewer = super().__call__(request)
        if viewer is None:
            raise HttpError(401, "token")
        return viewer

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """This will make the token's viewer the viewer of the request."""
        viewer = viewer_of_token(token, at=request.now)  # type: ignore[attr-defined]
        if viewer is not None:
            api_token_touch(token_id=viewer.token_id or 0, now=request.now)  # type: ignore[attr-defined]
            request.viewer = viewer  # type: ignore[attr-defined]
        return viewer


AUTH = [TokenAuth(), SessionAuth(csrf=True)]
