# SPDX-License-Identifier: Apache-2.0
"""The one history of steps for every matter that moves through states."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.Model):
    """步骤: one transition that was made, by whom, when, why and with what. Never changed afterwards."""

    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("时间"))
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(_("操作人"), max_length=120)
    transition = models.CharField(_("动作"), max_length=32)
    source = models.CharField(_("原状态"), max_length=24, blank=True)
    target = models.CharField(_("新状态"), max_length=24)
    reason = models.TextField(_("说明"), blank=True)
    position = models.PointField(_("位置"), srid=4326, null=True, blank=True)
    details = models.JSONField(_("附带内容"), default=dict)

    class Meta:
        verbose_name = _("步骤")
        verbose_name_plural = _("步骤")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id", "id"], name="step_subject")]

    def __str__(self) -> str:
        return f"{self.transition} → {self.target}"


class Series(models.Model):
    """编号: the last number given out in a series on one day."""

    prefix = models.CharField(max_length=8)
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["prefix", "day"], name="series_day_once")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.day:%Y%m%d}-{self.last}"
