# SPDX-License-Identifier: Apache-2.0
"""The risk library in the console."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from anshu.console.columns import AgeColumn, Column, DivisionColumn, LevelColumn
from anshu.console.register import Action, Group, Register, Tab
from anshu.console.registry import register
from anshu.domain.risks.choices import Grade
from anshu.domain.risks.forms import RiskForm
from anshu.domain.risks.models import RiskObject
from anshu.domain.risks.services import risk_create, risk_retire, risk_update, risk_verify
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.viewer import Viewer

# 县级普查台账每年核实一次。
VERIFY_EVERY = timedelta(days=365)


def _unverified(rows: QuerySet[Any], viewer: Viewer, now: datetime) -> QuerySet[Any]:
    return rows.filter(Q(verified_at=None) | Q(verified_at__lt=now - VERIFY_EVERY))


@register
class RiskRegister(Register):
    """Everything in the county that can hurt people, with its grade."""

    slug = "risks"
    model = RiskObject
    capability = Capability.RISK
    module = "supervision"
    name = _("风险对象")
    about = _(
        "这里登记能伤人的东西在哪里:企业、重大危险源、地质灾害点、山洪危险区、水库、人员密集场所……"
        "逐条新建,或用普查台账批量导入。"
    )
    order = 10

    columns = (
        LevelColumn("grade"),
        Column("code"),
        Column("name", link=True),
        Column("kind"),
        DivisionColumn(),
        Column("sector_code"),
        Column("unit", default=False, sortable=False),
        Column("address", default=False, sortable=False),
        Column("people_exposed", right=True),
        AgeColumn("verified_at", empty=_("未核实")),
        Column("verified_by", default=False, sortable=False),
        Column("source", default=False, sortable=False),
    )
    related = ("unit",)
    filters = ("division", "kind", "grade", "sector_code")
    search = ("name", "code", "address")
    tabs = (
        Tab(code="red", name=_("重大风险"), narrow=lambda rows, viewer, now: rows.filter(grade=Grade.RED)),
        Tab(code="ungraded", name=_("未定级"), narrow=lambda rows, viewer, now: rows.filter(grade=None)),
        Tab(code="unverified", name=_("待核实"), narrow=_unverified, urgent=True),
    )
    natural_key = ("code",)
    form = RiskForm
    subject = "risk"
    create, update, retire = risk_create, risk_update, risk_retire
    bulk_fields = ("grade", "sector_code", "kind")
    actions = (
        Action(
            code="verified",
            label=_("核实"),
            right=Right.APPROVE,
            needs=("reason",),
            primary=True,
            when=lambda row, viewer: row.retired_at is None,
            run=lambda row, actor, now, given: risk_verify(risk=row, actor=actor, now=now, reason=given["reason"]),
        ),
    )
    groups = (
        Group(_("是什么"), ("code", "name", "kind", "grade", "people_exposed")),
        Group(_("在哪里、归谁管"), ("division_code", "address", "sector_code", "unit", "point")),
        Group(_("危险与管控"), ("hazards", "measures", "source", "verified_at", "verified_by")),
    )
    level_field = "grade"
    map = True
