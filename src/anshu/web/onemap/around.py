# SPDX-License-Identifier: Apache-2.0
"""What lies around an object whatever it is: who answers for the place, and the nearest help."""

from datetime import datetime
from typing import Any

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from anshu.domain.resources.selectors import shelters_visible, teams_visible
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.choices import Rung
from anshu.kernel.org.selectors import chain_for, division_names, prefixes_of
from anshu.web.hrefs import href

NEAREST = 3


def people_of(division_code: str, sector_code: str, *, at: datetime) -> list[dict[str, Any]]:
    """This will name, from the village upwards, who answers for the place; phones are masked."""
    return [
        {
            "role": f"{link.division_name} {Rung(link.rung).label}",
            "name": link.person_name or _("空缺"),
            "title": f"{link.organisation_name}{link.post_title}",
            "phone_masked": link.phone_masked,
        }
        for link in chain_for(division_code, sector=sector_code, at=at)
    ]


def nearest_to(viewer: Viewer, point: Point | None) -> list[dict[str, Any]]:
    """This will list the nearest shelters and teams that the viewer may see, by straight distance in metres."""
    if point is None:
        return []
    found = [
        {"type": kind, "name": row.name, "distance_m": round(row.distance.m), "href": href(kind, row.pk)}
        for kind, rows in (("shelter", shelters_visible(viewer)), ("team", teams_visible(viewer)))
        for row in rows.filter(retired_at=None)
        .annotate(distance=Distance("point", point))
        .order_by("distance")[:NEAREST]
    ]
    return sorted(found, key=lambda row: row["distance_m"])


def distance_words(metres: float) -> str:
    """This will write a distance as people say it."""
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"


def place_name(division_code: str) -> str:
    """This will name a place with its township, such as 詹家镇 芝溪村."""
    codes = [code for code in prefixes_of(division_code) if code[6:] != "000000"]
    names = division_names(set(codes))
    return " ".join(names[code] for code in reversed(codes) if code in names) or division_code


def township_of(division_code: str) -> str:
    """This will give the code of the township in which a place lies; the county's own for what lies above one."""
    return division_code[:9].ljust(12, "0")
