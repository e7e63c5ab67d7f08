# SPDX-License-Identifier: Apache-2.0
"""一库: risk objects."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models.functions import Left, Upper
from django.utils.translation import gettext_lazy as _

from anshu.domain.risks.choices import Grade, RiskKind
from anshu.kernel.access.models import Scoped


@pghistory.track()
class RiskObject(Scoped):
    """风险对象: something at a place that can hurt people, with its grade and who verified it."""

    code = models.CharField(_("编号"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("类别"), max_length=16, choices=RiskKind)
    grade = models.SmallIntegerField(_("风险等级"), choices=Grade, null=True, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    point = models.PointField(_("位置"), srid=4326)
    park_code = models.CharField(_("所在园区"), max_length=15, blank=True)
    hazards = models.TextField(_("主要危险"), blank=True)
    measures = models.TextField(_("管控措施"), blank=True)
    people_exposed = models.PositiveIntegerField(_("影响人数"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=120, blank=True)
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    verified_by = models.CharField(_("核实人"), max_length=120, blank=True)
    retired_at = models.DateTimeField(_("注销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("风险对象")
        verbose_name_plural = _("风险对象")
        indexes: ClassVar = [
            models.Index(
                fields=["division_code", "id"],
                name="risk_division",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["kind", "grade"], name="risk_kind"),
            # Lists: a township's newest, and by grade; the county by grade.
            models.Index(Left("division_code", 9), "id", name="risk_township"),
            models.Index(Left("division_code", 9), "grade", "id", name="risk_township_grade"),
            models.Index(fields=["grade", "id"], name="risk_grade"),
            # Search by any part of name, code or address.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="risk_name_parts"),
            GinIndex(OpClass(Upper("code"), name="gin_trgm_ops"), name="risk_code_parts"),
            GinIndex(OpClass(Upper("address"), name="gin_trgm_ops"), name="risk_address_parts"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(grade=None) | models.Q(grade__range=(1, 4)),
                name="risk_grade_range",
            )
        ]

    def __str__(self) -> str:
        return self.name
