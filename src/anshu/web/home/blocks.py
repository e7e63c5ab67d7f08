# SPDX-License-Identifier: Apache-2.0
"""What each role finds on the home page. A block that a role has no right to is left out, not shown empty."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from anshu.console.maplayers import COLOURS, colour
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.choices import Level as AlarmLevel
from anshu.domain.alerts.selectors import alarms_visible
from anshu.domain.command.choices import IncidentState
from anshu.domain.command.selectors import incidents_visible
from anshu.domain.grassroots.choices import ENDED_STATES
from anshu.domain.grassroots.selectors import mine_counts, tasks_mine, tasks_visible
from anshu.domain.risks.choices import Grade
from anshu.domain.risks.selectors import risks_visible
from anshu.domain.sensing.selectors import things_visible
from anshu.kernel.access.choices import Capability
from anshu.kernel.access.viewer import Viewer
from anshu.web.home.figures import Block, Figure, Row, listing
from anshu.web.hrefs import href
from anshu.web.onemap.features import unit_text

SHORT = 8


def mine(viewer: Viewer, now: datetime) -> Block | None:
    """This will give what waits for the viewer: late, due today, new; then the list in that order."""
    if not viewer.can(Capability.DANGER):
        return None
    rows: QuerySet[Any] = tasks_mine(viewer, now)
    counts = mine_counts(viewer, now)
    figures = (
        Figure(_("逾期"), counts["late"], listing("tasks", tab="mine-late"), urgent=counts["late"] > 0),
        Figure(_("今日到期"), counts["today"], listing("tasks", tab="mine-today")),
        Figure(_("新任务"), counts["new"], listing("tasks", tab="mine-new")),
    )
    found = tuple(
        Row(
            title=row.title,
            href=href("task", row.pk),
            level=colour(row.level),
            note=f"{row.number} · {row.get_state_display()}",
            due_at=row.due_at,
            mark=_("已逾期") if row.due_at and row.due_at < now else "",
        )
        for row in rows.filter(mine="duty")[:SHORT]
    )
    empty = _("没有等您处理的任务。网格员上报或告警派发的任务会出现在这里。")
    return Block("mine", _("我的待办"), figures, found, empty, listing("tasks", tab="mine"))


def alarms(viewer: Viewer, now: datetime) -> Block | None:
    """This will count the active alarms by colour and list the worst, those nobody has answered first."""
    if not viewer.can(Capability.MONITORING):
        return None
    active = alarms_visible(viewer).filter(state=AlarmState.ACTIVE, shelved_until=None)
    counts = dict(active.order_by().values_list("level").annotate(number=Count("pk")))
    figures = tuple(
        Figure(AlarmLevel(level).label, counts.get(level, 0), _alarms(level=str(level)), colour(level))
        for level in range(1, len(COLOURS))
    )
    unanswered_first = F("acknowledged_at").asc(nulls_first=True)
    rows = active.select_related("rule__datastream__observed_property")
    rows = rows.order_by("level", unanswered_first, "-raised_at")
    found = tuple(
        Row(
            title=row.title,
            href=href("alarm", row.pk),
            level=colour(row.level),
            note=_reading(row),
            at=row.raised_at,
            mark="" if row.acknowledged_at else _("未签收"),
        )
        for row in rows[:SHORT]
    )
    empty = _("辖区内没有正在发生的告警。")
    return Block("alarms", _("监测告警"), figures, found, empty, _alarms())


def _alarms(**given: str) -> str:
    return listing("alarms", tab="active", **given)


def _reading(alarm: Any) -> str:
    if alarm.value is None:
        return str(alarm.get_cause_display())
    unit = unit_text(alarm.unit_of_value)
    limit = "" if alarm.threshold is None else _(",阈值 %(limit)s") % {"limit": f"{alarm.threshold:g}"}
    return f"{alarm.value:g} {unit}{limit}"


def incidents(viewer: Viewer, now: datetime) -> Block | None:
    """This will list the open incidents with the clock of the scene."""
    if not viewer.can(Capability.INCIDENT):
        return None
    rows = list(incidents_visible(viewer).filter(state=IncidentState.OPEN).order_by("-id")[: SHORT + 1])
    found = tuple(
        Row(
            title=row.title,
            href=href("incident", row.pk),
            level=colour(row.grade),
            note=f"{row.number} · {row.get_grade_display()}",
            at=row.opened_at,
            mark=_("现场未可视") if row.scene_seen_at is None and row.scene_due_at < now else "",
        )
        for row in rows[:SHORT]
    )
    empty = _("没有正在处置的事件。可从告警转为事件,或在事件台账新建。")
    more = listing("incidents", state=IncidentState.OPEN.value)
    return Block("incidents", _("处置中的事件"), (), found, empty, more)


def area(viewer: Viewer, now: datetime) -> Block | None:
    """This will count what stands in the viewer's area: risks by colour, open tasks, devices."""
    figures: list[Figure] = []
    if viewer.can(Capability.RISK):
        counts = dict(
            risks_visible(viewer).filter(retired_at=None).order_by().values_list("grade").annotate(number=Count("pk"))
        )
        figures += [
            Figure(grade.label, counts.get(grade.value, 0), listing("risks", grade=str(grade.value)), colour(grade))
            for grade in Grade
        ]
    if viewer.can(Capability.DANGER):
        open_tasks = tasks_visible(viewer).exclude(state__in=ENDED_STATES)
        counts = open_tasks.order_by().aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
        figures.append(Figure(_("辖区未办结"), counts["all"], listing("tasks", tab="open")))
        figures.append(Figure(_("辖区逾期"), counts["late"], listing("tasks", tab="late"), urgent=counts["late"] > 0))
    if viewer.can(Capability.MONITORING):
        figures.append(Figure(_("监测设备"), things_visible(viewer).count(), listing("things")))
    return Block("area", _("我的辖区"), tuple(figures), empty=_("还没有登记风险对象。")) if figures else None
