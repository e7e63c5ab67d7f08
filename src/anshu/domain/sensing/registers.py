# SPDX-License-Identifier: Apache-2.0
"""The sensing network in the console: devices, what they observe, and frames kept aside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, StateColumn, plain_text
from anshu.console.fields import DivisionField, PlaceField, field_for
from anshu.console.forms import RegisterForm
from anshu.console.places import Places
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.sensing.choices import QuarantineKind, ThingKind
from anshu.domain.sensing.models import ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.selectors import latest_of, quarantine_visible
from anshu.domain.sensing.services import (
    quarantine_adopt,
    quarantine_dismiss,
    thing_create,
    thing_retire,
    thing_update,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import NOTHING, Viewer

CONNECTING = (Right.APPROVE, Right.CREATE)


class ThingForm(RegisterForm):
    """A device as people enter it; the address is how its frames name it."""

    class Meta:
        model = Thing
        formfield_callback = field_for
        fields = (
            "code",
            "name",
            "kind",
            "protocol",
            "address",
            "report_interval_s",
            "division_code",
            "sector_code",
            "unit",
            "point",
        )


def _latest(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will show the latest value of everything the device observes, with its age."""
    rows = [
        (
            each.datastream.observed_property.name,
            _now("无数据") if each.value is None else f"{each.value:g} {each.datastream.observed_property.unit}",
            each.get_quality_display(),
            format_html('<time datetime="{}" data-an-age>{}</time>', each.at.isoformat(), plain_text(each.at)),
        )
        for each in latest_of([row.pk])
    ]
    return {
        "title": _now("最新数据"),
        "heads": (_now("要素"), _now("数值"), _now("质量"), _now("时间")),
        "rows": rows,
        "empty": _now("还没有收到过数据。"),
    }


@register
class ThingRegister(Register):
    """Stations and devices."""

    slug = "things"
    model = Thing
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("监测设备")
    about = _("这里登记会发数据的站点和设备。可以逐台新建、用台账导入,也可以在“待认领报文”里一键认领。")
    order = 20
    columns = (
        Column("code"),
        Column("name", link=True),
        Column("kind"),
        DivisionColumn(),
        Column("protocol"),
        Column("address", sortable=False),
        AgeColumn("contact.heard_at", label=_("最近来报"), empty=_("从未来报")),
        Column("report_interval_s", right=True, default=False),
        Column("unit", sortable=False, default=False),
    )
    related = ("contact", "unit")
    filters = ("division", "kind", "sector_code")
    search = ("name", "code", "address")
    natural_key = ("code",)
    form = ThingForm
    subject = "thing"
    create, update, retire = thing_create, thing_update, thing_retire
    # Nobody holds creation in the matrix by that name alone: connecting is for those who approve, or configure.
    write_rights = {"create": CONNECTING, "update": CONNECTING, "retire": CONNECTING}
    bulk_fields = ("report_interval_s",)
    groups = (
        Group(_("是什么"), ("code", "name", "kind", "protocol", "address", "report_interval_s", "contact.heard_at")),
        Group(_("在哪里、归谁管"), ("division_code", "sector_code", "unit", "risk_object", "point")),
    )
    panels = (Panel(template="console/panel_table.html", context=_latest),)
    map = True


@register
class ObservedPropertyRegister(Register):
    """What can be observed, in which unit, and between which bounds it is believed."""

    slug = "properties"
    model = ObservedProperty
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("观测要素")
    about = _("能观测的要素、单位和可信范围。由平台按标准预置。")
    order = 90
    columns = (
        Column("name", link=True),
        Column("code"),
        Column("unit", sortable=False),
        Column("minimum", right=True),
        Column("maximum", right=True),
        Column("step_max", right=True),
        Column("source", sortable=False),
    )
    search = ("name", "code")
    sort = "id"
    attach = False
    importable = False
    groups = (Group(_("要素"), ("name", "code", "unit", "minimum", "maximum", "step_max", "decimals", "source")),)

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give the whole list to whoever reads monitoring: a property has no place."""
        return Q() if viewer.can(self.capability, right) else NOTHING


def _place_for(viewer: Viewer) -> DivisionField:
    field = DivisionField(label=_("所在区划"))
    field.offer(Places.of(viewer))
    return field


def _adopt(row: Any, actor: Viewer, now: datetime, given: Mapping[str, Any]) -> None:
    quarantine_adopt(entry=row, actor=actor, now=now, **given)


@register
class QuarantineRegister(Register):
    """Frames that were kept aside: unknown senders to adopt, damaged ones to look at."""

    slug = "quarantine"
    model = Quarantine
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("待认领报文")
    about = _("没登记的设备发来的、解不开的、内容不可信的报文都留在这里,一条不丢。认领后自动重放入库。")
    order = 30
    columns = (
        Column("thing_address", link=True, empty=_("(无地址)")),
        Column("kind"),
        Column("protocol"),
        Column("reason", sortable=False),
        Column("seen", right=True),
        AgeColumn("last_seen_at"),
        Column("peer", sortable=False),
        StateColumn("resolution"),
        AgeColumn("received_at", default=False),
    )
    filters = ("kind",)
    search = ("thing_address", "peer", "reason")
    tabs = (
        Tab(code="open", name=_("待处理"), urgent=True, narrow=lambda rows, viewer, now: rows.filter(resolution="")),
        Tab(
            code="unknown",
            name=_("待认领"),
            narrow=lambda rows, viewer, now: rows.filter(resolution="", kind=QuarantineKind.UNKNOWN),
        ),
    )
    attach = False
    importable = False
    groups = (
        Group(
            _("报文"),
            ("thing_address", "protocol", "peer", "kind", "reason", "seen", "received_at", "last_seen_at", "detail"),
        ),
        Group(_("处理"), ("resolution", "resolved_at", "resolution_reason")),
    )
    actions = (
        Action(
            code="adopted",
            label=_("认领"),
            right=Right.READ,
            primary=True,
            when=lambda row, viewer: row.kind == QuarantineKind.UNKNOWN and not row.resolution,
            run=_adopt,
            fields={
                "code": lambda viewer: forms.CharField(label=_("编号"), max_length=40),
                "name": lambda viewer: forms.CharField(label=_("名称"), max_length=120),
                "kind": lambda viewer: forms.ChoiceField(label=_("类别"), choices=ThingKind.choices),
                "division_code": _place_for,
                "point": lambda viewer: PlaceField(label=_("位置")),
            },
        ),
        Action(
            code="dismissed",
            label=_("忽略"),
            right=Right.READ,
            needs=("reason",),
            when=lambda row, viewer: not row.resolution,
            run=lambda row, actor, now, given: quarantine_dismiss(
                entry=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give all of it to those who connect devices: a kept frame has no place."""
        return Q(pk__in=quarantine_visible(viewer).values("pk")) if self.open_to(viewer) else NOTHING

    def open_to(self, viewer: Viewer) -> bool:
        """This will hide the register from those who only read values."""
        return viewer.can(Capability.CONFIGURATION, Right.UPDATE) or viewer.can(Capability.MONITORING, Right.APPROVE)
