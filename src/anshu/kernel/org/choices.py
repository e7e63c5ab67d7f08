# SPDX-License-Identifier: Apache-2.0
"""Enumerations of the organisation: levels, sectors, kinds of units, rungs of responsibility."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Levels of the division tree."""

    COUNTY = "county", _("县级")
    TOWNSHIP = "township", _("乡镇(街道)")
    VILLAGE = "village", _("村(社区)")
    GRIDCELL = "gridcell", _("网格")
    PARK = "park", _("园区")


# How many leading digits of a code its level fixes; the prefix is the scope.
PREFIX_LENGTH = {
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
    Level.GRIDCELL: 15,
    Level.PARK: 15,
}


class Sector(TextChoices):
    """The plan's ten key sectors and the cross-cutting ones (actors.md §7.2)."""

    HAZCHEM = "hazchem", _("危险化学品")
    INDUSTRY = "industry", _("工贸与矿山")
    FIRE = "fire", _("消防")
    ROAD = "road", _("道路交通")
    TRANSPORT = "transport", _("交通运输")
    TOURISM = "tourism", _("旅游")
    CONSTRUCTION = "construction", _("城市建设")
    PARK = "park", _("工业园区")
    WASTE = "waste", _("危险废物")
    EQUIPMENT = "equipment", _("特种设备")
    DISASTER = "disaster", _("防灾减灾")
    FLOOD = "flood", _("水利防汛")
    GEOHAZARD = "geohazard", _("地质灾害")
    FOREST = "forest", _("森林防火")
    WEATHER = "weather", _("气象")
    RESCUE = "rescue", _("应急救援")
    ENFORCEMENT = "enforcement", _("行政执法")
    PUBLICITY = "publicity", _("宣传教育")
    GENERAL = "general", _("综合")


class UnitKind(TextChoices):
    """Kinds of organisations that hold posts or own rows."""

    LEADERSHIP = "leadership", _("领导机构")
    DEPARTMENT = "department", _("部门")
    HEADQUARTERS = "headquarters", _("指挥机构")
    TOWNSHIP = "township", _("乡镇(街道)")
    PARK = "park", _("园区")
    VILLAGE = "village", _("村(社区)")
    ENTERPRISE = "enterprise", _("企业")
    TEAM = "team", _("救援队伍")
    SERVICE = "service", _("第三方机构")
    EXTERNAL = "external", _("外部单位")


class Rung(IntegerChoices):
    """The rungs of a responsibility chain at one place, in the order in which people are called."""

    FIRST = 1, _("第一责任人")
    DEPUTY = 2, _("副手")
    SUPERVISOR = 3, _("上级责任人")


class Boundary(TextChoices):
    """How far a boundary may be trusted."""

    NONE = "none", _("无边界")
    SCHEMATIC = "schematic", _("示意")
    OFFICIAL = "official", _("实测或官方")
