# SPDX-License-Identifier: Apache-2.0
"""The settings that every front-end surface finds in its page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from anshu.web.middleware import live_url

# The names by which browsers know our two languages.
BROWSER_LANGUAGE = {"zh-hans": "zh-CN", "en": "en"}


def boot_of(request: HttpRequest, **extra: Any) -> dict[str, Any]:
    """This will give language, addresses and whatever one surface needs besides."""
    return {
        "language": BROWSER_LANGUAGE.get(get_language() or "", "zh-CN"),
        "api": "/api/v1",
        "streamUrl": live_url(request),
        "home": "/",
        "map": "/map/",
        "login": settings.LOGIN_URL,
        "demo": settings.DEMO,
        **extra,
    }
