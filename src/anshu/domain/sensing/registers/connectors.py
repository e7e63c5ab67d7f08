# SPDX-License-Identifier: Apache-2.0
"""Connectors in the console: which systems we go to, and how each of them is doing."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, Sheet, plain_text
from anshu.console.fields import field_for
from anshu.console.forms import RegisterForm
from anshu.console.register import Action, Group, Panel, Tab
from anshu.console.registry import register
from anshu.domain.sensing.choices import ConnectorKind
from anshu.domain.sensing.forms import JsonField, SecretField
from anshu.domain.sensing.models import Connector
from anshu.domain.sensing.registers.configured import ConfiguredRegister
from anshu.domain.sensing.services import (
    connector_create,
    connector_pause,
    connector_resume,
    connector_retire,
    connector_update,
)
from anshu.kernel.access.viewer import Viewer


class SettingsWidget(forms.Textarea):
    """Settings as text, with one example of each kind to start from."""

    template_name = "sensing/widgets/settings.html"


class ConnectorForm(RegisterForm):
    """A connector as people enter it."""

    kind = forms.ChoiceField(label=_("方式"), choices=ConnectorKind.choices)
    settings = JsonField(label=_("设置"), widget=SettingsWidget, required=True)
    secret = SecretField(
        label=_("密码或令牌"), required=False, max_length=500, help_text=_("加密保存,不再显示;留空即不改")
    )

    class Meta:
        model = Connector
        formfield_callback = field_for
        fields = ("code", "name", "kind", "settings", "secret")


class ConditionColumn(Column):
    """How a connector is doing, in one word."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will say whether it is paused, fails, works, or has not been heard of yet."""
        return condition(row)


def condition(row: Any) -> str:
    """This will say in one word how a connector is doing."""
    state = getattr(row, "state", None)
    if row.paused_at is not None:
        return _now("已暂停")
    if state is None:
        return _now("尚未运行")
    if state.failures:
        return _now("失败 %(number)d 次") % {"number": state.failures}
    return _now("正常")


class SettingsColumn(Column):
    """Settings as they were written down."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will write them in one line."""
        return json.dumps(row.settings, ensure_ascii=False)

    def cell(self, row: Any, sheet: Sheet) -> SafeString:
        """This will write them out, one key a line."""
        return format_html('<pre class="an-code">{}</pre>', json.dumps(row.settings, ensure_ascii=False, indent=1))


class SecretColumn(Column):
    """Whether there is a secret; which one is never shown."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will say that there is one."""
        return _now("已设置") if row.secret else _now("未设置")


def _state(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will tell what happened last, and up to where has been read."""
    state = getattr(row, "state", None)
    lines: list[tuple[str, Any]] = []
    if state is not None:
        lines = [
            (_now("状况"), condition(row)),
            (_now("最近成功"), _age(state.ok_at)),
            (_now("最近失败"), _age(state.failed_at)),
            (_now("最近的问题"), state.error or "—"),
            (_now("说明"), state.note or "—"),
            (_now("累计观测值"), f"{state.received:,}"),
        ]
    return {
        "title": _now("运行情况"),
        "heads": (_now("项目"), _now("内容")),
        "rows": lines,
        "empty": _now("接入进程还没有运行过它。接入进程在运行时,新建后几秒内就会开始。"),
    }


def _age(moment: datetime | None) -> str:
    if moment is None:
        return "—"
    return format_html('<time datetime="{}" data-an-age>{}</time>', moment.isoformat(), plain_text(moment))


@register
class ConnectorRegister(ConfiguredRegister):
    """Systems that we go to."""

    slug = "connectors"
    model = Connector
    name = _("接入连接")
    about = _(
        "设备自己来报的,在“监测设备”登记即可。要平台去取的——Modbus 设备、外部 MQTT 服务器、"
        "SensorThings 或水文网站、等人拨入的平台——在这里写明去哪里、怎么取。"
    )
    order = 85
    related = ("state",)
    columns = (
        Column("code"),
        Column("name", link=True),
        Column("kind"),
        ConditionColumn("failures", label=_("状况"), sortable=False),
        AgeColumn("state.ok_at", label=_("最近成功"), empty=_("还没有")),
        Column("state.error", label=_("最近的问题"), sortable=False, empty="—"),
        SettingsColumn("settings", sortable=False, default=False),
        SecretColumn("secret", sortable=False, default=False),
    )
    filters = ("kind",)
    search = ("code", "name")
    sort = "code"
    tabs = (
        Tab(
            code="failing",
            name=_("有问题"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(paused_at=None, state__failures__gt=0),
        ),
    )
    form = ConnectorForm
    subject = "connector"
    create, update, retire = connector_create, connector_update, connector_retire
    groups = (Group(_("去哪里取"), ("code", "name", "kind", "settings", "secret")),)
    panels = (Panel(template="console/panel_table.html", context=_state),)
    actions = (
        Action(
            code="paused",
            label=_("暂停"),
            needs=("reason",),
            when=lambda row, viewer: row.paused_at is None and row.retired_at is None,
            run=lambda row, actor, now, given: connector_pause(
                connector=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
        Action(
            code="resumed",
            label=_("恢复运行"),
            primary=True,
            when=lambda row, viewer: row.paused_at is not None and row.retired_at is None,
            run=lambda row, actor, now, given: connector_resume(connector=row, actor=actor, now=now),
        ),
    )
