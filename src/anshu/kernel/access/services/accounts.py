# SPDX-License-Identifier: Apache-2.0
"""Accounts and their passwords (GB/T 22239-2019, 8.1.4.1: unique identity, complex and changing credentials)."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anshu.kernel.access.choices import ADMINISTRATORS, Capability, Right
from anshu.kernel.access.models import PastPassword, User
from anshu.kernel.access.selectors import roles_of
from anshu.kernel.access.services.guards import actor_of, require, require_other, require_reason
from anshu.kernel.access.services.sessions import sessions_end_all
from anshu.kernel.audit.actor import PLATFORM, Actor
from anshu.kernel.audit.refusals import Refusal
from anshu.kernel.audit.services import attribute, record
from anshu.kernel.org.models import Person

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_MOST_PREFERENCES = 16_384
_INITIAL_LENGTH = 14


@transaction.atomic
def account_create(
    *,
    username: str,
    actor: Actor,
    now: datetime,
    person: Person | None = None,
    password: str | None = None,
    must_change: bool = True,
    reason: str = "",
    preferences: Mapping[str, Any] | None = None,
) -> tuple[User, str]:
    """This will make an account without any rights and give it with its first password, which is shown once."""
    require(actor, Capability.CONFIGURATION, Right.CREATE)
    name = username.strip().lower()
    if not _NAME.fullmatch(name):
        _refuse_field("username", _("账号须为 2–40 位小写字母、数字或 . _ -，以字母或数字开头。"))
    if person is not None and User.objects.filter(person=person).exists():
        _refuse_field("person", _("该人员已有账号。"))
    first = password or _initial_password()
    user = User(username=name, person=person, created_at=now, preferences=dict(preferences or {}))
    _check_rules(first, user)
    user.password, user.password_set_at, user.must_change_password = make_password(first), now, must_change
    try:
        with transaction.atomic(), attribute(actor=actor, reason=reason):
            user.save(force_insert=True)
    except IntegrityError:
        _refuse_field("username", _("该账号名已被使用。"))
    _remember(user, now)
    record(actor=actor, now=now, action="account.created", subject=user, reason=reason, changes={"username": name})
    return user, first


@transaction.atomic
def account_disable(*, account: User, reason: str, actor: Actor, now: datetime) -> None:
    """This will close an account and end its sessions; nobody closes the own one."""
    require(actor, Capability.CONFIGURATION, Right.UPDATE)
    _switch(account, active=False, reason=require_reason(reason), actor=actor, now=now)
    sessions_end_all(user=account, now=now)


@transaction.atomic
def account_enable(*, account: User, reason: str, actor: Actor, now: datetime) -> None:
    """This will open a closed account again."""
    require(actor, Capability.CONFIGURATION, Right.UPDATE)
    _switch(account, active=True, reason=require_reason(reason), actor=actor, now=now)


def _switch(account: User, *, active: bool, reason: str, actor: Actor, now: datetime) -> None:
    require_other(actor, account)
    account.is_active = active
    with attribute(actor=actor, reason=reason):
        account.save(update_fields=["is_active"])
    action = "account.enabled" if active else "account.disabled"
    record(actor=actor, now=now, action=action, subject=account, reason=reason)


@transaction.atomic
def account_unlock(*, account: User, reason: str, actor: Actor, now: datetime) -> None:
    """This will end a lock before its time: the security administrator's, and never for the own account."""
    require(actor, Capability.SECURITY, Right.UPDATE)
    require_other(actor, account)
    why = require_reason(reason)
    account.failed_logins, account.locked_until = 0, None
    with attribute(actor=actor, reason=why):
        account.save(update_fields=["failed_logins", "locked_until"])
    record(actor=actor, now=now, action="account.unlocked", subject=account, reason=why)


