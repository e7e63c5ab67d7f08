# SPDX-License-Identifier: Apache-2.0
"""The place that somebody looks at first: the widest division over which a role is held."""

from django.conf import settings

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.models import Division
from anshu.kernel.org.selectors import prefix_of


def area_of(viewer: Viewer) -> Division:
    """This will give that division; the county where nothing is held, and a bare one where none is loaded."""
    codes = [held.division_code for held in viewer.holdings]
    code = min(codes, key=lambda each: (len(prefix_of(each)), each), default=settings.COUNTY_CODE)
    found = Division.objects.filter(code__in={code, settings.COUNTY_CODE}).order_by("code")
    by_code = {division.code: division for division in found}
    return by_code.get(code) or by_code.get(settings.COUNTY_CODE) or Division(code=code, name=code)
