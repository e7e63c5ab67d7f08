# SPDX-License-Identifier: Apache-2.0
"""The sensing network in the console: devices, what they observe, and frames kept aside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, StateColumn, plain_text
from anshu.console.fields import PLACE_HELP, DivisionField, PlaceField, UnitField, field_for
from anshu.console.forms import RegisterForm
from anshu.console.places import Places
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.sensing.choices import QuarantineKind, ThingKind
from anshu.domain.sensing.models import ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.selectors import (
    latest_of,
    likely_kind,
    property_names,
    quarantine_visible,
    sender_properties,
)
from anshu.domain.sensing.services import (
    quarantine_adopt,
    quarantine_dismiss,
    thing_create,
    thing_retire,
    thing_update,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import NOTHING, Absent, Refusal, Viewer

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


def _adopt(row: Any, actor: Viewer, now: datetime, given: Mapping[str, Any]) -> str:
    """This will adopt the sender; where the actor may not connect, the answer is words, for the form stays open."""
    try:
        thing = quarantine_adopt(entry=row, actor=actor, now=now, **given)
    except Absent as error:
        raise Refusal(_now("您不能在这个区划、行业或单位下接入设备。"), code="scope") from error
    return _now("“%(name)s”已登记,留存的报文正在重放,几秒后可在“监测设备”里看到数据。") % {"name": thing}


def _adoption_fields(row: Any, viewer: Viewer) -> dict[str, Callable[[Viewer], forms.Field]]:
    """This will make the form of an adoption, filled in as far as the frames tell."""
    kind = likely_kind(sender_properties(row))
    sector = ThingForm.base_fields["sector_code"]
    sectors = getattr(sector, "choices", ())
    water = kind in {ThingKind.RAIN, ThingKind.RIVER, ThingKind.RESERVOIR}
    place = DivisionField(label=_("所在区划"))
    place.offer(Places.of(viewer))
    unit = UnitField(label=_("责任单位"), required=False, help_text=_("单位全称或代码,可不填"))
    return {
        "code": lambda viewer: forms.CharField(label=_("编号"), max_length=40, initial=row.thing_address),
        "name": lambda viewer: forms.CharField(label=_("名称"), max_length=120),
        "kind": lambda viewer: forms.ChoiceField(label=_("类别"), choices=ThingKind.choices, initial=kind),
        "sector_code": lambda viewer: forms.ChoiceField(
            label=_("行业"), choices=sectors, initial="flood" if water else "general"
        ),
        "division_code": lambda viewer: place,
        "unit": lambda viewer: unit,
        "point": lambda viewer: PlaceField(label=_("位置"), help_text=PLACE_HELP),
        "report_interval_s": lambda viewer: forms.IntegerField(
            label=_("应报间隔(秒)"), min_value=1, max_value=31 * 86_400, initial=3600
        ),
    }


def _observed(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any] | None:
    """This will list what an unknown sender observes: the datastreams that adopting it makes."""
    if row.kind != QuarantineKind.UNKNOWN:
        return None
    found = sender_properties(row) if not row.resolution else row.detail.get("properties", {})
    names = property_names(found)
    lines = [(names.get(code, _now("(未登记的要素)")), code, unit) for code, unit in found.items()]
    return {
        "title": _now("报文里的要素(认领时自动建立数据流)"),
        "heads": (_now("要素"), _now("代码"), _now("单位")),
        "rows": lines,
        "empty": _now("报文里没有观测值。"),
    }


def _bytes(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will show the bytes as they came, to be read beside the standard."""
    text = bytes(row.raw).hex(" ").upper()
    return {
        "title": _now("原始字节"),
        "heads": (_now("长度"), _now("十六进制")),
        "rows": [(len(row.raw), text[:3000] + (" …" if len(text) > 3000 else ""))],
        "empty": "",
    }


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
    panels = (
        Panel(template="console/panel_table.html", context=_observed),
        Panel(template="console/panel_table.html", context=_bytes),
    )
    actions = (
        Action(
            code="adopted",
            label=_("认领"),
            right=Right.READ,
            primary=True,
            when=lambda row, viewer: row.kind == QuarantineKind.UNKNOWN and not row.resolution,
            run=_adopt,
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

    def actions_for(self, viewer: Viewer, row: Any, now: datetime) -> Sequence[Action]:
        """This will offer adopting and dismissing to whoever the register is open to, system administrators too."""
        if not self.open_to(viewer):
            return []
        found = [action for action in self.actions if action.open_for(row, viewer)]
        return [
            replace(action, fields=_adoption_fields(row, viewer)) if action.code == "adopted" else action
            for action in found
        ]
