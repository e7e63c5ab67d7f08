# SPDX-License-Identifier: Apache-2.0
"""一平台: the task, the one closed loop."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anshu.domain.grassroots.choices import Origin, TaskKind, TaskState
from anshu.kernel.access.models import Scoped, User
from anshu.kernel.org.choices import Level
from anshu.kernel.org.models import Post


@pghistory.track()
class Task(Scoped):
    """任务: something found or alarmed that somebody must deal with by a deadline, until it is verified closed."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("情况描述"), blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=TaskKind)
    origin = models.CharField(_("来源"), max_length=10, choices=Origin)
    # The subject below that it came from, such as alerts.alarm and its number.
    source_type = models.CharField(max_length=64, blank=True)
    source_id = models.CharField(max_length=64, blank=True)
    level = models.SmallIntegerField(_("等级"), default=0)
    state = models.CharField(_("状态"), max_length=12, choices=TaskState)
    # Which rung of the county–township–village ladder now answers for it.
    rung = models.CharField(_("责任层级"), max_length=10, choices=Level)
    point = models.PointField(_("位置"), srid=4326, null=True, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上报人"))
    reporter = models.CharField(_("上报人"), max_length=120)
    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任岗位"))
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("处置人")
    )
    created_at = models.DateTimeField(_("上报时间"))
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("升级时间"), null=True, blank=True)
    extensions = models.PositiveSmallIntegerField(_("延期次数"), default=0)
    returns = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    updated_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "post"],
                condition=~Q(source_id="") & ~Q(state__in=["closed", "rejected"]),
                name="task_source_post_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["division_code", "-id"],
                name="task_division",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(
                fields=["due_at"],
                condition=~Q(state__in=["closed", "rejected"]),
                name="task_open_due",
            ),
            models.Index(fields=["assignee", "-id"], name="task_assignee"),
            models.Index(fields=["post", "-id"], name="task_post"),
            models.Index(fields=["source_type", "source_id"], name="task_source"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
