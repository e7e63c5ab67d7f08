# SPDX-License-Identifier: Apache-2.0
"""The leader's view: the county by township, from totals alone."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.choices import Level as AlarmLevel
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.selectors import incidents_visible
from anshu.domain.grassroots.choices import ENDED_STATES
from anshu.domain.grassroots.selectors import tasks_visible
from anshu.kernel.access.choices import Role
from anshu.kernel.access.viewer import Viewer
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Division
from anshu.web.home.figures import Block, listing

LEADING = frozenset({Role.R01, Role.R02, Role.R06, Role.R22})


def townships(viewer: Viewer, now: datetime) -> Block | None:
    """This will set alarms, tasks and incidents side by side for every township, the most troubled first."""
    if not any(held.role in LEADING for held in viewer.holdings):
        return None
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for name, rows in (
        ("red", alarms_visible(viewer).filter(shelved_until=None, state=AlarmState.ACTIVE, level=AlarmLevel.RED)),
        ("orange", alarms_visible(viewer).filter(shelved_until=None, state=AlarmState.ACTIVE, level=AlarmLevel.ORANGE)),
        ("alarms", alarms_visible(viewer).filter(shelved_until=None, state=AlarmState.ACTIVE)),
        ("incidents", incidents_visible(viewer).filter(state=IncidentState.OPEN)),
    ):
        for code, number in _by_township(rows):
            counts[code][name] = number
    tasks = _grouped(tasks_visible(viewer).exclude(state__in=ENDED_STATES))
    for row in tasks.annotate(number=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now))):
        counts[row["township"]].update(tasks=row["number"], late=row["late"])
    divisions = Division.objects.filter(level=Level.TOWNSHIP, valid_until=None).defer("area").order_by("code")
    table = [_row(division, counts[division.code[:9]]) for division in divisions]
    table.sort(key=lambda row: [-cell["count"] for cell in row["cells"]])
    heads = [_("红色告警"), _("橙色告警"), _("全部告警"), _("事件"), _("逾期任务"), _("未办结任务")]
    return Block(
        "townships",
        _("各乡镇"),
        table={"heads": heads, "rows": table},
        empty=_("还没有导入乡镇。请由系统管理员导入行政区划。"),
    )


def _grouped(rows: QuerySet[Any]) -> Any:
    return rows.order_by().annotate(township=Substr("division_code", 1, 9)).values("township")


def _by_township(rows: QuerySet[Any]) -> Any:
    return _grouped(rows).annotate(number=Count("pk")).values_list("township", "number")


def _row(division: Division, counts: dict[str, int]) -> dict[str, Any]:
    code, active = division.code, AlarmState.ACTIVE.value
    links = (
        ("red", listing("alarms", state=active, level=str(AlarmLevel.RED.value), division=code)),
        ("orange", listing("alarms", state=active, level=str(AlarmLevel.ORANGE.value), division=code)),
        ("alarms", listing("alarms", state=active, division=code)),
        ("incidents", listing("incidents", state=IncidentState.OPEN.value, division=code)),
        ("late", listing("tasks", tab="late", division=code)),
        ("tasks", listing("tasks", tab="open", division=code)),
    )
    cells = [{"count": counts.get(name, 0), "href": link} for name, link in links]
    return {"name": division.name, "cells": cells}
