# SPDX-License-Identifier: Apache-2.0
"""一系统: the incident, its timeline, its on-scene clock."""

from typing import ClassVar

import pghistory
from django.contrib.gis.db import models
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
    struck_at = models.DateTimeField(_("划去时间"), null=True, blank=True)
    struck_by = models.CharField(_("划去人"), max_length=120, blank=True)
    struck_reason = models.CharField(_("划去理由"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["incident", "at", "id"], name="entry_incident")]

    def __str__(self) -> str:
        return self.text[:60]
