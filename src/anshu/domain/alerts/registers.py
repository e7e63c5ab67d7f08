# SPDX-License-Identifier: Apache-2.0
"""Alarms and the rules that raise them, in the console."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, LevelColumn, StateColumn
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.alerts.choices import AlarmState, RuleKind
from anshu.domain.alerts.forms import EscalationStepForm, RuleForm, stream_name
from anshu.domain.alerts.models import Alarm, Escalation, EscalationStep, Rule
from anshu.domain.alerts.selectors import comments_of, escalations_of, occurrences_of, shelves_of
from anshu.domain.alerts.services import (
    alarm_acknowledge,
    alarm_assign,
    alarm_clear,
    alarm_comment,
    alarm_shelve,
    alarm_unshelve,
    measure_name,
    rule_disable,
    rule_save,
    step_retire,
    step_save,
    unit_of,
)
from anshu.domain.sensing.selectors import datastreams_in_use
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import NOTHING, Viewer, within


def _occurrences(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will list how the alarm rose and fell."""
    lines = [
        {"at": each.at, "label": each.get_level_display(), "who": "", "text": _value_text(each), "struck": False}
        for each in occurrences_of(viewer, row)
    ]
    return {"title": _now("升降经过"), "lines": lines, "empty": _now("没有记录。")}


def _value_text(each: Any) -> str:
    if each.value is None:
        return _now("无数据")
    if each.threshold is None:
        return f"{each.value:g}"
    return _now("实测 %(value)s,阈值 %(threshold)s") % {
        "value": f"{each.value:g}",
        "threshold": f"{each.threshold:g}",
    }


def _comments(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any] | None:
    """This will list what people said about the alarm."""
    lines = [
        {"at": each.at, "label": "", "who": each.author, "text": each.text, "struck": False}
        for each in comments_of(viewer, row)
    ]
    return {"title": _now("处置留言"), "lines": lines, "empty": ""} if lines else None


def _calls(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any] | None:
    """This will list who was called in while nobody acknowledged the alarm."""
    lines = [
        {"at": each.at, "label": each.get_rung_display(), "who": "", "text": each.text, "struck": False}
        for each in escalations_of(viewer, row)
    ]
    return {"title": _now("升级"), "lines": lines, "empty": ""} if lines else None


def _shelves(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any] | None:
    """This will list when it was put aside, by whom, why, and how that ended."""
    lines = [
        {"at": each.since, "label": "", "who": each.author, "text": _shelf_text(each), "struck": False}
        for each in shelves_of(viewer, row)[:20]
    ]
    return {"title": _now("搁置"), "lines": lines, "empty": ""} if lines else None


def _shelf_text(shelf: Any) -> str:
    words = {"until": f"{timezone.localtime(shelf.until):%m-%d %H:%M}", "reason": shelf.reason}
    text = _now("至 %(until)s:%(reason)s") % words
    if shelf.ended_at and shelf.ended_at < shelf.until:
        ended = {"at": f"{timezone.localtime(shelf.ended_at):%m-%d %H:%M}", "by": shelf.ended_by}
        text += _now("(%(at)s 提前结束:%(by)s)") % ended
    return text


class AccountField(forms.CharField):
    """An active account by its name."""

    def clean(self, value: Any) -> User:
        """This will find the account; raises ValidationError when there is none."""
        name = str(super().clean(value)).strip().lower()
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise ValidationError(_now("没有在用的账号“%(name)s”。") % {"name": name})
        return found


