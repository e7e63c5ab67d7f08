# SPDX-License-Identifier: Apache-2.0
"""Who calls: a bearer token, the same token as user name and password (what most clients offer), or a session."""

import base64
import binascii
from typing import Any

from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from anshu.kernel.access.selectors import viewer_of_token
from anshu.kernel.access.services import api_token_touch
from anshu.kernel.access.viewer import Viewer
from anshu.web.sensorthings.problems import Problem
from anshu.web.sensorthings.rate import Allowances

_CHALLENGE = 'Bearer, Basic realm="SensorThings", charset="UTF-8"'
ALLOWANCES = Allowances()
SAFE = ("GET", "HEAD", "OPTIONS")


def caller(request: Any) -> Viewer:
    """This will find who calls and whether they may call again so soon; raises Problem with 401, 403 or 429.

    A token is the only credential where one is sent, so that a bad one never falls back to a session.
    """
    viewer = _of_token(request) if request.headers.get("Authorization") else _of_session(request)
    wait = ALLOWANCES.take(viewer.id if viewer.token_id is not None else f"user:{viewer.user_id}")
    if wait:
        seconds = str(int(wait) + 1)
        raise Problem(429, "too_many_requests", _("请求过于频繁,请稍后再试"), {"Retry-After": seconds})
    return viewer


def secret_of(request: Any) -> str | None:
    """This will give the token `<identifier>.<secret>` that a request carries."""
    kind, _blank, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return given.strip() or None
    if kind.lower() != "basic" or len(given) > 1_000:
        return None
    try:
        name, _colon, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return f"{name}.{password}" if name and password else None


def _of_token(request: Any) -> Viewer:
    secret = secret_of(request)
    viewer = viewer_of_token(secret, at=request.now) if secret else None
    if viewer is None:
        raise Problem(401, "unauthorized", _("令牌无效或已过期"), {"WWW-Authenticate": _CHALLENGE})
    api_token_touch(token_id=viewer.token_id or 0, now=request.now)
    return viewer


def _of_session(request: Any) -> Viewer:
    if not request.user.is_authenticated:
        raise Problem(401, "unauthorized", _("请先登录,或使用令牌"), {"WWW-Authenticate": _CHALLENGE})
    if request.method not in SAFE and check_csrf(request) is not None:
        raise Problem(403, "csrf", _("页面已过期,请刷新后再试。"))
    viewer: Viewer = request.viewer
    return viewer
