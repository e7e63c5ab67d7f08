# SPDX-License-Identifier: Apache-2.0
"""What every page of the console needs around its content."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """This will give the frame of the page: who looks, at what time."""
    return {"viewer": getattr(request, "viewer", None), "now": getattr(request, "now", None)}
