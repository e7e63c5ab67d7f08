# SPDX-License-Identifier: Apache-2.0
"""Quality control in the console: limits, relations, neighbours, maintenance windows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn
from anshu.console.fields import NamedField, field_for
from anshu.console.forms import RegisterForm
from anshu.console.register import Action, Group, Panel, Register, Tab
from anshu.console.registry import register
from anshu.domain.sensing.forms import DeviceModelField
from anshu.domain.sensing.models import Maintenance, Neighbour, ObservedProperty, PropertyPair, QualityLimit, Thing
from anshu.domain.sensing.services import (
    limit_retire,
    limit_save,
    maintenance_end,
    maintenance_open,
    maintenance_retire,
    neighbour_retire,
    neighbour_save,
    pair_retire,
    pair_save,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import NOTHING, Viewer

RUNNING = (Right.APPROVE, Right.CREATE)
_WRITES = {"create": RUNNING, "update": RUNNING, "retire": RUNNING}


class ThingField(NamedField):
    """A device in use by code or name."""

    model = Thing
    names = ("code", "name")
    only = {"retired_at": None}

    def shown(self, row: Any) -> str:
        """This will give the code, which names one device."""
        return str(row.code)


class PropertyField(NamedField):
    """An observed property by code or name."""

    model = ObservedProperty
    names = ("code", "name")

    def shown(self, row: Any) -> str:
        """This will give the code."""
        return str(row.code)


_THING_HELP = _("设备编号或名称")
_PROPERTY_HELP = _("要素代码或名称,如 water_level")


class LimitForm(RegisterForm):
    """Limits of a property, or of a model's devices or one device only."""

    observed_property = PropertyField(label=_("要素"), help_text=_PROPERTY_HELP)
    model = DeviceModelField(label=_("只对型号"), required=False, help_text=_("型号和设备都不填,即对整个要素"))
    thing = ThingField(label=_("只对设备"), required=False, help_text=_THING_HELP)

    class Meta:
        model = QualityLimit
        formfield_callback = field_for
        fields = (
            "observed_property",
            "model",
            "thing",
            "minimum",
            "maximum",
            "step_max",
            "flat_after_s",
            "calm_max",
            "delayed_after_s",
            "neighbour_range_m",
            "ignore_suspect",
            "since",
            "until",
            "source",
        )


class PairForm(RegisterForm):
    """Two properties of which one cannot exceed the other."""

    lesser = PropertyField(label=_("较小要素"), help_text=_PROPERTY_HELP)
    greater = PropertyField(label=_("较大要素"), help_text=_PROPERTY_HELP)

    class Meta:
        model = PropertyPair
        formfield_callback = field_for
        fields = ("lesser", "greater", "tolerance", "source")


class NeighbourForm(RegisterForm):
    """Two level stations on one water."""

    thing = ThingField(label=_("监测设备"), help_text=_THING_HELP)
    other = ThingField(label=_("邻站"), help_text=_THING_HELP)

    class Meta:
        model = Neighbour
        formfield_callback = field_for
        fields = ("thing", "other", "relation", "travel_s", "tolerance", "source")


