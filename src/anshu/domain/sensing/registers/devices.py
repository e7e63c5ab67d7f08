# SPDX-License-Identifier: Apache-2.0
"""The sensing network in the console: devices, what they observe, and frames kept aside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, Sheet, StateColumn, plain_text
from anshu.console.fields import PLACE_HELP, DivisionField, PlaceField, UnitField
from anshu.console.places import Places
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register, registry
from anshu.domain.sensing.choices import KEPT_BECAUSE, QuarantineKind, ThingKind
from anshu.domain.sensing.forms import DeviceModelField, DeviceModelForm, SecretField, ThingForm
from anshu.domain.sensing.models import DeviceModel, ObservedProperty, Quarantine, Thing
from anshu.domain.sensing.selectors import (
    latest_of,
    likely_kind,
    likely_sector,
    maintenance_of,
    may_diagnose,
    moves,
    positions_now,
    property_names,
    quarantine_visible,
    sender_properties,
)
from anshu.domain.sensing.services import (
    model_create,
    model_retire,
    model_update,
    quarantine_adopt,
    quarantine_dismiss,
    thing_connect,
    thing_refit,
    thing_retire,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import NOTHING, Absent, Refusal, Viewer

CONNECTING = (Right.APPROVE, Right.CREATE)


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


class SecretColumn(Column):
    """Whether a device has a secret; which one is never shown."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will say that there is one."""
        return _now("已设置") if row.secret else _now("未设置")


def _diagnosis(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any] | None:
    """This will lead those who run devices to a device's diagnosis."""
    if not may_diagnose(viewer, row):
        return None
    return {"title": _now("诊断"), "address": reverse("device", args=[row.pk])}


def _quality(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will lead to the quality of a device's values, and say when it is being worked on."""
    windows = [each for each in maintenance_of(row, since=now) if each.since <= now]
    return {"title": _now("数据质量"), "address": reverse("device-quality", args=[row.pk]), "windows": windows}


def _track(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any] | None:
    """This will lead to where a vehicle or boat went."""
    if not moves(row):
        return None
    fix = positions_now([row.pk]).get(row.pk)
    return {"title": _now("位置与轨迹"), "address": reverse("track", args=[row.pk]), "fix": fix}


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
        Column("model", sortable=False, default=False),
        Column("protocol"),
        Column("address", sortable=False),
        AgeColumn("contact.heard_at", label=_("最近来报"), empty=_("从未来报")),
        Column("report_interval_s", right=True, default=False),
        Column("unit", sortable=False, default=False),
        SecretColumn("secret", sortable=False, default=False),
    )
    related = ("contact", "unit", "model")
    filters = ("division", "kind", "sector_code")
    search = ("name", "code", "address")
    natural_key = ("code",)
    form = ThingForm
    subject = "thing"
    create, update, retire = thing_connect, thing_refit, thing_retire
    # Nobody holds creation in the matrix by that name alone: connecting is for those who approve, or configure.
    write_rights = {"create": CONNECTING, "update": CONNECTING, "retire": CONNECTING}
    bulk_fields = ("report_interval_s",)
    groups = (
        Group(
            _("是什么"),
            ("code", "name", "model", "kind", "protocol", "address", "secret", "report_interval_s", "contact.heard_at"),
        ),
        Group(_("在哪里、归谁管"), ("division_code", "sector_code", "unit", "risk_object", "point")),
    )
    panels = (
        Panel(template="console/panel_table.html", context=_latest),
        Panel(template="sensing/panel_track.html", context=_track, side=True),
        Panel(template="sensing/panel_diagnosis.html", context=_diagnosis, side=True),
        Panel(template="sensing/panel_quality.html", context=_quality, side=True),
    )
    map = True


def _connects(viewer: Viewer) -> bool:
    return configures(viewer) or viewer.can(Capability.MONITORING, Right.APPROVE)


class RowsColumn(Column):
    """Datastreams of a model, by code."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will list the codes."""
        return "、".join(each["property"] for each in row.datastreams)


class DecoderColumn(Column):
    """Whether a model has a decoder of its own."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will say what reads the payload."""
        return _now("按标准协议") if row.decoder is None else _now("自带解码配置")


