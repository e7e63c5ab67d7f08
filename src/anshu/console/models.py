# SPDX-License-Identifier: Apache-2.0
"""What the console itself keeps: saved views, and uploads between their trial run and their commit."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anshu.kernel.access.models import User


class SavedView(models.Model):
    """保存的视图: a register with its filters, sort and tab under a name; perhaps shared with everybody."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("所有人"))
    register = models.CharField(_("登记簿"), max_length=40)
    name = models.CharField(_("名称"), max_length=40)
    querystring = models.CharField(_("筛选条件"), max_length=1000)
    shared = models.BooleanField(_("共享"), default=False)
    created_at = models.DateTimeField(_("创建时间"))

    class Meta:
        verbose_name = _("保存的视图")
        verbose_name_plural = _("保存的视图")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "register", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class ImportDraft(models.Model):
    """导入草稿: an uploaded table that passed or failed its trial run and waits for a decision."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("上传人"))
    register = models.CharField(_("登记簿"), max_length=40)
    name = models.CharField(_("文件名"), max_length=200)
    content = models.BinaryField()
    created_at = models.DateTimeField(_("上传时间"))
    committed_at = models.DateTimeField(_("导入时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("导入草稿")
        verbose_name_plural = _("导入草稿")
        indexes: ClassVar = [models.Index("owner", "register", name="import_draft_owner")]

    def __str__(self) -> str:
        return self.name
