# SPDX-License-Identifier: Apache-2.0
"""What the drawer says of a vehicle or boat: where it is, where it is heading, and the way to its track."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anshu.domain.sensing.selectors import positions_now
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.selectors import division_names, villages_at
from anshu.web.onemap.around import nearest_to
from anshu.web.onemap.features import lnglat

_WINDS = tuple(
    gettext_lazy(word) for word in ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
)  # eight points, clockwise from north
# Told as a place and a heading, not as curves of degrees.
_PLACE = frozenset({"position.longitude", "position.latitude", "position.altitude", "vehicle.course"})


def telling(latest: Any) -> bool:
    """This will tell whether a latest value says something by itself: a flag of a vehicle only when it is raised."""
    code = latest.datastream.observed_property.code
    return code not in _PLACE and not (code.startswith("alarm.") and not latest.value)


def vehicle_parts(viewer: Viewer, thing: Any) -> dict[str, Any]:
    """This will give the parts of the drawer that come from where the vehicle is now."""
    parts: dict[str, Any] = {"links": [{"label": _("轨迹回放"), "href": reverse("track", args=[thing.pk])}]}
    fix = positions_now([thing.pk]).get(thing.pk)
    if fix is None:
        return parts
    (code,) = villages_at([(fix.lng, fix.lat)])
    names = division_names({code, f"{code[:9]}000"}) if code else {}
    place = f"{names.get(f'{code[:9]}000', '')}{names.get(code, '')}" or _("县域之外")
    facts = [
        {"label": _("当前位置"), "value": f"{place} {fix.lng:.5f}, {fix.lat:.5f}"},
        {"label": _("定位时间"), "value": f"{timezone.localtime(fix.at):%m-%d %H:%M:%S}"},
    ]
    if fix.course is not None and fix.speed:
        facts.append({"label": _("航向"), "value": f"{wind(fix.course)} {fix.course:.0f}°"})
    return parts | {"facts": facts, "point": lnglat(fix.point), "nearest": nearest_to(viewer, fix.point)}


def wind(course: float) -> str:
    """This will name the point of the compass of a course in degrees from north."""
    return str(_WINDS[round(course / 45) % 8])
