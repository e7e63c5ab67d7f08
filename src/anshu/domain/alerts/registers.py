# SPDX-License-Identifier: Apache-2.0
"""Alarms and the rules that raise them, in the console."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, LevelColumn, StateColumn
from anshu.console.fields import NamedField, field_for
from anshu.console.forms import RegisterForm
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.alerts.choices import AlarmState
from anshu.domain.alerts.models import Alarm, Rule
from anshu.domain.alerts.selectors import comments_of, occurrences_of
from anshu.domain.alerts.services import (
    alarm_acknowledge,
    alarm_assign,
    alarm_clear,
    alarm_comment,
    rule_disable,
    rule_save,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.models import User
from anshu.kernel.access.viewer import Viewer, within


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
            narrow=lambda rows, viewer, now: rows.filter(state=AlarmState.ACTIVE),
        ),
        Tab(
            code="unseen",
            name=_("未签收"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(state=AlarmState.ACTIVE, acknowledged_at=None),
        ),
        Tab(
            code="mine",
            name=_("我处置的"),
            narrow=lambda rows, viewer, now: rows.filter(assignee_id=viewer.user_id or 0, state=AlarmState.ACTIVE),
        ),
    )
    importable = False
    stages = ((AlarmState.ACTIVE, _("报警中")), (AlarmState.CLEARED, _("已恢复")))
    level_field = "level"
    map = True
    verbs = {"raised": _("发生"), "escalated": _("升级"), "lowered": _("降级"), "noted": _("记录")}
    groups = (
        Group(_("告警"), ("title", "level", "peak_level", "state", "cause", "value", "threshold", "late")),
        Group(_("何时"), ("raised_at", "changed_at", "cleared_at", "acknowledged_at", "acknowledged_by", "assignee")),
        Group(_("何处"), ("thing", "rule", "division_code", "sector_code", "unit", "point")),
    )
    panels = (
        Panel(template="console/panel_lines.html", context=_occurrences),
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


class DatastreamField(NamedField):
    """A datastream as 设备编号/要素代码."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.model = Rule._meta.get_field("datastream").related_model

    def shown(self, row: Any) -> str:
        """This will name a datastream by its device and property."""
        return f"{row.thing.code}/{row.observed_property.code}"

    def _find(self, text: str) -> Any:
        thing, _slash, code = text.partition("/")
        found = self.model._default_manager.filter(
            thing__code=thing.strip(), observed_property__code=code.strip(), thing__retired_at=None
        ).first()
        if found is None:
            raise ValidationError(_now("没有“%(value)s”。请按“设备编号/要素代码”填写。") % {"value": text})
        return found


class RuleForm(RegisterForm):
    """A threshold in each colour that is used, in the unit of the observed property."""

    datastream = DatastreamField(label=_("数据流"), help_text=_("设备编号/要素代码,如 RV001/water_level"))

    class Meta:
        model = Rule
        formfield_callback = field_for
        fields = (
            "datastream",
            "name",
            "direction",
            "blue",
            "yellow",
            "orange",
            "red",
            "duration_s",
            "hysteresis",
            "no_data_s",
            "source",
        )


@register
class RuleRegister(Register):
    """Thresholds with their source and the time they are in force."""

    slug = "rules"
    model = Rule
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("告警规则")
    about = _("每条规则写明对哪个设备的哪个要素、四色阈值、持续时间、回差和依据。没有规则就没有告警。")
    order = 40
    scope_path = "datastream__thing__"
    related = ("datastream__thing", "datastream__observed_property")
    columns = (
        Column("name", link=True),
        Column("datastream", sortable=False),
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
    filters = ("division", "enabled")
    search = ("name", "datastream__thing__name", "datastream__thing__code")
    form = RuleForm
    subject = "rule"
    create, update = rule_save, rule_save
    write_rights = {"create": (Right.APPROVE, Right.CREATE), "update": (Right.APPROVE, Right.CREATE)}
    importable = False
    attach = False
    groups = (
        Group(_("规则"), ("name", "datastream", "direction", "blue", "yellow", "orange", "red")),
        Group(
            _("何时算数"),
            ("duration_s", "hysteresis", "no_data_s", "source", "valid_from", "valid_until", "enabled"),
        ),
    )
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

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will go by the device's place, sector and unit."""
        things: Any = Rule._meta.get_field("datastream").related_model
        things = things._meta.get_field("thing").related_model
        return Q(datastream__thing__in=things.objects.filter(within(viewer, things, self.capability, right)))