@register
class AlarmRegister(Register):
    """What the devices' values have raised."""

    slug = "alarms"
    model = Alarm
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("告警")
    about = _("监测值越过阈值或数据中断时,这里自动出现告警。没有告警是好事。")
    order = 10
    columns = (
        LevelColumn("level"),
        Column("title", link=True, sortable=False),
        StateColumn("state", sortable=False),
        Column("value", right=True, sortable=False),
        Column("threshold", right=True, sortable=False),
        DivisionColumn(),
        AgeColumn("raised_at"),
        AgeColumn("acknowledged_at", empty=_("未签收"), sortable=False),
        Column("assignee", sortable=False, default=False),
        Column("thing", sortable=False, default=False),
        Column("cause", default=False, sortable=False),
        Column("late", default=False, sortable=False),
    )
    related = ("thing", "assignee__person")
    filters = ("division", "level", "state", "cause", "sector_code", "raised_at")
    search = ("title",)
    tabs = (
        Tab(
            code="active",
            name=_("报警中"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(state=AlarmState.ACTIVE, shelved_until=None),
        ),
        Tab(
            code="unseen",
            name=_("未签收"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(
                state=AlarmState.ACTIVE, acknowledged_at=None, shelved_until=None
            ),
        ),
        Tab(
            code="mine",
            name=_("我处置的"),
            narrow=lambda rows, viewer, now: rows.filter(assignee_id=viewer.user_id or 0, state=AlarmState.ACTIVE),
        ),
        Tab(
            code="called",
            name=_("升级给我的"),
            narrow=lambda rows, viewer, now: rows.filter(
                pk__in=Escalation.objects.filter(person_ids__contains=[viewer.person_id or 0]).values("alarm_id"),
                state=AlarmState.ACTIVE,
            ),
        ),
        Tab(
            code="shelved",
            name=_("已搁置"),
            narrow=lambda rows, viewer, now: rows.filter(shelved_until__isnull=False),
        ),
    )
    importable = False
    stages = ((AlarmState.ACTIVE, _("报警中")), (AlarmState.CLEARED, _("已恢复")))
    level_field = "level"
    map = True
    verbs = {"raised": _("发生"), "escalated": _("升级"), "lowered": _("降级"), "noted": _("记录")}

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will lead to the groups of a storm and to the statistics."""
        return ((_("按地点与原因"), reverse("alarm-groups")), (_("统计"), reverse("alarm-statistics")))

    groups = (
        Group(_("告警"), ("title", "level", "peak_level", "state", "cause", "value", "threshold", "late")),
        Group(
            _("何时"),
            (
                "raised_at",
                "changed_at",
                "cleared_at",
                "acknowledged_at",
                "acknowledged_by",
                "assignee",
                "shelved_until",
            ),
        ),
        Group(_("何处"), ("thing", "rule", "division_code", "sector_code", "unit", "point")),
    )
    panels = (
        Panel(template="console/panel_lines.html", context=_occurrences),
        Panel(template="console/panel_lines.html", context=_calls),
        Panel(template="console/panel_lines.html", context=_shelves),
        Panel(template="console/panel_lines.html", context=_comments),
    )
    actions = (
        Action(
            code="acknowledged",
            label=_("签收"),
            primary=True,
            when=lambda row, viewer: row.acknowledged_at is None and row.state == AlarmState.ACTIVE,
            run=lambda row, actor, now, given: alarm_acknowledge(alarm=row, actor=actor, now=now),
        ),
        Action(
            code="assigned",
            label=_("指派"),
            when=lambda row, viewer: row.state == AlarmState.ACTIVE,
            fields={"assignee": lambda viewer: AccountField(label=_("办理人账号"), max_length=40)},
            run=lambda row, actor, now, given: alarm_assign(
                alarm=row, assignee=given["assignee"], actor=actor, now=now
            ),
        ),
        Action(
            code="shelved",
            label=_("搁置"),
            needs=("reason",),
            when=lambda row, viewer: row.state == AlarmState.ACTIVE and row.shelved_until is None,
            fields={
                "hours": lambda viewer: forms.DecimalField(
                    label=_("搁置几小时"), min_value=Decimal("0.1"), max_value=72, decimal_places=1, initial=1
                )
            },
            run=lambda row, actor, now, given: alarm_shelve(
                alarm=row,
                until=now + timedelta(hours=float(given["hours"])),
                reason=given["reason"],
                actor=actor,
                now=now,
            ),
        ),
        Action(
            code="unshelved",
            label=_("取消搁置"),
            when=lambda row, viewer: row.shelved_until is not None,
            run=lambda row, actor, now, given: alarm_unshelve(alarm=row, actor=actor, now=now),
        ),
        Action(
            code="commented",
            label=_("留言"),
            needs=("text",),
            run=lambda row, actor, now, given: alarm_comment(alarm=row, text=given["text"], actor=actor, now=now),
        ),
        Action(
            code="cleared",
            label=_("解除"),
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.state == AlarmState.ACTIVE,
            run=lambda row, actor, now, given: alarm_clear(alarm=row, reason=given["reason"], actor=actor, now=now),
        ),
    )


def _meaning(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will say what the rule measures and when it judges, and lead to its dry run."""
    facts = [(_now("判定"), measure_name(row)), (_now("阈值单位"), unit_of(row) or "—")]
    if row.kind == RuleKind.COUNT:
        names = "、".join(stream_name(each) for each in datastreams_in_use([row.datastream_id, *row.member_ids]))
        facts.append((_now("组内数据流"), names))
    if row.kind == RuleKind.FORMULA:
        facts.append((_now("公式"), row.formula))
    hours = f"{row.day_from:%H:%M}–{row.day_until:%H:%M}" if row.day_from and row.day_until else _now("全天")
    season = f"{row.season_from} – {row.season_until}" if row.season_from else _now("全年")
    facts.append((_now("判定时段"), f"{season} {hours}"))
    may_try = viewer.covers(row.datastream.thing, Capability.MONITORING, Right.APPROVE)
    return {
        "title": _now("这条规则判什么"),
        "facts": facts,
        "trial": reverse("rule-trial", args=[row.pk]) if may_try else "",
    }


@register
class RuleRegister(Register):
    """Thresholds with their source and the time they are in force."""

    slug = "rules"
    model = Rule
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("告警规则")
    about = _(
        "每条规则写明判什么(数值、变化量、累计量、超限个数或公式)、四色阈值、持续时间、回差和依据。没有规则就没有告警。"
    )
    order = 40
    scope_path = "datastream__thing__"
    related = ("datastream__thing", "datastream__observed_property")
    columns = (
        Column("name", link=True),
        Column("datastream", sortable=False),
        Column("kind", sortable=False),
        Column("direction", sortable=False),
        Column("blue", right=True, sortable=False),
        Column("yellow", right=True, sortable=False),
        Column("orange", right=True, sortable=False),
        Column("red", right=True, sortable=False),
        Column("duration_s", right=True, default=False),
        Column("no_data_s", right=True, default=False, empty=_("不报")),
        DivisionColumn("datastream.thing.division_code"),
        Column("source", sortable=False),
        Column("enabled"),
    )
    filters = ("division", "kind", "enabled")
    search = ("name", "datastream__thing__name", "datastream__thing__code")
    form = RuleForm
    subject = "rule"
    create, update = rule_save, rule_save
    write_rights = {"create": (Right.APPROVE, Right.CREATE), "update": (Right.APPROVE, Right.CREATE)}
    importable = False
    attach = False
    groups = (
        Group(_("规则"), ("name", "datastream", "kind", "direction", "blue", "yellow", "orange", "red")),
        Group(
            _("何时算数"),
            ("duration_s", "hysteresis", "no_data_s", "source", "valid_from", "valid_until", "enabled"),
        ),
        Group(_("变化量、累计量"), ("window_s",)),
        Group(_("超限个数、公式"), ("member_threshold", "formula", "age_s")),
        Group(_("只在这些时候判(不填为全年全天)"), ("day_from", "day_until", "season_from", "season_until")),
    )
    panels = (Panel(template="alerts/panel_rule.html", context=_meaning, side=True),)
    actions = (
        Action(
            code="disabled",
            label=_("停用"),
            right=Right.APPROVE,
            needs=("reason",),
            danger=True,
            when=lambda row, viewer: row.enabled,
            run=lambda row, actor, now, given: rule_disable(rule=row, reason=given["reason"], actor=actor, now=now),
        ),
    )

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will lead those who may make rules to the templates."""
        return [(_("套用模板"), reverse("rule-templates"))] if self.may(viewer, "create") else ()

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will go by the device's place, sector and unit."""
        things: Any = Rule._meta.get_field("datastream").related_model
        things = things._meta.get_field("thing").related_model
        return Q(datastream__thing__in=things.objects.filter(within(viewer, things, self.capability, right)))


@register
class EscalationStepRegister(Register):
    """Who is called in, and after how long, while nobody acknowledges an alarm."""

    slug = "escalation-steps"
    model = EscalationStep
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("告警升级步骤")
    about = _("告警发生后无人签收,按等级逐步通知上一级责任人,签收即止。夜间和节假日照常升级。")
    order = 60
    columns = (
        Column("level", link=True),
        Column("after_minutes", right=True),
        Column("rung", sortable=False),
        Column("source", sortable=False),
    )
    filters = ("level",)
    form = EscalationStepForm
    subject = "step"
    create, update, retire = step_save, step_save, step_retire
    importable = False
    attach = False
    sort = "id"
    groups = (Group(_("升级步骤"), ("level", "after_minutes", "rung", "source")),)

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give all steps to whom the list is open, changes to those who keep rules: a step has no place."""
        held = self.open_to(viewer) if right == Right.READ else self.may(viewer, "update")
        return Q() if held else NOTHING

    def open_to(self, viewer: Viewer) -> bool:
        """This will open the list to readers of monitoring, and to those who keep it."""
        return viewer.can(Capability.MONITORING, Right.READ) or self.may(viewer, "update")

    def may(self, viewer: Viewer, verb: str) -> bool:
        """This will let those who keep rules or the configuration write."""
        return viewer.can(Capability.MONITORING, Right.APPROVE) or configures(viewer)

    def may_create_here(self, viewer: Viewer, row: Any) -> bool:
        """This will let them make a step anywhere."""
        return self.may(viewer, "create")

    def rights_on(self, viewer: Viewer, row: Any) -> frozenset[Right]:
        """This will give every right to those who keep steps, reading to others."""
        return frozenset(Right) if self.may(viewer, "update") else frozenset({Right.READ})
