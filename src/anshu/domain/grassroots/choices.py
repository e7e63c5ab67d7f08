# SPDX-License-Identifier: Apache-2.0
"""States and kinds of tasks."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TaskState(TextChoices):
    """上报 → 受理 → 派发 → 处置 → 反馈 → 复核 → 归档."""

    REPORTED = "reported", _("已上报")
    ACCEPTED = "accepted", _("已受理")
    ASSIGNED = "assigned", _("已派发")
    IN_PROGRESS = "in_progress", _("处置中")
    FEEDBACK = "feedback", _("已反馈")
    CLOSED = "closed", _("已销号")
    REJECTED = "rejected", _("不予受理")


class TaskKind(TextChoices):
    """What the task is about."""

    ALARM = "alarm", _("告警核查")
    FLOOD = "flood", _("汛情险情")
    GEOHAZARD = "geohazard", _("地质灾害")
    FIRE = "fire", _("消防隐患")
    FOREST_FIRE = "forest_fire", _("森林火情")
    ROAD = "road", _("道路隐患")
    ENTERPRISE = "enterprise", _("企业隐患")
    BUILDING = "building", _("房屋隐患")
    GAS = "gas", _("燃气隐患")
    OTHER = "other", _("其他")


class Origin(TextChoices):
    """Where a task comes from."""

    REPORT = "report", _("人工上报")
    ALARM = "alarm", _("自动告警")
    INCIDENT = "incident", _("事件指令")


class PartyRung(TextChoices):
    """The part that a seat has in a task."""

    DOER = "doer", _("承办")
    DEPUTY = "deputy", _("协办")
    SUPERVISOR = "supervisor", _("督办复核")
    COUNTY = "county", _("县级督办")


OPEN_STATES = (
    TaskState.REPORTED,
    TaskState.ACCEPTED,
    TaskState.ASSIGNED,
    TaskState.IN_PROGRESS,
    TaskState.FEEDBACK,
)
ENDED_STATES = (TaskState.CLOSED, TaskState.REJECTED)
