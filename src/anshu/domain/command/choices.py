# SPDX-License-Identifier: Apache-2.0
"""Kinds, grades and states of incidents."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class IncidentKind(TextChoices):
    """The four classes of 突发事件 with the county's commonest kinds."""

    FLOOD = "flood", _("洪涝台风")
    GEOHAZARD = "geohazard", _("地质灾害")
    FOREST_FIRE = "forest_fire", _("森林火灾")
    FIRE = "fire", _("火灾")
    HAZCHEM = "hazchem", _("危化品事故")
    INDUSTRY = "industry", _("工矿事故")
    TRAFFIC = "traffic", _("交通事故")
    OTHER = "other", _("其他")


class IncidentGrade(IntegerChoices):
    """Ⅰ 特别重大 … Ⅳ 一般; 0 until judged."""

    UNGRADED = 0, _("未定级")
    I = 1, _("Ⅰ级 特别重大")  # noqa: E741  the roman numeral is the grade's name
    II = 2, _("Ⅱ级 重大")
    III = 3, _("Ⅲ级 较大")
    IV = 4, _("Ⅳ级 一般")


class IncidentState(TextChoices):
    """Open until closed with a conclusion."""

    OPEN = "open", _("处置中")
    CLOSED = "closed", _("已结束")


class EntryKind(TextChoices):
    """What a timeline entry is."""

    NOTE = "note", _("记录")
    REPORT = "report", _("信息报告")
    ORDER = "order", _("指令")
    STATE = "state", _("状态")
    LINK = "link", _("关联")
