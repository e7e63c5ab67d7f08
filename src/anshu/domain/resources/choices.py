# SPDX-License-Identifier: Apache-2.0
"""Kinds of rescue resources."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TeamKind(TextChoices):
    """Kinds of rescue teams (S196)."""

    COMPREHENSIVE = "comprehensive", _("综合队伍")
    SPECIALIST = "specialist", _("专业队伍")
    SOCIAL = "social", _("社会力量")
    GRASSROOTS = "grassroots", _("基层队伍")
    MICRO_STATION = "micro_station", _("微型消防站")


class ShelterState(TextChoices):
    """Whether a shelter can take people."""

    READY = "ready", _("可启用")
    OPEN = "open", _("已开放")
    FULL = "full", _("已满")
    CLOSED = "closed", _("停用")
