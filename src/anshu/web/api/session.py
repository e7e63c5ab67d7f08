# SPDX-License-Identifier: Apache-2.0
"""/session: who the caller is, what may be done, where."""

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import get_language
from ninja import Router

from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.models import Post
from anshu.kernel.org.selectors import division_names
from anshu.web.middleware import live_url
from anshu.web.onemap.area import area_of
from anshu.web.onemap.boundaries import box_of

router = Router(tags=["session"])


@router.get("/session", summary="The caller's own session")
def session(request: HttpRequest) -> dict[str, Any]:
    """This will tell who looks, with which seats, roles and rights, and where to look first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    get_token(request)
    area = area_of(viewer)
    return {
        "user": {
            "id": viewer.user_id or 0,
            "name": viewer.label,
            "username": request.user.get_username() if viewer.user_id else "",
        },
        "posts": posts_of(viewer),
        "roles": [{"code": role.value, "name": role.label} for role in sorted({held.role for held in viewer.holdings})],
        "capabilities": capabilities_of(viewer),
        "language": get_language(),
        "stream_url": live_url(request),
        "area": {"code": area.code, "name": area.name, "bbox": box_of(area.area)},
        "now": request.now,  # type: ignore[attr-defined]
    }


def capabilities_of(viewer: Viewer) -> dict[str, str]:
    """This will give the letters held anywhere for each capability."""
    held = {each: "".join(right.value for right in Right if viewer.can(each, right)) for each in Capability}
    return {capability.value: letters for capability, letters in held.items() if letters}


def posts_of(viewer: Viewer) -> list[dict[str, Any]]:
    """This will list the seats the caller sits in."""
    posts = list(
        Post.objects.filter(pk__in=sorted(viewer.posts)).select_related("organisation").order_by("order", "pk")
    )
    names = division_names({post.organisation.division_code for post in posts})
    return [
        {
            "title": post.title,
            "organisation": post.organisation.name,
            "division": _reference(post.organisation.division_code, names),
        }
        for post in posts
    ]


def _reference(code: str, names: dict[str, str]) -> dict[str, str]:
    return {"code": code, "name": names.get(code, code)}
