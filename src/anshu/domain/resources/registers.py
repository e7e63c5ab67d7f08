# SPDX-License-Identifier: Apache-2.0
"""Rescue resources in the console."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, PhoneColumn, StateColumn
from anshu.console.register import Group, Register, Tab
from anshu.console.registry import register
from anshu.domain.resources.choices import ShelterState
from anshu.domain.resources.forms import ShelterForm, StockForm, TeamForm
from anshu.domain.resources.models import Shelter, Stock, Team
from anshu.domain.resources.services import (
    shelter_create,
    shelter_retire,
    shelter_update,
    stock_create,
    stock_retire,
    stock_update,
    team_create,
    team_retire,
    team_update,
)
from anshu.kernel.access.choices import Capability

PLACE = Group(_("在哪里、找谁"), ("division_code", "address", "sector_code", "unit", "contact", "phone", "point"))
# 临期物资提前一个季度轮换。
ROTATE_BEFORE = timedelta(days=90)


class ResourceRegister(Register):
    """What the three share."""

    module = "command"
    related = ("unit",)
    search = ("name", "code", "address")
    natural_key = ("code",)
    phones = ("phone",)
    map = True


@register
class ShelterRegister(ResourceRegister):
    """Where people find shelter."""

    slug = "shelters"
    model = Shelter
    capability = Capability.EVACUATION
    name = _("避灾安置场所")
    about = _("这里登记能安置群众的场所:学校、文化礼堂、体育馆……写明可容纳人数和联系人,台风来前先看这张表。")
    order = 60
    columns = (
        Column("code"),
        Column("name", link=True),
        StateColumn("state"),
        Column("people", right=True),
        Column("capacity", right=True),
        DivisionColumn(),
        Column("contact", sortable=False),
        PhoneColumn("phone", sortable=False),
        AgeColumn("checked_at", empty=_("未检查")),
        Column("address", default=False, sortable=False),
    )
    filters = ("division", "state")
    tabs = (
        Tab(code="open", name=_("已开放"), narrow=lambda rows, viewer, now: rows.filter(state=ShelterState.OPEN)),
        Tab(code="full", name=_("已满"), narrow=lambda rows, viewer, now: rows.filter(state=ShelterState.FULL)),
    )
    form = ShelterForm
    subject = "shelter"
    create, update, retire = shelter_create, shelter_update, shelter_retire
    bulk_fields = ("state", "checked_at")
    groups = (Group(_("是什么"), ("code", "name", "state", "capacity", "people", "checked_at")), PLACE)


@register
class TeamRegister(ResourceRegister):
    """Who can be sent."""

    slug = "teams"
    model = Team
    capability = Capability.RESOURCE
    name = _("救援队伍")
    about = _("这里登记能派出去的队伍:综合、专业、社会、基层和微型消防站,写明专长、人数和值守电话。")
    order = 61
    columns = (
        Column("code"),
        Column("name", link=True),
        Column("kind"),
        Column("specialty", sortable=False),
        Column("members", right=True),
        Column("on_duty", right=True),
        DivisionColumn(),
        Column("contact", sortable=False),
        PhoneColumn("phone", sortable=False),
        AgeColumn("checked_at", default=False, empty=_("未检查")),
        Column("address", default=False, sortable=False),
    )
    filters = ("division", "kind", "sector_code")
    search = ("name", "code", "specialty")
    form = TeamForm
    subject = "team"
    create, update, retire = team_create, team_update, team_retire
    bulk_fields = ("kind", "checked_at")
    groups = (Group(_("是什么"), ("code", "name", "kind", "specialty", "members", "on_duty", "checked_at")), PLACE)


@register
class StockRegister(ResourceRegister):
    """What lies in store."""

    slug = "stock"
    model = Stock
    capability = Capability.RESOURCE
    name = _("应急物资")
    about = _("这里登记仓库里的应急物资:一种物资在一个库点一条,写明数量、单位和有效期。")
    order = 62
    columns = (
        Column("code"),
        Column("name", link=True),
        Column("item"),
        Column("quantity", right=True),
        Column("measure", sortable=False),
        Column("expires_on", empty=_("长期")),
        DivisionColumn(),
        Column("contact", sortable=False, default=False),
        PhoneColumn("phone", sortable=False, default=False),
        AgeColumn("checked_at", empty=_("未检查")),
    )
    filters = ("division", "expires_on")
    search = ("name", "code", "item")
    tabs = (
        Tab(
            code="expiring",
            name=_("临期"),
            urgent=True,
            narrow=lambda rows, viewer, now: rows.filter(
                expires_on__lt=timezone.localdate(now + ROTATE_BEFORE), quantity__gt=0
            ),
        ),
        Tab(code="out", name=_("零库存"), narrow=lambda rows, viewer, now: rows.filter(quantity=0)),
    )
    form = StockForm
    subject = "stock"
    create, update, retire = stock_create, stock_update, stock_retire
    bulk_fields = ("expires_on", "checked_at")
    groups = (Group(_("是什么"), ("code", "name", "item", "quantity", "measure", "expires_on", "checked_at")), PLACE)