@register
class DeviceModelRegister(Register):
    """Templates by which devices are connected. A model has no place: whoever connects devices keeps it."""

    slug = "device-models"
    model = DeviceModel
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("设备型号")
    about = _("型号规定一种设备有哪些要素、载荷怎么解、配哪些默认规则。接入设备时选型号,一张表单就够了。")
    order = 80
    columns = (
        Column("code"),
        Column("name", link=True),
        Column("maker", sortable=False),
        Column("kind"),
        Column("protocol"),
        Column("report_interval_s", right=True, default=False),
        RowsColumn("datastreams", sortable=False),
        DecoderColumn("decoder", sortable=False),
    )
    filters = ("kind",)
    search = ("code", "name", "maker")
    sort = "code"
    attach = False
    importable = False
    form = DeviceModelForm
    subject = "model"
    create, update, retire = model_create, model_update, model_retire
    groups = (
        Group(_("是什么"), ("code", "name", "maker", "kind", "protocol", "report_interval_s")),
        Group(_("要素、解码与规则"), ("datastreams", "decoder", "rule_templates")),
    )

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give the whole list to whoever reads monitoring or connects devices, changes to the latter."""
        held = self.open_to(viewer) if right == Right.READ else _connects(viewer)
        return Q() if held else NOTHING

    def open_to(self, viewer: Viewer) -> bool:
        """This will open the list to readers of monitoring, and to those who connect devices."""
        return viewer.can(Capability.MONITORING, Right.READ) or _connects(viewer)

    def may(self, viewer: Viewer, verb: str) -> bool:
        """This will let those who connect devices write."""
        return _connects(viewer)

    def rights_on(self, viewer: Viewer, row: Any) -> frozenset[Right]:
        """This will give every right to those who connect devices, reading to others."""
        return frozenset(Right) if _connects(viewer) else frozenset({Right.READ})


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
    if given.get("model") is None:
        given = {**given, "report_interval_s": given.get("report_interval_s") or 3600}
    try:
        thing = quarantine_adopt(entry=row, actor=actor, now=now, **given)
    except Absent as error:
        raise Refusal(_now("您不能在这个区划、行业或单位下接入设备。"), code="scope") from error
    return _now("“%(name)s”已登记,留存的报文正在重放,几秒后可在“监测设备”里看到数据。") % {"name": thing}


def _adoption_fields(row: Any, viewer: Viewer) -> dict[str, Callable[[Viewer], forms.Field]]:
    """This will make the form of an adoption, filled in as far as the frames tell."""
    found = sender_properties(row)
    kind = likely_kind(found)
    sector = ThingForm.base_fields["sector_code"]
    sectors = getattr(sector, "choices", ())
    place = DivisionField(label=_("所在区划"))
    place.offer(Places.of(viewer))
    unit = UnitField(label=_("责任单位"), required=False, help_text=_("单位全称或代码,可不填"))
    return {
        "code": lambda viewer: forms.CharField(label=_("编号"), max_length=40, initial=row.thing_address),
        "name": lambda viewer: forms.CharField(label=_("名称"), max_length=120),
        "model": lambda viewer: DeviceModelField(
            label=_("型号"), required=False, help_text=_("选了型号,要素、解码和默认规则一并建好")
        ),
        "kind": lambda viewer: forms.ChoiceField(
            label=_("类别"),
            choices=[("", _("随型号")), *ThingKind.choices],
            initial=kind if found else "",
            required=False,
        ),
        "sector_code": lambda viewer: forms.ChoiceField(
            label=_("行业"), choices=sectors, initial=likely_sector(kind).value
        ),
        "division_code": lambda viewer: place,
        "unit": lambda viewer: unit,
        "point": lambda viewer: PlaceField(label=_("位置"), help_text=PLACE_HELP),
        "report_interval_s": lambda viewer: forms.IntegerField(
            label=_("应报间隔(秒)"),
            min_value=1,
            max_value=31 * 86_400,
            required=False,
            help_text=_("不填则随型号,没有型号时为 3600"),
        ),
        "secret": lambda viewer: SecretField(label=_("通信密码"), max_length=128, required=False),
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


class ReasonColumn(Column):
    """Why a frame could not be used, in words."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will say the reason in the reader's language."""
        said = row.detail if isinstance(row.detail, dict) else {}
        told = said.get("message_en" if (get_language() or "").startswith("en") else "message_zh")
        return str(told or KEPT_BECAUSE.get(row.reason, row.reason))


class DetailColumn(Column):
    """By which clause, and at which byte."""

    def text(self, row: Any, sheet: Sheet) -> str:
        """This will give the clause and the byte, where the frame broke one."""
        said = row.detail if isinstance(row.detail, dict) else {}
        parts = [str(said["clause"])] if said.get("clause") else []
        if isinstance(said.get("offset"), int):
            parts.append(_now("第 %(offset)d 字节") % {"offset": said["offset"]})
        return ",".join(parts)


@register
class QuarantineRegister(Register):
    """Frames that were kept aside: unknown senders to adopt, damaged ones to look at."""

    slug = "quarantine"
    model = Quarantine
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("待认领报文")
    about = _(
        "没登记的设备发来的、解不开的、内容不可信的报文都留在这里,一条不丢。认领后自动重放入库。"
        "很多台时:下载清单,填好名称、型号、区划和经纬度,再导入。"
    )
    order = 30
    columns = (
        Column("thing_address", link=True, empty=_("(无地址)")),
        Column("kind"),
        Column("protocol"),
        ReasonColumn("reason", label=_("为什么不能用"), sortable=False),
        Column("seen", right=True),
        AgeColumn("last_seen_at"),
        Column("peer", sortable=False),
        StateColumn("resolution"),
        AgeColumn("received_at", default=False),
        DetailColumn("detail", label=_("依据和位置"), sortable=False, default=False),
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

    def links_for(self, viewer: Viewer) -> Sequence[tuple[Any, str]]:
        """This will lead to the table by which many senders are adopted at once."""
        if not (self.open_to(viewer) and registry.get("things").may(viewer, "create")):
            return ()
        return (
            (_("成批认领:下载清单"), reverse("unknown-sheet")),
            (_("成批认领:导入"), reverse("console:import", args=["things"])),
        )

    def open_to(self, viewer: Viewer) -> bool:
        """This will hide the register from those who only read values."""
        return _connects(viewer)

    def actions_for(self, viewer: Viewer, row: Any, now: datetime) -> Sequence[Action]:
        """This will offer adopting and dismissing to whoever the register is open to, system administrators too."""
        if not self.open_to(viewer):
            return []
        found = [action for action in self.actions if action.open_for(row, viewer)]
        return [
            replace(action, fields=_adoption_fields(row, viewer)) if action.code == "adopted" else action
            for action in found
        ]


# The registers of quality control, in a file of their own.
