# SPDX-License-Identifier: Apache-2.0
"""What every page of the console needs around its content."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from anshu.console.maplayers import colour
from anshu.domain.alerts.selectors import open_counts
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.models import Division
from anshu.web.boot import boot_of
from anshu.web.duty import on_duty
from anshu.web.nav import menu

COUNTY_NAME_S = 600


def shell(request: HttpRequest) -> dict[str, Any]:
    """This will give the frame of the page: who looks, at what time, with which menu; read only where it is shown."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer,
        "now": getattr(request, "now", None),
        "shell": SimpleLazyObject(lambda: _frame(request, viewer)),
    }


def _frame(request: HttpRequest, viewer: Any) -> dict[str, Any]:
    frame = {"boot": boot_of(request), "county": county_name(), "chips": [], "duty": "", "me": [], "menu": ()}
    if viewer is None or viewer.user_id is None:
        # A page for strangers opens no live stream.
        return {**frame, "boot": boot_of(request, streamUrl=None)}
    return {
        **frame,
        "chips": chips(viewer),
        "duty": "、".join(person["name"] for person in on_duty(at=request.now)),  # type: ignore[attr-defined]
        "me": [{"name": _("我的账号"), "url": "/account/"}, {"name": _("手机端"), "url": "/m/"}],
        "menu": menu(viewer, request.path),
    }


def county_name() -> str:
    """This will name the county; it is asked for on every page and hardly ever changes."""
    name = cache.get("web:county")
    if name is None:
        name = Division.objects.filter(code=settings.COUNTY_CODE).values_list("name", flat=True).first() or ""
        # An empty name is asked for again: the county is just being loaded.
        cache.set("web:county", name, COUNTY_NAME_S if name else 0)
    return str(name)


def chips(viewer: Viewer) -> list[dict[str, Any]]:
    """This will give the counts in the top bar: active alarms with their worst colour."""
    found: list[dict[str, Any]] = []
    if viewer.can(Capability.MONITORING):
        counts = open_counts(viewer)
        worst = colour(min(counts, default=0))
        found.append(
            {
                "name": _("告警"),
                "count": sum(counts.values()),
                "url": "/r/alarms/?state=active",
                "level": "" if worst == "none" else worst,
                "live": "alarms",
            }
        )
    return found