@transaction.atomic
def password_set(
    *, account: User, reason: str, actor: Actor, now: datetime, password: str | None = None, must_change: bool = True
) -> str:
    """This will give an account a new first password, shown once, and end its sessions.

    The security administrator does it. An administrator's own password is reset only at the machine itself, by the
    `anshu user` command, so that none of the three can step into another's shoes.
    """
    require(actor, Capability.SECURITY, Right.UPDATE)
    require_other(actor, account)
    why = require_reason(reason)
    if actor.kind != PLATFORM and not ADMINISTRATORS.isdisjoint(roles_of(account, at=now)):
        raise Refusal(_("管理员的密码只能在服务器上用 anshu user 命令重设。"), code="administrator")
    first = password or _initial_password()
    _store(account, first, now=now, must_change=must_change, actor=actor, reason=why)
    sessions_end_all(user=account, now=now)
    record(actor=actor, now=now, action="account.password_set", subject=account, reason=why)
    return first


@transaction.atomic
def password_change(*, user: User, old: str, new: str, now: datetime) -> None:
    """This will change the own password; the caller keeps the present session alive."""
    account = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if not check_password(old, account.password):
        _refuse_field("old", _("原密码不正确。"))
    _store(account, new, now=now, must_change=False, actor=actor_of(account), reason="")
    user.password, user.password_set_at, user.must_change_password = account.password, now, False
    record(actor=actor_of(account), now=now, action="account.password_changed", subject=account)


@transaction.atomic
def password_first(*, user: User, new: str, now: datetime) -> None:
    """This will replace a first or expired password on the way in, where the old one has just been proved."""
    account = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _store(account, new, now=now, must_change=False, actor=actor_of(account), reason="")
    user.password, user.password_set_at, user.must_change_password = account.password, now, False
    record(actor=actor_of(account), now=now, action="account.password_changed", subject=account)


def _store(account: User, new: str, *, now: datetime, must_change: bool, actor: Actor, reason: str) -> None:
    _check_rules(new, account)
    _check_past(account, new)
    account.password, account.password_set_at, account.must_change_password = make_password(new), now, must_change
    account.failed_logins, account.locked_until = 0, None
    with attribute(actor=actor, reason=reason):
        account.save(
            update_fields=["password", "password_set_at", "must_change_password", "failed_logins", "locked_until"]
        )
    _remember(account, now)


def _check_rules(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal(_("密码不合要求。"), code="password", fields={"new": " ".join(error.messages)}) from error


def _check_past(account: User, new: str) -> None:
    past = PastPassword.objects.filter(user=account).order_by("-set_at", "-pk")[: settings.PASSWORDS_REMEMBERED]
    if any(check_password(new, row.password) for row in past):
        message = _("不能使用最近 %(count)d 次用过的密码。") % {"count": settings.PASSWORDS_REMEMBERED}
        _refuse_field("new", message, code="password")


def _remember(account: User, now: datetime) -> None:
    PastPassword.objects.create(user=account, password=account.password, set_at=now)
    kept = PastPassword.objects.filter(user=account).order_by("-set_at", "-pk")[: settings.PASSWORDS_REMEMBERED]
    PastPassword.objects.filter(user=account).exclude(pk__in=[row.pk for row in kept]).delete()


def _initial_password() -> str:
    """This will draw a password without look-alike characters that has all the kinds the rules want."""
    pools = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-+=@")
    drawn = [secrets.choice(pool) for pool in pools]
    letters = "".join(pools[:3])
    drawn += [secrets.choice(letters) for _position in range(_INITIAL_LENGTH - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def language_set(*, user: User, language: str) -> None:
    """This will remember the language in which somebody reads the platform."""
    if language not in dict(settings.LANGUAGES):
        _refuse_field("language", _("不支持该语言。"))
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


@transaction.atomic
def preferences_set(*, user: User, changes: Mapping[str, Any]) -> dict[str, Any]:
    """This will merge changes into somebody's preferences (None removes a key) and give the whole."""
    account = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    merged = {key: value for key, value in {**account.preferences, **changes}.items() if value is not None}
    if len(json.dumps(merged)) > _MOST_PREFERENCES:
        raise Refusal(_("偏好设置过大。"), code="too_large")
    account.preferences = user.preferences = merged
    account.save(update_fields=["preferences"])
    return merged


def _refuse_field(name: str, message: str, *, code: str = "invalid") -> None:
    raise Refusal(message, code=code, fields={name: message})
