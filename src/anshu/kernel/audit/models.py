# SPDX-License-Identifier: Apache-2.0
"""The audit log and the head of its hash chain."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One write. `chain_no` and both hashes are set by the database when the transaction commits."""

    at = models.DateTimeField(_("时间"))
    actor_kind = models.CharField(_("主体类别"), max_length=12)
    actor_id = models.CharField(_("主体"), max_length=64)
    actor_label = models.CharField(_("操作人"), max_length=120)
    action = models.CharField(_("动作"), max_length=64, db_index=True)
    subject_type = models.CharField(_("对象类别"), max_length=64, blank=True)
    subject_id = models.CharField(_("对象编号"), max_length=64, blank=True)
    subject_label = models.CharField(_("对象"), max_length=200, blank=True)
    division_code = models.CharField(_("区划"), max_length=15, blank=True)
    sector_code = models.CharField(_("行业"), max_length=24, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    changes = models.JSONField(_("变更"), default=dict)
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    chain_no = models.BigIntegerField(_("链序号"), null=True, editable=False, unique=True)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["-at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action} {self.subject_label}"


class AuditHead(models.Model):
    """The single row that holds the end of the chain; locking it orders commits."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    chain_no = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_single")]

    def __str__(self) -> str:
        return f"{self.chain_no} {self.hash[:12]}"
