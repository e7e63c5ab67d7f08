# SPDX-License-Identifier: Apache-2.0
"""What lies at typed coordinates: for the field in which a position is typed or chosen on a map."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anshu.console.fields import PlaceField
from anshu.console.places import Places
from anshu.console.views.door import Visit
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import county_box, division_at, division_names, prefixes_of


@login_required
@require_GET
def where(request: Visit) -> HttpResponse:
    """This will give a position in WGS 84 with the divisions there that the viewer may choose."""
    typed = [request.GET.get(name, "")[:40] for name in ("lng", "lat", "crs")]
    found: dict[str, Any] = {"lng": 0.0, "lat": 0.0, "name": "", "divisions": [], "box": county_box()}
    if not any(part.strip() for part in typed[:2]):
        return JsonResponse(found)
    try:
        point = PlaceField().clean(typed)
    except ValidationError as error:
        return JsonResponse({"error": {"code": "invalid", "message": " ".join(error.messages)}}, status=422)
    if point is None:
        return JsonResponse(found)
    found |= {"lng": round(point.x, 7), "lat": round(point.y, 7)}
    division = division_at(point)
    if division is not None:
        found |= {"name": _name(division.code), "divisions": _offered(request, division)}
    return JsonResponse(found)


def _offered(request: Visit, division: Division) -> list[str]:
    """This will list the divisions there that the viewer may choose, smallest first."""
    own = {place.code for place in Places.of(request.viewer).all}
    return [code for code in prefixes_of(division.code) if code in own]


def _name(code: str) -> str:
    """This will name the township and what is below it; the county alone where there is nothing smaller."""
    names = division_names(set(prefixes_of(code)))
    below = [names[each] for each in reversed(prefixes_of(code)) if each in names and each[6:] != "000000"]
    return " ".join(below) or names.get(code, "") or _("本县")
