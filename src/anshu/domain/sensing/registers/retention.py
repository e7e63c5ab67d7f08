# SPDX-License-Identifier: Apache-2.0
"""For how long values are kept, what that would take away now, and what it has taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column
from anshu.console.fields import field_for
from anshu.console.forms import RegisterForm
from anshu.console.register import Group, Panel
from anshu.console.registry import register
from anshu.domain.sensing.models import Purge, RetentionPolicy
from anshu.domain.sensing.registers.configured import ConfiguredRegister
from anshu.domain.sensing.registers.quality import PropertyField
from anshu.domain.sensing.services import policy_create, policy_retire, policy_update, retention_plan
from anshu.kernel.access.viewer import Viewer


class RetentionPolicyForm(RegisterForm):
    """A policy for one property, or for all that have none of their own."""

    observed_property = PropertyField(
        label=_("要素"), required=False, help_text=_("要素代码或名称;不填则适用于其余全部要素")
    )
    seen = forms.BooleanField(
        label=_("已看过将清理的月份"),
        required=False,
        help_text=_("保存前先预演:如有月份会被清理,先列出来,勾选后再保存;没有则不用勾选。"),
    )

    class Meta:
        model = RetentionPolicy
        formfield_callback = field_for
        fields = ("name", "observed_property", "raw_months", "minute_months", "source")


def _plan(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will say what all policies together would take away tonight, and what holds a month back."""
    lines = [
        {
            "at": due.since,
            "label": due.kind,
            "who": "",
            "text": due.text,
            "struck": False,
        }
        for due in retention_plan(now=now)
    ]
    return {"title": _now("按现行策略,下次(每日 03:37)将清理"), "lines": lines, "empty": _now("没有要清理的。")}


@register
class RetentionPolicyRegister(ConfiguredRegister):
    """Hours and days always stay; raw values and minutes as long as a policy says, without one for good."""

    slug = "retention-policies"
    model = RetentionPolicy
    name = _("保存策略")
    about = _("没有策略就永久保存。小时值、日值始终保留;原始值只有在逐时汇总核对无误后才按月清理,每次清理都有记录。")
    order = 110
    related = ("observed_property",)
    columns = (
        Column("name", link=True),
        Column("observed_property", sortable=False, empty=_("其余全部要素")),
        Column("raw_months", right=True),
        Column("minute_months", right=True),
        Column("source", sortable=False),
    )
    sort = "id"
    form = RetentionPolicyForm
    subject = "policy"
    create, update, retire = policy_create, policy_update, policy_retire
    groups = (Group(_("策略"), ("name", "observed_property", "raw_months", "minute_months", "source")),)
    panels = (Panel(template="console/panel_lines.html", context=_plan),)


@register
class PurgeRegister(ConfiguredRegister):
    """What went, when and why."""

    slug = "purges"
    model = Purge
    name = _("清理记录")
    about = _("按保存策略清理过的月份。没有记录就是什么也没有清理过。")
    order = 111
    related = ("observed_property",)
    columns = (
        AgeColumn("done_at", link=True),
        Column("observed_property", sortable=False, empty=_("全部要素")),
        Column("minutes", sortable=False),
        Column("since", sortable=False),
        Column("until", sortable=False),
        Column("rows", right=True, sortable=False),
        Column("reason", sortable=False),
    )
    groups = (Group(_("清理"), ("done_at", "observed_property", "minutes", "since", "until", "rows", "reason")),)
