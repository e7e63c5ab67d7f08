# SPDX-License-Identifier: Apache-2.0
"""一库: shelters, rescue teams and stock."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anshu.domain.resources.choices import ShelterState, TeamKind
from anshu.kernel.access.models import Scoped


class Resource(Scoped):
    """What every rescue resource has: a code, a name, a place, a keeper and the date it was last checked."""

    code = models.CharField(_("编号"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    point = models.PointField(_("位置"), srid=4326)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    checked_at = models.DateTimeField(_("最近检查时间"), null=True, blank=True)
    retired_at = models.DateTimeField(_("注销时间"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Shelter(Resource):
    """避灾安置场所 (S180)."""

    capacity = models.PositiveIntegerField(_("可容纳人数"))
    state = models.CharField(_("状态"), max_length=8, choices=ShelterState, default=ShelterState.READY)
    people = models.PositiveIntegerField(_("现有人数"), default=0)

    class Meta:
        verbose_name = _("避灾安置场所")
        verbose_name_plural = _("避灾安置场所")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(capacity__gt=0), name="shelter_capacity")]


@pghistory.track()
class Team(Resource):
    """救援队伍 (S196)."""

    kind = models.CharField(_("类别"), max_length=16, choices=TeamKind)
    specialty = models.CharField(_("专长"), max_length=80, blank=True)
    members = models.PositiveIntegerField(_("人数"))
    on_duty = models.PositiveIntegerField(_("在岗人数"), default=0)

    class Meta:
        verbose_name = _("救援队伍")
        verbose_name_plural = _("救援队伍")


@pghistory.track()
class Stock(Resource):
    """应急物资 (S199): one kind of goods in one store."""

    item = models.CharField(_("品名"), max_length=80)
    quantity = models.DecimalField(_("数量"), max_digits=12, decimal_places=2)
    measure = models.CharField(_("单位"), max_length=16)
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)

    class Meta:
        verbose_name = _("应急物资")
        verbose_name_plural = _("应急物资")
        constraints: ClassVar = [models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_not_negative")]
