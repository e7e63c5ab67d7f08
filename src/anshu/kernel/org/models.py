# SPDX-License-Identifier: Apache-2.0
"""Divisions, organisations, posts, the people who hold them, and who is responsible for what, where."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anshu.kernel.org.choices import PREFIX_LENGTH, Boundary, Level, Rung, Sector, UnitKind

# Codes are compared as prefixes, so their indexes use the pattern operator class.
CODE_LENGTH = 15


class Division(models.Model):
    """行政区划: county, township, village, grid cell, or a park laid over them."""

    code = models.CharField(_("代码"), max_length=CODE_LENGTH, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    initials = models.CharField(_("拼音首字母"), max_length=40, blank=True, db_index=True)
    level = models.CharField(_("层级"), max_length=10, choices=Level)
    kind = models.CharField(_("类别"), max_length=20, blank=True)
    parent_code = models.CharField(_("上级代码"), max_length=CODE_LENGTH, blank=True, db_index=True)
    valid_from = models.DateField(_("启用日期"))
    valid_until = models.DateField(_("停用日期"), null=True, blank=True)
    area = models.MultiPolygonField(_("边界"), srid=4326, null=True, blank=True)
    point = models.PointField(_("中心点"), srid=4326, null=True, blank=True)
    boundary = models.CharField(_("边界性质"), max_length=10, choices=Boundary, default=Boundary.NONE)
    source = models.CharField(_("来源"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering: ClassVar = ["code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="division_period",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^(\d{12}|\d{15})$") | Q(code__regex=r"^\d{6}-P\d{2,8}$"),
                name="division_code_form",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def prefix(self) -> str:
        """The leading digits that every code below this division shares."""
        return self.code[: PREFIX_LENGTH[Level(self.level)]]

    @property
    def division_code(self) -> str:
        """A division lies in itself."""
        return self.code


class Organisation(models.Model):
    """单位: a department, township, park, village, enterprise, team or outside body."""

    name = models.CharField(_("名称"), max_length=120)
    short_name = models.CharField(_("简称"), max_length=40, blank=True)
    kind = models.CharField(_("类别"), max_length=16, choices=UnitKind)
    division_code = models.CharField(_("所在区划"), max_length=CODE_LENGTH)
    sectors = ArrayField(models.CharField(max_length=24, choices=Sector), verbose_name=_("行业"), default=list)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(_("统一社会信用代码或编号"), max_length=32, unique=True)
    phone = models.CharField(_("值班电话"), max_length=32, blank=True)
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")
        ordering: ClassVar = ["division_code", "name"]
        indexes: ClassVar = [models.Index("division_code", name="organisation_division")]

    def __str__(self) -> str:
        return self.short_name or self.name


class Person(models.Model):
    """人员: somebody who may hold posts. The phone is shown masked unless its reveal is asked for and logged."""

    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机"), max_length=20, blank=True)
    division_code = models.CharField(_("所在区划"), max_length=CODE_LENGTH)

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")

    def __str__(self) -> str:
        return self.name

    @property
    def phone_masked(self) -> str:
        """The phone with its middle hidden, such as 138****5678."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 7 else "****"


class Post(models.Model):
    """岗位: a seat that people hold for a period. Duties belong to the seat, not to the person."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name=_("单位"))
    title = models.CharField(_("职务"), max_length=60)
    order = models.SmallIntegerField(_("排序"), default=10)
    active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        ordering: ClassVar = ["organisation", "order"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "title"], name="post_title_once")]

    def __str__(self) -> str:
        return f"{self.organisation}{self.title}"


class Tenure(models.Model):
    """任职: one person in one seat over a half-open period."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="tenures", verbose_name=_("岗位"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="tenures", verbose_name=_("人员"))
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="tenure_period")
        ]

    def __str__(self) -> str:
        return f"{self.person}({self.post})"


class Responsibility(models.Model):
    """责任: at a place and in a sector, which seat stands on which rung. Sector "general" serves all."""

    division_code = models.CharField(_("区划"), max_length=CODE_LENGTH)
    sector_code = models.CharField(_("行业"), max_length=24, choices=Sector, default=Sector.GENERAL)
    rung = models.SmallIntegerField(_("层次"), choices=Rung)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("岗位"))
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("责任")
        verbose_name_plural = _("责任")
        indexes: ClassVar = [models.Index("division_code", "sector_code", name="responsibility_place")]

    def __str__(self) -> str:
        return f"{self.division_code} {self.get_sector_code_display()} {self.get_rung_display()}"


for _model in (Division, Organisation, Person, Post, Tenure, Responsibility):
    pghistory.track()(_model)
