# SPDX-License-Identifier: Apache-2.0
"""/tracks: where a vehicle or boat went."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from anshu.domain.sensing.selectors.tracks import MOST_POINTS
from anshu.web.api.inputs import Id, Instant
from anshu.web.track.telling import track_told

router = Router(tags=["tracks"])
Most = Annotated[int, Field(ge=2, le=MOST_POINTS)]


@router.get("/{id}", summary="Track of one vehicle or boat")
def track(
    request: HttpRequest, id: Id, since: Instant = None, until: Instant = None, most: Most = MOST_POINTS
) -> dict[str, Any]:
    """This will give the track of a period of 31 days at most, simplified; the last 24 hours where nothing is said."""
    end = until or (since + timedelta(days=1) if since else request.now)  # type: ignore[attr-defined]
    return track_told(request.viewer, id, since or end - timedelta(days=1), end, most=most)  # type: ignore[attr-defined]
