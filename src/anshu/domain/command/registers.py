# SPDX-License-Identifier: Apache-2.0
"""Incidents in the console."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, DueColumn, LevelColumn, StateColumn
from anshu.console.fields import field_for
from anshu.console.forms import RegisterForm
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.command.choices import IncidentGrade, IncidentState
from anshu.domain.command.models import Incident
from anshu.domain.command.selectors import timeline
from anshu.domain.command.services import (
    entry_add,
    incident_close,
    incident_grade,
    incident_open,
    incident_reopen,
    scene_see,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer


class IncidentForm(RegisterForm):
    """What is known when an incident is first told of."""

    class Meta:
        model = Incident
        formfield_callback = field_for
        fields = ("title", "kind", "division_code", "sector_code", "address", "point", "happened_at")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["happened_at"].help_text = _now("不填即为现在。")


def _open(*, actor: Viewer, now: datetime, reason: str, **values: Any) -> Incident:
    """This will open an incident by hand."""
    return incident_open(actor=actor, now=now, **values)


def _waiting(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return rows.filter(state=IncidentState.OPEN, scene_seen_at=None)


def _timeline(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will merge what was written, what the alarms did and what the tasks' people did."""
    lines = [
        {"at": line.at, "label": line.label, "who": line.actor, "text": line.text, "struck": line.struck}
        for line in reversed(timeline(viewer, row))
    ]
    return {"title": _now("处置时间线"), "lines": lines, "empty": _now("还没有记录。")}


@register
class IncidentRegister(Register):
    """What has happened and is being dealt with."""

    slug = "incidents"
    model = Incident
    capability = Capability.INCIDENT
    module = "command"
    name = _("突发事件")
    about = _("从告警、任务或电话接报开启事件,这里看处置到了哪一步。开启后 30 分钟内现场要可视。")
    order = 10
    columns = (
        LevelColumn("grade"),
        Column("number"),
        Column("title", link=True, sortable=False),
        Column("kind"),
        DivisionColumn(),
        StateColumn("state"),
        AgeColumn("opened_at"),
        DueColumn("scene_due_at"),
        Column("scene_seen_at", empty=_("未可视")),
        Column("commander", sortable=False, default=False),
        Column("opened_by", sortable=False, default=False),
    )
    related = ("commander__person", "unit")
    filters = ("division", "kind", "grade", "state", "opened_at")
    search = ("title", "number", "address")
    tabs = (
        Tab(
            code="open",
            name=_("处置中"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(state=IncidentState.OPEN),
        ),
        Tab(code="scene", name=_("现场未可视"), urgent=True, narrow=_waiting),
    )
    importable = False
    form = IncidentForm
    create = _open
    stages = ((IncidentState.OPEN, _("处置中")), (IncidentState.CLOSED, _("已结束")))
    level_field = "grade"
    map = True
    groups = (
        Group(_("事件"), ("number", "title", "kind", "grade", "state", "conclusion")),
        Group(_("何时"), ("happened_at", "opened_at", "opened_by", "scene_due_at", "scene_seen_at", "closed_at")),
        Group(_("何处、谁指挥"), ("division_code", "sector_code", "address", "commander", "unit", "point")),
    )
    panels = (Panel(template="console/panel_lines.html", context=_timeline),)
    verbs = {"opened": _("接报"), "closed": _("结束"), "linked": _("关联"), "entry": _("记录"), "scene": _("现场可视")}
    actions = (
        Action(
            code="noted",
            label=_("记一笔"),
            needs=("text",),
            primary=True,
            when=lambda row, viewer: row.state == IncidentState.OPEN,
            run=lambda row, actor, now, given: entry_add(incident=row, text=given["text"], actor=actor, now=now),
        ),
        Action(
            code="seen",
            label=_("现场可视"),
            when=lambda row, viewer: row.state == IncidentState.OPEN and row.scene_seen_at is None,
            run=lambda row, actor, now, given: scene_see(incident=row, actor=actor, now=now),
        ),
        Action(
            code="graded",
            label=_("定级"),
            needs=("reason",),
            when=lambda row, viewer: row.state == IncidentState.OPEN,
            fields={
                "grade": lambda viewer: forms.TypedChoiceField(
                    label=_("级别"), choices=IncidentGrade.choices, coerce=int
                )
            },
            run=lambda row, actor, now, given: incident_grade(
                incident=row, grade=given["grade"], actor=actor, now=now, reason=given["reason"]
            ),
        ),
        Action(
            code="closed",
            label=_("结束"),
            danger=True,
            when=lambda row, viewer: row.state == IncidentState.OPEN,
            asks=("reason",),
            fields={
                "conclusion": lambda viewer: forms.CharField(
                    label=_("结论"), max_length=5000, widget=forms.Textarea(attrs={"class": "form-control", "rows": 4})
                )
            },
            run=lambda row, actor, now, given: incident_close(
                incident=row, conclusion=given["conclusion"], actor=actor, now=now, reason=given.get("reason", "")
            ),
        ),
        Action(
            code="reopened",
            label=_("重新开启"),
            right=Right.UPDATE,
            needs=("reason",),
            when=lambda row, viewer: row.state == IncidentState.CLOSED,
            run=lambda row, actor, now, given: incident_reopen(
                incident=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )
