# SPDX-License-Identifier: Apache-2.0
"""Levels, comparisons and alarm states."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Level(IntegerChoices):
    """Four colours; 1 is the most severe. 0 means that no level is reached."""

    NONE = 0, _("无")
    RED = 1, _("红色")
    ORANGE = 2, _("橙色")
    YELLOW = 3, _("黄色")
    BLUE = 4, _("蓝色")


class Direction(TextChoices):
    """Which side of a threshold is dangerous."""

    ABOVE = "above", _("高于")
    BELOW = "below", _("低于")


class RuleKind(TextChoices):
    """What of the observations a rule's thresholds are held against."""

    VALUE = "value", _("数值")
    RATE = "rate", _("变化量")
    SUM = "sum", _("累计量")
    COUNT = "count", _("超限个数")
    FORMULA = "formula", _("公式")


class AlarmState(TextChoices):
    """Whether the condition still holds."""

    ACTIVE = "active", _("报警中")
    CLEARED = "cleared", _("已恢复")


class Cause(TextChoices):
    """What raised an alarm."""

    THRESHOLD = "threshold", _("超阈值")
    NO_DATA = "no_data", _("数据中断")
    FLOOD = "flood", _("超量上报")
