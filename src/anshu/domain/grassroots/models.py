# SPDX-License-Identifier: Apache-2.0
"""一平台: the task, the one closed loop."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, Q
from django.db.models.functions import Left, Upper
from django.utils.translation import gettext_lazy as _

from anshu.domain.grassroots.choices import Origin, PartyRung, TaskKind, TaskState
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
    # The deadline of whoever's turn it is: to accept, to deal with it, or to recheck.
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    # When the next rung is called in unless it is ended; the deadline itself stays, so that late stays late.
    escalate_at = models.DateTimeField(_("下次升级时间"), null=True, blank=True)
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
                nulls_distinct=False,
                name="task_source_post_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["division_code", "-id"],
                name="task_division",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            # Lists: a township's newest, and by deadline; the county by deadline and by level.
            models.Index(Left("division_code", 9), F("id").desc(), name="task_township"),
            models.Index(Left("division_code", 9), "due_at", "id", name="task_township_due"),
            models.Index(fields=["due_at", "id"], name="task_due"),
            models.Index(fields=["level", "id"], name="task_level"),
            # Search by any part of title or number.
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="task_title_parts"),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="task_number_parts"),
            models.Index(fields=["-id"], condition=~Q(state__in=["closed", "rejected"]), name="task_open"),
            models.Index(
                fields=["division_code"],
                condition=~Q(state__in=["closed", "rejected"]),
                name="task_open_division",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(
                fields=["due_at"],
                condition=~Q(state__in=["closed", "rejected"]),
                name="task_open_due",
            ),
            models.Index(
                fields=["escalate_at"],
                condition=~Q(state__in=["closed", "rejected"]),
                name="task_open_escalate",
            ),
            models.Index(fields=["assignee", "-id"], name="task_assignee"),
            models.Index(fields=["post", "-id"], name="task_post"),
            models.Index(fields=["source_type", "source_id"], name="task_source"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Party(models.Model):
    """参与岗位: a seat that has a part in a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="parties", verbose_name=_("任务"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("岗位"))
    rung = models.CharField(_("角色"), max_length=12, choices=PartyRung)
    since = models.DateTimeField(_("加入时间"))

    class Meta:
        verbose_name = _("参与岗位")
        verbose_name_plural = _("参与岗位")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["task", "post", "rung"], name="party_once")]

    def __str__(self) -> str:
        return f"{self.post}({self.get_rung_display()})"


class Extension(models.Model):
    """延期申请: asked by whoever deals with the task, granted or refused by somebody else."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="asked_extensions", verbose_name=_("任务"))
    days = models.PositiveSmallIntegerField(_("天数"))
    reason = models.TextField(_("理由"))
    asked_at = models.DateTimeField(_("申请时间"))
    asked_by_id = models.CharField(max_length=64)
    asked_by = models.CharField(_("申请人"), max_length=120)
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    decided_by = models.CharField(_("审批人"), max_length=120, blank=True)
    granted = models.BooleanField(_("是否同意"), null=True)
    decision_reason = models.TextField(_("审批意见"), blank=True)

    class Meta:
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task"], condition=Q(granted=None), name="extension_open_once"),
            models.CheckConstraint(condition=Q(days__range=(1, 60)), name="extension_days"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} +{self.days}"


@pghistory.track()
class TaskDeadline(models.Model):
    """任务时限: how long a task of some origin, kind and level may take. Dated, with its source.

    `period` is written as kernel.timing reads it: 15m, 2h, 3wd. An empty kind serves every kind.
    """

    origin = models.CharField(_("来源"), max_length=10, choices=Origin)
    kind = models.CharField(_("类别"), max_length=12, choices=TaskKind, blank=True)
    level = models.SmallIntegerField(_("等级"))
    period = models.CharField(_("时限"), max_length=12)
    source = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("任务时限")
        verbose_name_plural = _("任务时限")
        ordering: ClassVar = ["origin", "kind", "level", "-valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="task_deadline_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.level} {self.period}"
