# SPDX-License-Identifier: Apache-2.0
"""/wall: everything the command centre's screen shows, in one answer."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from anshu.web.screens.wall import wall_of

router = Router(tags=["wall"])


@router.get("/wall", summary="The command centre's screen")
def wall(request: HttpRequest) -> dict[str, Any]:
    """This will gather duty, alarms by township, the incident in focus, resources and the last events."""
    return wall_of(request.viewer, now=request.now)  # type: ignore[attr-defined]
