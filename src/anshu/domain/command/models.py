# SPDX-License-Identifier: Apache-2.0
"""一系统: the incident, its timeline, its on-scene clock."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anshu.domain.command.choices import EntryKind, IncidentGrade, IncidentKind, IncidentState
from anshu.kernel.access.models import Scoped, User


@pghistory.track()
class Incident(Scoped):
    """突发事件: opened from an alarm, a task or by hand; closed with a conclusion."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    kind = models.CharField(_("类别"), max_length=12, choices=IncidentKind)
    grade = models.SmallIntegerField(_("级别"), choices=IncidentGrade, default=IncidentGrade.UNGRADED)
    state = models.CharField(_("状态"), max_length=8, choices=IncidentState, default=IncidentState.OPEN)
    address = models.CharField(_("地点"), max_length=200, blank=True)
    point = models.PointField(_("位置"), srid=4326, null=True, blank=True)
    source_type = models.CharField(max_length=64, blank=True)
    source_id = models.CharField(max_length=64, blank=True)
    happened_at = models.DateTimeField(_("发生时间"))
    opened_at = models.DateTimeField(_("接报时间"))
    opened_by = models.CharField(_("接报人"), max_length=120)
    commander = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("指挥长")
    )
    # The plan's 30 minutes from report to a picture of the scene (T033, plan 三(三)).
    scene_due_at = models.DateTimeField(_("现场可视时限"))
    scene_seen_at = models.DateTimeField(_("现场可视时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    conclusion = models.TextField(_("结论"), blank=True)

    class Meta:
        verbose_name = _("突发事件")
        verbose_name_plural = _("突发事件")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_type", "source_id"],
                condition=Q(state="open") & ~Q(source_id=""),
                name="incident_open_source_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["division_code", "-id"],
                name="incident_division",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["source_type", "source_id"], name="incident_source"),
            models.Index(fields=["state", "-id"], name="incident_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Entry(models.Model):
    """时间线记录: may be struck through with a reason, never changed or deleted."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="entries", verbose_name=_("事件"))
    at = models.DateTimeField(_("发生时间"))
    recorded_at = models.DateTimeField(_("记录时间"))
    kind = models.CharField(_("类别"), max_length=8, choices=EntryKind)
    author_id = models.CharField(max_length=64)
    author = models.CharField(_("记录人"), max_length=120)
    text = models.TextField(_("内容"))
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    # The fact that made an automatic entry, so that it is made once.
    cause = models.CharField(max_length=120, blank=True)
    struck_at = models.DateTimeField(_("划去时间"), null=True, blank=True)
    struck_by = models.CharField(_("划去人"), max_length=120, blank=True)
    struck_reason = models.CharField(_("划去理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("时间线记录")
        verbose_name_plural = _("时间线记录")
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "cause"], condition=~Q(cause=""), name="entry_cause_once"),
            models.CheckConstraint(
                condition=Q(struck_at=None) | (~Q(struck_reason="") & ~Q(struck_by="")), name="entry_struck_with_reason"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["incident", "at", "id"], name="entry_incident")]

    def __str__(self) -> str:
        return self.text[:60]


class Link(models.Model):
    """关联: an alarm or a task that belongs to an incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="links", verbose_name=_("事件"))
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    linked_at = models.DateTimeField(_("关联时间"))
    linked_by = models.CharField(_("关联人"), max_length=120)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "subject_type", "subject_id"], name="link_once")
        ]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"], name="link_subject")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.subject_type}:{self.subject_id}"


@pghistory.track()
class SceneClock(models.Model):
    """现场可视时限: within how many minutes of the report the scene must be seen. Dated, with its source."""

    minutes = models.PositiveSmallIntegerField(_("分钟"))
    source = models.CharField(_("依据"), max_length=200)
    valid_from = models.DateTimeField(_("生效时间"))
    valid_until = models.DateTimeField(_("失效时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("现场可视时限")
        verbose_name_plural = _("现场可视时限")
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")), name="scene_clock_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"
