# SPDX-License-Identifier: Apache-2.0
"""Signing in: what a name and a password lead to. Whatever went wrong, the answer is the same sentence."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from anshu.kernel.access import rules
from anshu.kernel.access.models import LoginFailure, User
from anshu.kernel.access.selectors import roles_of
from anshu.kernel.access.services.guards import actor_of, one_at_a_time
from anshu.kernel.audit.actor import PERSON, Actor
from anshu.kernel.audit.services import record


class LoginStep(StrEnum):
    """What comes next on the way in."""

    OK = "ok"
    SECOND_FACTOR = "second_factor"
    ENROL = "enrol"
    MUST_CHANGE = "must_change"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LoginOutcome:
    """Where an attempt has led. `user` is None exactly when it was refused; `message` is for the person."""

    step: LoginStep
    user: User | None = None
    message: str = ""


@transaction.atomic
def login_begin(*, username: str, password: str, address: str, now: datetime) -> LoginOutcome:
    """This will judge a name and a password, counting failures by account and by address.

    Exactly one password hash is computed on every path, so that timing does not tell which part was wrong.
    """
    name = username.strip().lower()[:40]
    one_at_a_time(f"login:{address}")
    blocked = _address_blocked(address, now)
    user = User.objects.select_for_update(of=("self",)).filter(username=name).first()
    correct = _password_fits(user, password)
    if user is None or blocked or not correct or not _open(user, now):
        _note_failure(user, name, address, now, counts=not correct and not blocked)
        return refused()
    LoginFailure.objects.filter(address=address, name_hash=_name_hash(name)).delete()
    step = login_step(user, now=now, second_factor_given=False)
    if step is not LoginStep.SECOND_FACTOR:
        failures_forget(user)
    return LoginOutcome(step, user)


def login_step(user: User, *, now: datetime, second_factor_given: bool) -> LoginStep:
    """This will tell what an account that proved its password has still to do before it is in."""
    if not second_factor_given and user.totp_confirmed_at is not None:
        return LoginStep.SECOND_FACTOR
    if user.must_change_password or rules.password_expired(
        user.password_set_at, now=now, max_days=settings.PASSWORD_MAX_DAYS
    ):
        return LoginStep.MUST_CHANGE
    if (
        settings.REQUIRE_SECOND_FACTOR
        and user.totp_confirmed_at is None
        and rules.needs_second_factor(roles_of(user, at=now))
    ):
        return LoginStep.ENROL
    return LoginStep.OK


def refused() -> LoginOutcome:
    """This will give the one answer to every failed attempt."""
    message = _(
        "账号或密码不正确，或因多次失败暂时锁定。请核对后再试；仍不行请 %(minutes)d 分钟后再试或联系安全管理员。"
    )
    return LoginOutcome(LoginStep.REFUSED, None, message % {"minutes": settings.LOGIN_LOCK_MINUTES})


def failure_count(user: User, *, address: str, now: datetime, what: str) -> None:
    """This will count one failure on a row-locked account and lock it when there are too many."""
    user.failed_logins = 1 if user.locked_until is not None else user.failed_logins + 1
    user.locked_until = rules.lock_after(
        user.failed_logins, most=settings.LOGIN_FAILURES_MAX, minutes=settings.LOGIN_LOCK_MINUTES, now=now
    )
    user.save(update_fields=["failed_logins", "locked_until"])
    action = "account.locked" if user.locked_until else "account.login_refused"
    record(actor=actor_of(user), now=now, action=action, subject=user, changes={"what": what, "address": address})


def failures_forget(user: User) -> None:
    """This will clear the count after a full success."""
    if user.failed_logins or user.locked_until:
        user.failed_logins, user.locked_until = 0, None
        user.save(update_fields=["failed_logins", "locked_until"])


def _password_fits(user: User | None, password: str) -> bool:
    if user is None:
        make_password(password)
        return False
    return check_password(password, user.password)


def _open(user: User, now: datetime) -> bool:
    return user.is_active and not rules.locked(user.locked_until, now)


def _note_failure(user: User | None, name: str, address: str, now: datetime, *, counts: bool) -> None:
    """This will count a wrong password; attempts during a lock neither count nor prolong it, but are logged."""
    if counts and (user is None or not rules.locked(user.locked_until, now)):
        LoginFailure.objects.update_or_create(
            address=address[:64], name_hash=_name_hash(name), defaults={"failed_at": now}
        )
        if user is not None:
            failure_count(user, address=address, now=now, what="password")
            return
    actor = actor_of(user) if user else Actor(kind=PERSON, id="0", label="")
    record(actor=actor, now=now, action="account.login_refused", subject=user, changes={"address": address})


def _address_blocked(address: str, now: datetime) -> bool:
    """This will tell whether too many different names failed from one address without success.

    Names are counted, not tries: an office behind one address is not shut out by a single forgetful colleague,
    whose own account is locked instead, while trying one password on many accounts is stopped.
    """
    since = now - timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    recent = LoginFailure.objects.filter(address=address[:64], failed_at__gt=since)
    return recent.count() >= settings.LOGIN_FAILURES_MAX


def _name_hash(name: str) -> str:
    return salted_hmac("anshu.login", name, algorithm="sha256").hexdigest()
