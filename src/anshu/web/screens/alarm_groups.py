# SPDX-License-Identifier: Apache-2.0
"""A storm's alarms by place and cause, as the wall and the phone show them: few lines, each open to its rows."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from anshu.console.maplayers import COLOURS, colour
from anshu.domain.alerts.selectors import AlarmGroup, alarm_groups
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.selectors import division_names


def group_rows_of(viewer: Viewer) -> list[dict[str, Any]]:
    """This will give the groups of active alarms in scope, the worst first, with the address of their rows."""
    found = alarm_groups(viewer)
    names = division_names({each.township for each in found})
    return [_row(each, names.get(each.township, each.township)) for each in found]


def _row(group: AlarmGroup, place: str) -> dict[str, Any]:
    counts = {colour(level): number for level, number in group.by_level.items()}
    wanted = {"township": group.township, "cause": group.cause.value, "property": group.property_id, "name": group.name}
    query = urlencode({key: value for key, value in wanted.items() if value is not None})
    return {
        "place": {"code": group.township, "name": place},
        "cause": group.name,
        "level": colour(group.worst),
        "number": group.number,
        "unanswered": group.unanswered,
        "things": group.things,
        **{name: counts.get(name, 0) for name in COLOURS[1:]},
        "href": f"{reverse('alarm-rows')}?{query}",
    }
