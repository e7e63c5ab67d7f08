# SPDX-License-Identifier: Apache-2.0
"""The API itself: its nouns, who may call, how it answers. The description is for signed-in people only."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from anshu.web.api import alarms, errors, files, incidents, map, search, session, tasks, tracks, wall
from anshu.web.api.auth import AUTH


class LocalEncoder(NinjaJSONEncoder):
    """Writes instants in the county's own time, with the offset."""

    def default(self, o: Any) -> Any:
        """This will write what JSON does not know."""
        if isinstance(o, datetime):
            return timezone.localtime(o).isoformat(timespec="milliseconds" if o.microsecond else "seconds")
        return super().default(o)


class LocalRenderer(JSONRenderer):
    """JSON that keeps Chinese readable and refuses numbers that JSON does not have."""

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        """This will write an answer."""
        return json.dumps(data, cls=LocalEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """This will keep a page from whoever has not signed in."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return errors.answer(401, "signed_out", "")
        return view(request, *args, **kwargs)

    return guarded


api = NinjaAPI(
    title="Anshu 安枢",
    version="1",
    auth=AUTH,
    renderer=LocalRenderer(),
    docs_url=None,
    docs_decorator=signed_in,
    urls_namespace="api",
)
errors.install(api)
api.add_router("", session.router)
api.add_router("/map", map.router)
api.add_router("", search.router)
api.add_router("/alarms", alarms.router)
api.add_router("", tasks.router)
api.add_router("/incidents", incidents.router)
api.add_router("", files.router)
api.add_router("/tracks", tracks.router)
api.add_router("", wall.router)
