# SPDX-License-Identifier: Apache-2.0
"""Kinds of risk objects and the four-colour grade."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class RiskKind(TextChoices):
    """What kind of thing can hurt people (S001–S008, S175–S176)."""

    ENTERPRISE = "enterprise", _("企业")
    MAJOR_HAZARD = "major_hazard", _("重大危险源")
    PLACE = "place", _("人员密集场所")
    CLUSTER = "cluster", _("风险集聚区")
    EQUIPMENT = "equipment", _("设备设施")
    SLOPE = "slope", _("地质灾害隐患点")
    FLASH_FLOOD = "flash_flood", _("山洪危险区")
    RESERVOIR = "reservoir", _("水库")
    RIVER = "river", _("河道断面")
    FOREST = "forest", _("森林防火区")
    ROAD = "road", _("道路风险点")
    OTHER = "other", _("其他")


class Grade(IntegerChoices):
    """红橙黄蓝 (S074); 1 is the highest. Ungraded objects have none."""

    RED = 1, _("重大风险(红)")
    ORANGE = 2, _("较大风险(橙)")
    YELLOW = 3, _("一般风险(黄)")
    BLUE = 4, _("低风险(蓝)")