class MaintenanceForm(RegisterForm):
    """A window for one device, or for all of a place."""

    thing = ThingField(label=_("监测设备"), required=False, help_text=_("设备编号或名称;不填则对整个区划"))

    class Meta:
        model = Maintenance
        formfield_callback = field_for
        fields = ("thing", "division_code", "kind", "since", "until", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["division_code"].required = False


class _Countywide(Register):
    """Rows without a place: whoever reads monitoring reads them, whoever connects devices writes them."""

    capability = Capability.MONITORING
    module = "monitoring"
    attach = False
    importable = False
    write_rights = _WRITES

    def scope(self, viewer: Viewer, right: Right = Right.READ) -> Q:
        """This will give the whole list to readers, changes to those who connect devices."""
        held = viewer.can(self.capability) if right == Right.READ else _runs(viewer)
        return Q() if held else NOTHING

    def may(self, viewer: Viewer, verb: str) -> bool:
        """This will let those who connect devices write."""
        return _runs(viewer)

    def rights_on(self, viewer: Viewer, row: Any) -> frozenset[Right]:
        """This will give every right to those who connect devices, reading to others."""
        return frozenset(Right) if _runs(viewer) else frozenset({Right.READ})


def _runs(viewer: Viewer) -> bool:
    return configures(viewer) or viewer.can(Capability.MONITORING, Right.APPROVE)


@register
class QualityLimitRegister(_Countywide):
    """Limits of the checks, with source and validity."""

    slug = "quality-limits"
    model = QualityLimit
    name = _("质控限值")
    about = _("各项质控检查的限值、依据和起止时间。设备的优先于型号的,型号的优先于要素的;空着的项照上一级。")
    order = 92
    related = ("observed_property", "model", "thing")
    columns = (
        Column("observed_property", link=True, sortable=False),
        Column("model", sortable=False),
        Column("thing", sortable=False),
        Column("minimum", right=True),
        Column("maximum", right=True),
        Column("step_max", right=True),
        Column("flat_after_s", right=True),
        Column("delayed_after_s", right=True, default=False),
        Column("neighbour_range_m", right=True, default=False),
        Column("ignore_suspect", default=False),
        AgeColumn("since", default=False),
        AgeColumn("until", default=False),
        Column("source", sortable=False),
    )
    search = ("observed_property__name", "observed_property__code", "thing__code", "thing__name")
    form = LimitForm
    subject = "limit"
    create, update, retire = limit_save, limit_save, limit_retire
    groups = (
        Group(_("对什么"), ("observed_property", "model", "thing", "since", "until", "source")),
        Group(
            _("限值"),
            (
                "minimum",
                "maximum",
                "step_max",
                "flat_after_s",
                "calm_max",
                "delayed_after_s",
                "neighbour_range_m",
                "ignore_suspect",
            ),
        ),
    )


@register
class PropertyPairRegister(_Countywide):
    """Relations between properties of one device."""

    slug = "property-pairs"
    model = PropertyPair
    name = _("要素关系")
    about = _("同一设备同一时刻,较小要素的值不应大于较大要素的值加容差;违反的值标为内部矛盾。")
    order = 93
    related = ("lesser", "greater")
    columns = (
        Column("lesser", link=True, sortable=False),
        Column("greater", sortable=False),
        Column("tolerance", right=True),
        Column("source", sortable=False),
    )
    search = ("lesser__name", "greater__name")
    form = PairForm
    subject = "pair"
    create, update, retire = pair_save, pair_save, pair_retire
    groups = (Group(_("关系"), ("lesser", "greater", "tolerance", "source")),)


@register
class NeighbourRegister(Register):
    """Level stations that are compared with each other."""

    slug = "neighbours"
    model = Neighbour
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("水位邻站")
    about = _("同一水体或上下游的水位站互相核对。雨量站按距离自动找邻站,不用登记。")
    order = 94
    related = ("thing", "other")
    columns = (
        Column("thing", link=True, sortable=False),
        Column("relation"),
        Column("other", sortable=False),
        Column("travel_s", right=True),
        Column("tolerance", right=True),
        DivisionColumn(),
        Column("source", sortable=False),
    )
    filters = ("division", "relation")
    search = ("thing__name", "other__name", "thing__code", "other__code")
    form = NeighbourForm
    subject = "neighbour"
    create, update, retire = neighbour_save, neighbour_save, neighbour_retire
    write_rights = _WRITES
    attach = False
    importable = False
    groups = (Group(_("关系"), ("thing", "other", "relation", "travel_s", "tolerance", "source")),)


def _said(row: Any, viewer: Viewer, now: datetime) -> Mapping[str, Any]:
    """This will say what a window does and what it does not."""
    return {
        "title": _now("维护时段的作用"),
        "heads": (_now("对象"), _now("怎样")),
        "rows": [
            (_now("时段内的值"), _now("照常入库,标为“维护期间”,不参与告警,也不作为最新值")),
            (_now("中断告警"), _now("照常计时:维护不掩盖设备没有来报")),
            (_now("提前结束"), _now("从结束那一刻起,新来的值恢复参与告警")),
            (_now("撤销"), _now("视同没有登记:时段内的值恢复,补做研判,补出的告警注明迟到")),
        ],
        "empty": "",
    }


@register
class MaintenanceRegister(Register):
    """Maintenance windows."""

    slug = "maintenance"
    model = Maintenance
    capability = Capability.MONITORING
    module = "monitoring"
    name = _("维护时段")
    about = _("检修、清洗、标定前登记维护时段:时段内的值照常保存并标记,不产生超限告警。")
    order = 25
    related = ("thing",)
    columns = (
        Column("reason", link=True, sortable=False),
        Column("thing", sortable=False, empty=_("整个区划")),
        Column("kind", sortable=False, empty=_("各类")),
        DivisionColumn(),
        Column("since"),
        Column("until"),
        Column("made_by", sortable=False),
        AgeColumn("ended_at", default=False),
    )
    filters = ("division", "kind")
    search = ("reason", "thing__name", "thing__code")
    sort = "-since"
    tabs = (
        Tab(
            code="now",
            name=_("维护中"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(since__lte=now, until__gt=now),
        ),
        Tab(code="coming", name=_("将开始"), narrow=lambda rows, viewer, now: rows.filter(since__gt=now)),
    )
    form = MaintenanceForm
    subject = "maintenance"
    create, retire = maintenance_open, maintenance_retire
    write_rights = _WRITES
    attach = False
    importable = False
    groups = (
        Group(_("做什么"), ("reason", "thing", "kind", "division_code")),
        Group(_("何时"), ("since", "until", "ended_at", "made_by", "made_at")),
    )
    panels = (Panel(template="console/panel_table.html", context=_said),)
    actions = (
        Action(
            code="ended",
            label=_("提前结束"),
            right=Right.READ,
            needs=("reason",),
            primary=True,
            when=lambda row, viewer: row.retired_at is None and row.ended_at is None,
            run=lambda row, actor, now, given: maintenance_end(
                maintenance=row, reason=given["reason"], actor=actor, now=now
            ),
        ),
    )

    def actions_for(self, viewer: Viewer, row: Any, now: datetime) -> Any:
        """This will offer an early end only while there is one, to those who run devices there."""
        held = self.rights_on(viewer, row) & set(RUNNING)
        return super().actions_for(viewer, row, now) if held and now < row.until else []
