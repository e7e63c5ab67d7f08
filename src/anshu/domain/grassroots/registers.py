# SPDX-License-Identifier: Apache-2.0
"""Tasks of the closed loop in the console. Who may do what comes from the loop's own table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, DueColumn, LevelColumn, StateColumn
from anshu.console.fields import field_for, pairs
from anshu.console.filters import ChoiceFilter
from anshu.console.forms import RegisterForm
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.grassroots.choices import OPEN_STATES, TaskKind, TaskState
from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.rules import label_of
from anshu.domain.grassroots.selectors import (
    Offer,
    actions_for,
    assignees_for,
    parties_of,
    tasks_of_duty,
    tasks_visible,
)
from anshu.domain.grassroots.services import task_move, task_report
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import NOTHING, Viewer

LEVELS = ((1, _("红色")), (2, _("橙色")), (3, _("黄色")), (4, _("蓝色")), (0, _("未定级")))


class TaskForm(RegisterForm):
    """What is reported: what, where, how bad."""

    level = forms.TypedChoiceField(
        label=_("等级"), choices=LEVELS, coerce=int, initial=0, widget=forms.Select(attrs={"class": "form-select"})
    )

    class Meta:
        model = Task
        formfield_callback = field_for
        fields = ("kind", "title", "text", "level", "division_code", "sector_code", "point")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # The platform's own kind is not for people to choose.
        kind = cast(forms.ChoiceField, self.fields["kind"])
        kind.choices = [pair for pair in pairs(kind) if pair[0] != TaskKind.ALARM]


def _report(*, actor: Viewer, now: datetime, reason: str, **values: Any) -> Task:
    """This will report a hidden danger; its own text says why."""
    return task_report(actor=actor, now=now, **values)


def _mine(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return rows.filter(pk__in=tasks_of_duty(viewer).values("pk"))


def _mine_late(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return _mine(rows, viewer, now).filter(due_at__lt=now)


def _mine_today(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return _mine(rows, viewer, now).filter(due_at__gte=now, due_at__lt=midnight)


def _mine_new(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return _mine(rows, viewer, now).filter(state__in=[TaskState.REPORTED, TaskState.ASSIGNED])


def _late(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return rows.filter(state__in=OPEN_STATES, due_at__lt=now)


def _parties(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will list who has a part in the task, and who sits in those seats now."""
    lines = [(line.label, line.seat, line.person, line.phone_masked) for line in parties_of(viewer, row, now)]
    heads = (_now("角色"), _now("岗位"), _now("在任"), _now("电话"))
    return {"title": _now("谁在办"), "heads": heads, "rows": lines, "empty": _now("还没有派给谁。")}


def _move(code: str) -> Callable[..., Any]:
    def run(row: Any, actor: Viewer, now: datetime, given: Mapping[str, Any]) -> None:
        task_move(task=row, transition=code, actor=actor, now=now, given=given)

    return run


@register
class TaskRegister(Register):
    """Every hidden danger and errand, from report to closure."""

    slug = "tasks"
    model = Task
    capability = Capability.DANGER
    module = "supervision"
    name = _("隐患与任务")
    about = _("上报的隐患和告警派生的任务都在这里,从上报走到销号。发现隐患,点“新建”上报。")
    order = 20
    columns = (
        LevelColumn("level"),
        Column("number"),
        Column("title", link=True, sortable=False),
        Column("kind", sortable=False),
        DivisionColumn(),
        Column("post", sortable=False),
        Column("assignee", sortable=False, default=False),
        DueColumn("due_at", empty=_("无期限")),
        StateColumn("state", sortable=False),
        AgeColumn("updated_at", default=False, sortable=False),
        Column("reporter", sortable=False, default=False),
        Column("origin", default=False, sortable=False),
    )
    related = ("post__organisation", "assignee__person", "unit")
    filters = ("division", "kind", ChoiceFilter("level", LEVELS, label=_("等级")), "state", "sector_code", "due_at")
    search = ("title", "number")
    tabs = (
        Tab(code="mine", name=_("我的待办"), narrow=_mine),
        # The three figures of the home page, so that each opens to exactly its rows.
        Tab(code="mine-late", name=_("我的逾期"), narrow=_mine_late, urgent=True),
        Tab(code="mine-today", name=_("今日到期"), narrow=_mine_today),
        Tab(code="mine-new", name=_("新任务"), narrow=_mine_new),
        Tab(code="late", name=_("逾期"), narrow=_late, urgent=True),
        Tab(code="open", name=_("在办"), narrow=lambda rows, viewer, now: rows.filter(state__in=OPEN_STATES)),
    )
    importable = False
    form = TaskForm
    create = _report
    stages = (
        (TaskState.REPORTED, _("上报")),
        (TaskState.ACCEPTED, _("受理")),
        (TaskState.ASSIGNED, _("派发")),
        (TaskState.IN_PROGRESS, _("处置")),
        (TaskState.FEEDBACK, _("反馈")),
        (TaskState.CLOSED, _("销号")),
    )
    level_field = "level"
    map = True
    groups = (
        Group(_("是什么"), ("number", "title", "kind", "level", "text", "origin", "reporter")),
        Group(_("在哪里"), ("division_code", "sector_code", "unit", "point")),
        Group(
            _("期限与责任"),
            ("state", "rung", "post", "assignee", "created_at", "due_at", "extensions", "returns", "closed_at"),
        ),
    )
    panels = (Panel(template="console/panel_table.html", context=_parties, side=True),)

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will also open what somebody reported, holds or was given, wherever it lies."""
        if right is not Right.READ:
            return super().scope(viewer, right)
        return Q(pk__in=tasks_visible(viewer).values("pk")) if viewer.can(self.capability) else NOTHING

    def rows(self, viewer: Viewer, right: Right = Right.READ) -> QuerySet[Any]:
        """This will ask the loop itself who sees what, without a detour over keys."""
        if right is Right.READ and viewer.can(self.capability):
            return tasks_visible(viewer).select_related(*self.related)
        return super().rows(viewer, right)

    def verb_name(self, verb: str) -> Any:
        """This will name a step as the loop's table does."""
        name = label_of(verb)
        return None if name == verb else name

    def actions_for(self, viewer: Viewer, row: Any, now: datetime) -> Sequence[Action]:
        """This will offer what the loop's table allows this viewer on this task."""
        return [self._action(offer, viewer, row, now) for offer in actions_for(viewer, row)]

    def _action(self, offer: Offer, viewer: Viewer, row: Any, now: datetime) -> Action:
        own: dict[str, Callable[[Viewer], Any]] = {}
        if "assignee" in offer.needs:
            choices = [(each.key, each.label) for each in assignees_for(viewer, row, now)]
            own["assignee"] = lambda viewer: forms.ChoiceField(label=_("交给谁"), choices=choices)
        if "into" in offer.needs:
            others = self._others(viewer, row)
            own["into"] = lambda viewer: forms.ModelChoiceField(label=_("并入哪个任务"), queryset=others)
        return Action(
            code=offer.code,
            label=offer.label,
            needs=offer.needs,
            asks=offer.asks,
            primary=offer.primary,
            fields=own,
            run=_move(offer.code),
        )

    def _others(self, viewer: Viewer, row: Any) -> QuerySet[Any]:
        nearby = tasks_visible(viewer).filter(state__in=OPEN_STATES, division_code__startswith=row.division_code[:9])
        pks = nearby.exclude(pk=row.pk).order_by("-id").values_list("pk", flat=True)[:50]
        return Task.objects.filter(pk__in=list(pks)).order_by("-id")
