# SPDX-License-Identifier: Apache-2.0
"""Accounts, the roles they hold, assignments, tokens and sessions; and the columns every scoped row has."""

from typing import ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anshu.kernel.access.choices import Role, Surface
from anshu.kernel.org.choices import Sector
from anshu.kernel.org.models import CODE_LENGTH, Organisation, Person, Post


class Scoped(models.Model):
    """The columns by which a row lies in somebody's scope: place × sector × unit."""

    division_code = models.CharField(_("所在区划"), max_length=CODE_LENGTH)
    sector_code = models.CharField(_("行业"), max_length=24, choices=Sector, default=Sector.GENERAL)
    unit = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    """Finds accounts; making one is a service."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """This will find an account whatever the case of its name."""
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """账号: how a person signs in. What the account may do comes from its grants."""

    username = models.CharField(_("账号"), max_length=40, unique=True)
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("人员")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建时间"))
    password_set_at = models.DateTimeField(_("密码设定时间"), null=True, blank=True)
    must_change_password = models.BooleanField(_("须改密码"), default=True)
    failed_logins = models.PositiveSmallIntegerField(_("连续失败次数"), default=0)
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)
    # Sealed: see second_factor.py. A dump of the database alone does not open it.
    totp_secret = models.CharField(max_length=255, blank=True, editable=False)
    totp_confirmed_at = models.DateTimeField(_("动态口令启用时间"), null=True, blank=True)
    # The last accepted time step, so that one code cannot be used twice.
    totp_last_step = models.BigIntegerField(default=0, editable=False)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    preferences = models.JSONField(_("偏好"), default=dict, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.person.name if self.person else self.username


class PastPassword(models.Model):
    """旧密码: a hash that may not be chosen again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    password = models.CharField(max_length=128, editable=False)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} {self.set_at:%Y-%m-%d}"


class LoginFailure(models.Model):
    """登录失败: an address that failed on a name; only the name's hash is kept, for people type passwords there."""

    address = models.CharField(_("来源地址"), max_length=64)
    name_hash = models.CharField(max_length=64)
    failed_at = models.DateTimeField(_("最近失败"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "name_hash"], name="login_failure_once"),
        ]
        indexes: ClassVar = [models.Index("address", "failed_at", name="login_failure_recent")]

    def __str__(self) -> str:
        return f"{self.address} {self.failed_at:%Y-%m-%d %H:%M}"


class Grant(models.Model):
    """授权: a role over a place, sectors and a unit, given to a seat or straight to an account."""

    post = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("岗位"))
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("账号"))
    role = models.CharField(_("角色"), max_length=3, choices=Role)
    division_code = models.CharField(_("区划范围"), max_length=CODE_LENGTH)
    # Empty means every sector.
    sectors = ArrayField(
        models.CharField(max_length=24, choices=Sector),
        verbose_name=_("行业范围"),
        default=list,
        blank=True,
    )
    unit = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("单位范围"),
    )
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=200)

    class Meta:
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(post=None) & Q(user__isnull=False)) | (Q(post__isnull=False) & Q(user=None)),
                name="grant_to_one",
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="grant_period"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.division_code}"


class Assignment(models.Model):
    """指派: one object opened to an account or a unit, for rights whose reach is "assigned"."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+")
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index("user", name="assignment_user"),
            models.Index("unit", name="assignment_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type}:{self.subject_id}"


class ApiToken(models.Model):
    """接口令牌: how an upper platform or a device gateway calls in. Only a hash of the secret is kept."""

    name = models.CharField(_("名称"), max_length=80)
    identifier = models.CharField(_("标识"), max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64, editable=False)
    role = models.CharField(_("角色"), max_length=3, choices=Role, default=Role.R25)
    division_code = models.CharField(_("区划范围"), max_length=CODE_LENGTH)
    sectors = ArrayField(models.CharField(max_length=24, choices=Sector), default=list, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return self.name


class OpenSession(models.Model):
    """在线会话: which sessions an account has open, so that their number can be limited and ended."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("账号"))
    session_key = models.CharField(max_length=40, unique=True)
    surface = models.CharField(_("界面"), max_length=8, choices=Surface, default=Surface.CONSOLE)
    opened_at = models.DateTimeField(_("登录时间"))
    seen_at = models.DateTimeField(_("最近活动"))
    address = models.CharField(_("来源地址"), max_length=64, blank=True)
    agent = models.CharField(_("终端"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("在线会话")
        verbose_name_plural = _("在线会话")

    def __str__(self) -> str:
        return f"{self.user} {self.opened_at:%Y-%m-%d %H:%M}"


class IdempotentReply(models.Model):
    """A write that came with an Idempotency-Key, and its answer: a replay gets the same answer again."""

    # Whoever wrote: an account or an interface's token.
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    token = models.ForeignKey(ApiToken, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    reply = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once"),
            models.UniqueConstraint(fields=["token", "key"], name="idempotency_key_of_token_once"),
            models.CheckConstraint(condition=Q(user=None) ^ Q(token=None), name="idempotency_key_of_one"),
        ]
        indexes: ClassVar = [models.Index("at", name="idempotency_at")]

    def __str__(self) -> str:
        return self.key


pghistory.track(exclude=["password", "totp_secret", "totp_last_step", "preferences", "last_login"])(User)
pghistory.track()(Grant)
pghistory.track(exclude=["secret_hash", "last_used_at"])(ApiToken)
